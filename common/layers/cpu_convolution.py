"""The same convolutions in forms that are quick on CPUs in float32; measured in docs/performance.md."""

import contextlib
import contextvars
import itertools

import keras

from common.layers.kernel_gradient import kernel_gradient

# Output pixels a side that become channels of one step of a convolution with few filters.
BLOCK = 4

# Filters up to which a convolution spends its time on gathering pixels, and gains by blocks: RGB.
FEW_FILTERS = 3

_enabled = contextvars.ContextVar("cpu_convolutions", default=False)


@contextlib.contextmanager
def cpu_convolutions():
    """Within it, float32 convolutions on CPUs are traced in the forms of this file, to the same numbers.

    Everywhere else (exports, reduced precision, GPUs) layers are plain Keras, which other compilers know
    best. :mod:`fast_style.streaming`, which is not traced through layers, calls the functions themselves.
    """
    token = _enabled.set(True)
    try:
        yield
    finally:
        _enabled.reset(token)


def is_enabled(inputs):
    """Whether convolutions of `inputs` are to be computed by the functions of this file."""
    if not _enabled.get() or keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return inputs.dtype == tf.float32 and not tf.config.list_physical_devices("GPU")


def convolve(inputs, kernel, stride=1, padding="SAME"):
    """A convolution whose kernel's gradient is :func:`kernel_gradient`.

    Args:
        inputs: float32 (batch, height, width, in).
        kernel: float32 (size, size, in, out).
        stride: 1 or 2.
        padding: as for :func:`kernel_gradient`.

    Returns:
        float32 (batch, rows, columns, out), as of ``tf.nn.conv2d``.
    """
    import tensorflow as tf

    size = kernel.shape[0]
    few = size > 3 and kernel.shape[-1] <= FEW_FILTERS and stride == 1 and isinstance(padding, str)

    @tf.custom_gradient
    def convolution(inputs, kernel):
        def gradients(upstream):
            explicit = {} if isinstance(padding, str) else {"explicit_paddings": list(itertools.chain(*padding))}
            to_inputs = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(inputs),
                filter=kernel,
                out_backprop=upstream,
                strides=[1, stride, stride, 1],
                padding="EXPLICIT" if explicit else padding,
                **explicit,
            )
            return to_inputs, kernel_gradient(inputs, upstream, size, stride, padding)

        outputs = convolve_in_blocks(inputs, kernel, padding) if few else tf.nn.conv2d(inputs, kernel, stride, padding)
        return outputs, gradients

    return convolution(inputs, tf.convert_to_tensor(kernel))


def convolve_transposed(inputs, kernel, stride=2):
    """A transposed convolution with padding ``"SAME"``, as :func:`convolve`.

    Args:
        inputs: float32 (batch, height, width, in).
        kernel: float32 (size, size, out, in).
        stride: 2.

    Returns:
        float32 (batch, height * stride, width * stride, out).
    """
    import tensorflow as tf

    shape = tf.shape(inputs)
    output_shape = tf.stack([shape[0], shape[1] * stride, shape[2] * stride, kernel.shape[2]])

    @tf.custom_gradient
    def convolution(inputs, kernel):
        def gradients(upstream):
            to_inputs = tf.nn.conv2d(upstream, kernel, stride, "SAME")
            # The transposed convolution is the other's gradient: image and upstream change places.
            return to_inputs, kernel_gradient(upstream, inputs, kernel.shape[0], stride, "SAME")

        return tf.nn.conv2d_transpose(inputs, kernel, output_shape, stride, "SAME"), gradients

    return convolution(inputs, tf.convert_to_tensor(kernel))


def convolve_in_blocks(inputs, kernel, padding="SAME"):
    """A convolution of stride 1 that gives a block of 4x4 pixels at each step, for few filters.

    One of stride 4 whose filters are those of the 16 pixels, each a shifted copy of the kernel: up to
    twice the products, but what is gathered for a step is used for 16 times as many. On two cores
    with AVX2 it takes 0.43 of the time for 9x9 from 32 channels to 3 (docs/performance.md).

    Args:
        inputs: float32 (batch, height, width, in).
        kernel: float32 (size, size, in, out), an odd size.
        padding: ``"SAME"`` or ``"VALID"``.

    Returns:
        float32 (batch, rows, columns, out), as of ``tf.nn.conv2d``.
    """
    import tensorflow as tf

    size, _, channels, filters = kernel.shape
    shifts = [[shift, BLOCK - 1 - shift] for shift in range(BLOCK)]
    kernels = [tf.pad(kernel, [row, column, [0, 0], [0, 0]]) for row in shifts for column in shifts]
    side = size + BLOCK - 1
    kernels = tf.reshape(tf.stack(kernels, axis=3), (side, side, channels, BLOCK * BLOCK * filters))
    before = size // 2 if padding == "SAME" else 0
    lengths = [tf.shape(inputs)[axis] - (0 if padding == "SAME" else size - 1) for axis in (1, 2)]
    margins = [[before, before + -length % BLOCK] for length in lengths]
    blocks = tf.nn.conv2d(tf.pad(inputs, [[0, 0], *margins, [0, 0]]), kernels, BLOCK, "VALID")
    return tf.nn.depth_to_space(blocks, BLOCK)[:, : lengths[0], : lengths[1]]


def double_and_convolve(inputs, kernel):
    """Nearest-neighbour enlargement by two, then a 3x3 convolution with padding ``"SAME"``.

    The four pixels that one becomes see 2x2 different pixels each, not 3x3: four 2x2 convolutions
    before the enlargement, of kernels whose rows and columns are added up, take 16 products where 36
    were. On two cores with AVX2 they take 0.43 of the time (docs/performance.md).

    Args:
        inputs: float32 (batch, height, width, in).
        kernel: float32 (3, 3, in, out).

    Returns:
        float32 (batch, 2 height, 2 width, out).
    """
    import tensorflow as tf

    def halves(kernel, axis):
        first, middle, last = tf.unstack(kernel, axis=axis)
        return tf.stack([first, middle + last], axis), tf.stack([first + middle, last], axis)

    phases = [
        convolve(inputs, quarter, padding=[[0, 0], [1 - row, row], [1 - column, column], [0, 0]])
        for row, half in enumerate(halves(kernel, 0))
        for column, quarter in enumerate(halves(half, 1))
    ]
    return tf.nn.depth_to_space(tf.concat(phases, axis=-1), 2)
