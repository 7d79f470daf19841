"""Bicubic resizing of image tensors, antialiased, with the numbers of Pillow's."""

from keras import ops


def bicubic_resize(images, height, width, quantize=False):
    """Resizes images with Keys' cubic filter (a = -0.5), widened where the image shrinks.

    ``tf.image.resize(antialias=True)`` gives the same numbers, but runs on CPUs only, is unknown to
    XLA and no builtin of TFLite. Two matrix products are none of that.

    Args:
        images: float32 (batch, height, width, channels), any value range.
        height, width: of the result, ints or scalar int tensors.
        quantize: round to whole numbers in 0..255 after each of the two passes, as Pillow does with
            8-bit images. Without, sharp edges overshoot.

    Returns:
        float32 (batch, `height`, `width`, channels). With `quantize` equal to Pillow's
        ``BICUBIC`` up to 1.
    """
    finish = _quantized if quantize else (lambda x: x)
    # Columns first, as Pillow: with `quantize` the order shows.
    return finish(_resize_rows(finish(_resize_columns(images, width)), height))


def _resize_columns(images, width):
    # Not two transpositions and a product: TensorFlow would move the first in front of the cast from uint8, where
    # oneDNN complains of the type on processors that it has no form for.
    return ops.einsum("vw,bhwc->bhvc", resize_matrix(ops.shape(images)[2], width), images)


def _resize_rows(images, height):
    batch, rows, width, channels = ops.shape(images)
    matrix = resize_matrix(rows, height)
    if images.shape[0] == 1 and isinstance(rows, int):
        # The same numbers; GPU delegates of TFLite take a product with constants at its right only.
        lines = ops.reshape(ops.transpose(images, (0, 2, 3, 1)), (1, width * channels, rows))
        lines = ops.reshape(ops.matmul(lines, ops.transpose(matrix)), (1, width, channels, height))
        return ops.transpose(lines, (0, 3, 1, 2))
    flat = ops.reshape(images, (batch, rows, width * channels))
    return ops.reshape(ops.matmul(matrix, flat), (batch, height, width, channels))


def resize_matrix(length, new_length):
    """Weights of each old element in each new one, float32 (new_length, length); rows sum to 1.

    Where the filter reaches beyond the border, what is left of it is normalised, as Pillow does.
    """
    old, new = (ops.cast(value, "float32") for value in (length, new_length))
    scale = old / new
    centre = (ops.cast(ops.arange(new_length), "float32") + 0.5) * scale - 0.5
    distance = ops.abs(ops.cast(ops.arange(length), "float32")[None, :] - centre[:, None])
    weights = keys_filter(distance / ops.maximum(scale, 1.0))
    return weights / ops.sum(weights, axis=1, keepdims=True)


def keys_filter(distance):
    """Keys' cubic convolution filter with a = -0.5 at a non-negative distance; 0 from 2 on."""
    near = (1.5 * distance - 2.5) * distance * distance + 1.0
    far = ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
    return ops.where(distance < 1.0, near, ops.where(distance < 2.0, far, 0.0))


def _quantized(x):
    return ops.clip(ops.round(x), 0.0, 255.0)
