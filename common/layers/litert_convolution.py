"""The same convolutions in forms that are quick in LiteRT: a graph's kernels are constants, folded where it is made."""

import keras
import numpy as np

# Pixels a side of what becomes channels where kernels are large.
BLOCK = 2
# Pixels a side of a kernel from which on it is.
LARGE = 9


def takes(inputs):
    """Whether convolutions of `inputs` are to be computed by the functions of this file."""
    return inputs.dtype == "float32"


def convolve(inputs, kernel, stride=1, padding="SAME"):
    """A convolution; one of a large kernel by :func:`convolve_in_blocks`, where sides are known to be even.

    Args:
        inputs: float32 (1, height, width, in).
        kernel: a variable (size, size, in, out).
        stride: 1 or 2.
        padding: ``"SAME"`` or ``"VALID"``.
    """
    import tensorflow as tf

    size, even = kernel.shape[0], all(side is not None and side % BLOCK == 0 for side in inputs.shape[1:3])
    if even and size >= LARGE and size % 2 and stride == 1 and padding == "SAME":
        return convolve_in_blocks(inputs, values(kernel))
    return tf.nn.conv2d(inputs, values(kernel), stride, padding)


def convolve_transposed(inputs, kernel, stride=2):
    """A transposed convolution with padding ``"SAME"``: LiteRT's own."""
    import tensorflow as tf

    shape = [tf.shape(inputs)[axis] if side is None else side for axis, side in enumerate(inputs.shape)]
    output_shape = [shape[0], shape[1] * stride, shape[2] * stride, kernel.shape[2]]
    return tf.nn.conv2d_transpose(inputs, values(kernel), output_shape, stride, "SAME")


def double_and_convolve(inputs, kernel):
    """Nearest-neighbour enlargement by two, then a 3x3 convolution: of nine pixels that it meets, four differ."""
    import tensorflow as tf

    kernel = values(kernel)
    channels, filters = kernel.shape[2:]
    # Even rows meet the row before once and their own twice, odd ones their own twice and the next once.
    folds = np.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], np.float32)  # (phase, row, row of the kernel)
    folded = np.einsum("air,bjs,rscf->ijcabf", folds, folds, kernel).reshape(2, 2, channels, -1)
    y = tf.nn.conv2d(tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]]), folded, 1, "VALID")
    phases = [
        y[:, row : row - 1 or None, column : column - 1 or None, first : first + filters]
        for (row, column), first in zip(np.ndindex(2, 2), range(0, 4 * filters, filters), strict=True)
    ]
    return tf.nn.depth_to_space(tf.concat(phases, axis=-1), 2)


def convolve_in_blocks(inputs, kernel):
    """A convolution of stride 1 on sides of even length, "same", that gives a block of 2x2 pixels at each step.

    Blocks of pixels become channels, of what goes in and of what comes out, and 9x9 becomes 5x5: of three filters
    XNNPACK computes 16 or 32, and it keeps a pointer for each pixel of a kernel at each place: for 9x9, 648 bytes.

    Args:
        inputs: float32 (1, height, width, in).
        kernel: array (size, size, in, out), of an odd size.
    """
    import tensorflow as tf

    size, _, channels, filters = kernel.shape
    taps = size + BLOCK - 1
    blocks = np.zeros((taps, taps, channels, BLOCK, BLOCK, filters), np.float32)
    for row, column in np.ndindex(BLOCK, BLOCK):
        blocks[row : row + size, column : column + size, :, row, column] = kernel
    taps //= BLOCK
    blocks = blocks.reshape(taps, BLOCK, taps, BLOCK, channels, -1).transpose(0, 2, 1, 3, 4, 5)
    blocks = blocks.reshape(taps, taps, BLOCK**2 * channels, -1)
    return tf.nn.depth_to_space(tf.nn.conv2d(tf.nn.space_to_depth(inputs, BLOCK), blocks, 1, "SAME"), BLOCK)


def values(variable):
    """A variable's array: a converter of a function writes NaN, without a word, for variables that it does not find."""
    import tensorflow as tf

    with tf.init_scope():
        return np.asarray(keras.ops.convert_to_numpy(variable))
