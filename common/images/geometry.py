"""Reflection to a legal size and crop back, resizing and cropping of image arrays."""

import dataclasses

import numpy as np
from PIL import Image

from fast_style.common.images.sides import limited_sides
from fast_style.common.images.transparency import resize_with_alpha
from fast_style.common.keras_ops import ops


def reflected_indices(length, before, after):
    """Indices that extend an axis by reflection about its first and last element.

    Unlike REFLECT padding in TensorFlow or PyTorch, the padding may be larger than the axis: the
    reflection then bounces to and fro, as in ``numpy.pad(mode="reflect")``. An axis of one element
    is repeated.

    Args:
        length: size of the axis, int or scalar int tensor, at least 1.
        before: elements to add in front.
        after: elements to add behind.

    Returns:
        int32 tensor of shape (before + length + after,).
    """
    period = ops.maximum(2 * (length - 1), 1)
    # Both sides of the first are the same; remainders of negative numbers, converters to ONNX do not agree on.
    position = ops.mod(ops.abs(ops.arange(-before, length + after, dtype="int32")), period)
    return ops.minimum(position, period - position)


def reflect_pad(images, top, bottom, left, right):
    """Reflects (batch, height, width, channels) images outwards; see :func:`reflected_indices`."""
    height, width = ops.shape(images)[1:3]
    if isinstance(height, int) and isinstance(width, int):
        return _reflect_known(images, (top, bottom), (left, right))
    images = ops.take(images, reflected_indices(height, top, bottom), axis=1)
    return ops.take(images, reflected_indices(width, left, right), axis=2)


def _reflect_known(images, rows, columns):
    """The same for sides that are known, without indices: delegates of TFLite for GPUs take no GATHER of them.

    Args:
        rows, columns: (before, after) each.
    """
    sides = images.shape[1:3]
    if 1 in sides:  # one pixel has no other to reflect
        repeats = [1 + sum(more) if side == 1 else 1 for side, more in zip(sides, (rows, columns), strict=True)]
        images = ops.tile(images, (1, *repeats, 1))
    wanted = [(0, 0) if side == 1 else more for side, more in zip(sides, (rows, columns), strict=True)]
    while any(map(any, wanted)):
        # As far as there are pixels to reflect, and no further than to a place that the next turn can be a mirror at.
        most = [(now - 1) // max(side - 1, 1) * (side - 1) for now, side in zip(images.shape[1:3], sides, strict=True)]
        step = [[min(one, limit) for one in more] for more, limit in zip(wanted, most, strict=True)]
        images = ops.pad(images, [(0, 0), *step, (0, 0)], mode="reflect")
        wanted = [[a - b for a, b in zip(*pair, strict=True)] for pair in zip(wanted, step, strict=True)]
    return images


def resize_array(image, height, width):
    """Resizes a uint8 array (height, width), or (height, width, channels), with Pillow's antialiased bicubic filter."""
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC))


def resize_short_side(image, size):
    """Resizes a uint8 array so that its shorter side is `size` pixels; the aspect is kept."""
    height, width = image.shape[:2]
    scale = size / min(height, width)
    return resize_array(image, max(size, round(height * scale)), max(size, round(width * scale)))


def limit_long_side(image, size):
    """Shrinks a uint8 array so that its longer side is at most `size` pixels; never enlarges."""
    height, width = image.shape[:2]
    limited = limited_sides(height, width, size)
    return image if limited == (height, width) else resize_array(image, *limited)


def limit_photo(photo, size):
    """:func:`limit_long_side` of a :class:`fast_style.common.images.image_io.Photo`, colours and mask together."""
    sides = limited_sides(*photo.rgb.shape[:2], size)
    if photo.alpha is None or sides == photo.rgb.shape[:2]:
        return dataclasses.replace(photo, rgb=limit_long_side(photo.rgb, size))
    rgb, alpha = resize_with_alpha(photo.rgb, photo.alpha, *sides)
    return dataclasses.replace(photo, rgb=rgb, alpha=alpha)
