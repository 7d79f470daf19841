"""Which Keras dtype policy this machine runs fastest."""

import contextlib
import functools
import time

from fast_style.common.errors import UserError
from fast_style.common.settings import PRECISIONS
from fast_style.common.startup import stderr_closed


def resolve_precision(name, training=True):
    """The Keras dtype policy name for a precision as users give it.

    Args:
        name: one of `PRECISIONS`; ``"auto"`` is measured on this machine, once a process.
        training: whether gradients count.

    Raises:
        UserError: an unknown name.
    """
    if name not in PRECISIONS:
        raise UserError(f"precision: expected one of {', '.join(PRECISIONS)}. Received: {name!r}")
    return fastest_precision(training) if name == "auto" else name


@functools.cache
def fastest_precision(training=True):
    """The policy under which a convolution is fastest here: a measurement of half a second.

    For training, forward and both gradients are timed together: without AVX-512, bfloat16 is quick forward
    and ten times slower backward. float16 is tried only on a GPU. Reduced precision must win by a fifth to
    be chosen: below that it costs accuracy for nothing.
    """
    import keras

    if keras.backend.backend() == "jax":
        import jax

        # Not measured: matrix units of GPUs are for it, and XLA on processors has nothing for it.
        return "mixed_bfloat16" if jax.devices()[0].platform == "gpu" else "float32"
    import tensorflow as tf

    types = {"float32": tf.float32, "mixed_bfloat16": tf.bfloat16}
    if tf.config.list_physical_devices("GPU"):
        types["mixed_float16"] = tf.float16
    seconds = _seconds(tuple(types.values()), training)
    times = {name: seconds[dtype] for name, dtype in types.items()}
    full = times.pop("float32")
    best = min(times, key=times.get)
    if times["mixed_bfloat16"] < 1.1 * times[best]:
        best = "mixed_bfloat16"  # needs no loss scaling
    return best if times[best] < 0.8 * full else "float32"


def _seconds(dtypes, training):
    """Seconds by dtype: a 3x3 convolution of 128 channels on 96x96 pixels, and its gradients, cast from float32.

    Best of four, in turns, because what else the machine does changes by the second. One of 64 channels on 64x64
    is over before the processor gets going: the ratio was anything from 0.4 to 1.3 where this one's is 0.57 to 0.63.
    One that takes twice the best time is not asked again.
    """
    import tensorflow as tf

    def convolution(dtype):
        @tf.function(jit_compile=False)
        def convolve(images, kernel):
            result = tf.cast(tf.nn.conv2d(tf.cast(images, dtype), tf.cast(kernel, dtype), 1, "SAME"), tf.float32)
            return tf.gradients(result, [images, kernel]) if training else [result]

        return convolve

    images, kernel = tf.ones((1, 96, 96, 128)), tf.ones((3, 3, 128, 128))
    convolutions = {dtype: convolution(dtype) for dtype in dtypes}
    with stderr_closed():  # without AVX-512, oneDNN writes of bfloat16 as of an error
        for convolve in convolutions.values():
            convolve(images, kernel)  # traced
    best = dict.fromkeys(dtypes, float("inf"))
    for _ in range(4):
        for dtype, convolve in convolutions.items():
            if 2 * min(best.values()) < best[dtype] < float("inf"):
                continue
            start = time.perf_counter()
            [value.numpy() for value in convolve(images, kernel)]
            best[dtype] = min(best[dtype], time.perf_counter() - start)
    return best


@contextlib.contextmanager
def dtype_policy(name):
    """Sets Keras' global dtype policy within a ``with`` block and restores it behind it."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
