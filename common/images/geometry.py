"""Reflection to a legal size and crop back, resizing and cropping of image arrays."""

import dataclasses

import numpy as np
from PIL import Image

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
    position = ops.mod(ops.arange(-before, length + after, dtype="int32"), period)
    return ops.minimum(position, period - position)


def reflect_pad(images, top, bottom, left, right):
    """Reflects (batch, height, width, channels) images outwards; see :func:`reflected_indices`."""
    shape = ops.shape(images)
    images = ops.take(images, reflected_indices(shape[1], top, bottom), axis=1)
    return ops.take(images, reflected_indices(shape[2], left, right), axis=2)


def resize_array(image, height, width):
    """Resizes a uint8 (height, width, channels) array with Pillow's antialiased bicubic filter."""
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


def limited_sides(height, width, size):
    """(height, width) of what :func:`limit_long_side` makes of an image."""
    scale = min(1.0, size / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))
