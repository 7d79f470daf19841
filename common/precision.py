"""Which Keras dtype policy this machine runs fastest, and the settings that go with it."""

import contextlib
import functools
import os
import time

from common.errors import UserError

PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


def prepare_tensorflow():
    """Process-wide settings that must stand before TensorFlow is imported. Command lines call it.

    oneDNN's convolutions are switched on by TensorFlow only where the processor has AVX-512 VNNI or
    AMX; on AVX2 alone they are also faster (measured: 3x3 convolutions forward 10 to 60 %). What
    the user has set in the environment stands.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def resolve_precision(name):
    """The Keras dtype policy name for a precision as users give it.

    Args:
        name: one of `PRECISIONS`; ``"auto"`` is measured on this machine, once a process.

    Raises:
        UserError: an unknown name.
    """
    if name not in PRECISIONS:
        raise UserError(f"precision: expected one of {', '.join(PRECISIONS)}. Received: {name!r}")
    return fastest_precision() if name == "auto" else name


@functools.cache
def fastest_precision():
    """The policy under which a 3x3 convolution is fastest here: a measurement of about 0.1 s.

    bfloat16 is tried everywhere, float16 only on a GPU without bfloat16 units. Reduced precision
    must win by a fifth to be chosen: below that it costs accuracy for nothing.
    """
    import tensorflow as tf

    candidates = {"mixed_bfloat16": tf.bfloat16}
    if tf.config.list_physical_devices("GPU"):
        candidates["mixed_float16"] = tf.float16
    full = _seconds(tf.float32)
    times = {name: _seconds(dtype) for name, dtype in candidates.items()}
    best = min(times, key=times.get)
    if times["mixed_bfloat16"] < 1.1 * times[best]:
        best = "mixed_bfloat16"  # needs no loss scaling
    return best if times[best] < 0.8 * full else "float32"


def _seconds(dtype):
    """Best of three runs of a 3x3 convolution of 128 channels on 64x64 pixels, float32 in and out."""
    import tensorflow as tf

    images, kernel = tf.zeros((1, 64, 64, 128)), tf.zeros((3, 3, 128, 128))

    @tf.function(jit_compile=False)
    def convolve():
        return tf.cast(tf.nn.conv2d(tf.cast(images, dtype), tf.cast(kernel, dtype), 1, "SAME"), tf.float32)

    convolve()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        convolve().numpy()
        times.append(time.perf_counter() - start)
    return min(times)


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
