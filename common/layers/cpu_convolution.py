"""The same convolutions in forms that are quick on CPUs; measured in docs/experiments/2026-11-22-speed-avx2.md."""

import contextlib
import itertools
import sys

import keras

from fast_style.common.layers.convolution_forms import convolution_forms
from fast_style.common.layers.kernel_gradient import kernel_gradient
from fast_style.common.processor import has_avx512

# Output pixels a side that become channels of one step of a convolution with few filters.
BLOCK = 4

# Filters up to which a convolution spends its time on gathering pixels, and gains by blocks: RGB.
FEW_FILTERS = 3


@contextlib.contextmanager
def cpu_convolutions():
    """Context within which convolutions of these layers are computed in forms that are quick on CPUs.

    Results are the same. It counts where a function is traced, for float32 and bfloat16 under TensorFlow on machines
    without a GPU. Everywhere else (exports, float16, GPUs) layers are plain Keras, which other compilers know best.

    >>> import numpy as np
    >>> from fast_style.layers import Convolution, cpu_convolutions
    >>> layer, images = Convolution(3, 9, padding="same"), np.ones((1, 16, 24, 3))
    >>> with cpu_convolutions():
    ...     quick = layer(images)
    >>> bool(np.allclose(quick, layer(images), atol=1e-4))
    True
    """
    with convolution_forms(sys.modules[__name__]):
        yield


def takes(inputs):
    """Whether convolutions of `inputs` are to be computed by the functions of this file."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return inputs.dtype in (tf.float32, tf.bfloat16) and not tf.config.list_physical_devices("GPU")


def convolve(inputs, kernel, stride=1, padding="SAME"):
    """A convolution whose kernel's gradient is :func:`kernel_gradient`.

    In bfloat16 only where there are few filters: for others, where the processor has instructions for it,
    oneDNN's own takes 0.5 to 0.9 of the time of matrix products.

    Args:
        inputs: float32 or bfloat16 (batch, height, width, in).
        kernel: the same type (size, size, in, out).
        stride: 1 or 2.
        padding: as for :func:`kernel_gradient`.

    Returns:
        the same type (batch, rows, columns, out), as of ``tf.nn.conv2d``.
    """
    import tensorflow as tf

    size = kernel.shape[0]
    few = size > 3 and size % 2 and kernel.shape[-1] <= FEW_FILTERS and stride == 1 and isinstance(padding, str)
    if inputs.dtype != tf.float32 and not few:
        return tf.nn.conv2d(inputs, kernel, stride, padding)

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
        inputs: float32 or bfloat16 (batch, height, width, in).
        kernel: the same type (size, size, out, in).
        stride: 2.

    Returns:
        the same type (batch, height * stride, width * stride, out).
    """
    import tensorflow as tf

    shape = tf.shape(inputs)
    output_shape = tf.stack([shape[0], shape[1] * stride, shape[2] * stride, kernel.shape[2]])
    if inputs.dtype != tf.float32:
        return tf.nn.conv2d_transpose(inputs, kernel, output_shape, stride, "SAME")

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
    with AVX2 it takes 0.43 of the time for 9x9 from 32 channels to 3 (docs/experiments/2026-11-22-speed-avx2.md).

    Args:
        inputs: float32 or bfloat16 (batch, height, width, in).
        kernel: the same type (size, size, in, out), an odd size.
        padding: ``"SAME"`` or ``"VALID"``.

    Returns:
        the same type (batch, rows, columns, out), as of ``tf.nn.conv2d``.
    """
    import tensorflow as tf

    size, _, channels, filters = kernel.shape
    # oneDNN's bfloat16 on processors with AMX gives wrong numbers for an even side and fewer than 32 channels
    # (TensorFlow 2.21): a row and a column of zeros make it odd.
    zeros = 1 if inputs.dtype == tf.bfloat16 and channels < 32 else 0
    shifts = [[shift, BLOCK - 1 - shift + zeros] for shift in range(BLOCK)]
    kernels = [tf.pad(kernel, [row, column, [0, 0], [0, 0]]) for row in shifts for column in shifts]
    side = size + BLOCK - 1 + zeros
    kernels = tf.reshape(tf.stack(kernels, axis=3), (side, side, channels, BLOCK * BLOCK * filters))
    before = size // 2 if padding == "SAME" else 0
    lengths = [tf.shape(inputs)[axis] - (0 if padding == "SAME" else size - 1) for axis in (1, 2)]
    margins = [[before, before + -length % BLOCK + zeros] for length in lengths]
    blocks = tf.nn.conv2d(tf.pad(inputs, [[0, 0], *margins, [0, 0]]), kernels, BLOCK, "VALID")
    return tf.nn.depth_to_space(blocks, BLOCK)[:, : lengths[0], : lengths[1]]


def double_and_convolve(inputs, kernel):
    """Nearest-neighbour enlargement by two, then a 3x3 convolution with padding ``"SAME"``.

    The four pixels that one becomes see 2x2 different pixels each, not 3x3, so that 16 products do where
    36 were: by :func:`_enlarge_transposed` with AVX-512, elsewhere by :func:`_enlarge_in_phases`, each 0.7
    to 0.8 of the other's time where it is used (docs/experiments/2026-11-22-speed-avx2.md).

    Args:
        inputs: float32 or bfloat16 (batch, height, width, in).
        kernel: (3, 3, in, out).

    Returns:
        the same type (batch, 2 height, 2 width, out).
    """
    kernel = keras.ops.cast(kernel, keras.backend.standardize_dtype(inputs.dtype))
    return (_enlarge_transposed if has_avx512() else _enlarge_in_phases)(inputs, kernel)


def _enlarge_transposed(inputs, kernel):
    """One transposed convolution: the enlargement is one of a 2x2 kernel of ones, and two make one of 4x4."""
    import tensorflow as tf

    shape = tf.shape(inputs)
    output_shape = tf.stack([shape[0], shape[1] * 2, shape[2] * 2, kernel.shape[3]])
    # A transposed convolution spreads each pixel, where a convolution gathers: the kernel is turned round.
    kernel = tf.transpose(kernel[::-1, ::-1], (0, 1, 3, 2))
    down = [[0, 1], [0, 0], [0, 0], [0, 0]], [[1, 0], [0, 0], [0, 0], [0, 0]]
    right = [[0, 0], [0, 1], [0, 0], [0, 0]], [[0, 0], [1, 0], [0, 0], [0, 0]]
    for before, after in (down, right):
        kernel = tf.pad(kernel, before) + tf.pad(kernel, after)
    return tf.nn.conv2d_transpose(inputs, kernel, output_shape, 2, "SAME")


def _enlarge_in_phases(inputs, kernel):
    """Four 2x2 convolutions before the enlargement, of kernels whose rows and columns are added up."""
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
