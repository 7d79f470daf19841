"""Colours beside a mask: what shows behind them, and what they are where nothing shows."""

import itertools

import numpy as np
from PIL import Image

from fast_style.common.images.strips import row_strips

# Sides in pixels of the squares whose visible pixels colour an invisible one in their middle, the nearest first.
SQUARES = (3, 9, 33)
# Side of what is worked on at a time: in float, a picture would take sixteen times its bytes, and most of it lies not
# beside an edge.
BLOCK = 256


def over_white(rgb, alpha):
    """What a viewer shows of a picture on white.

    Args:
        rgb: uint8 (height, width, 3).
        alpha: uint8 (height, width); 0 shows white alone.

    Returns:
        uint8 (height, width, 3).
    """
    shown = np.empty_like(rgb)
    for rows in row_strips(*alpha.shape):
        opacity = alpha[rows, :, None] / np.float32(255)
        shown[rows] = np.rint(rgb[rows] * opacity + 255 * (1 - opacity)).astype(np.uint8)
    return shown


def colour_hidden(rgb, alpha):
    """Gives pixels of alpha 0 the colours of visible ones around them, or of all, in place.

    What a file holds there is anything, black or white more often than not. A network, or a resampling, would carry
    it across the edge of the mask, where it is seen as a fringe.

    Args:
        rgb: uint8 (height, width, 3), writable.
        alpha: uint8 (height, width).
    """
    if alpha.all():
        return
    reach, mean = max(SQUARES) // 2, np.rint(_mean_visible(rgb, alpha)).astype(np.uint8)
    for top, left in itertools.product(*(range(0, side, BLOCK) for side in alpha.shape)):
        block = slice(top, top + BLOCK), slice(left, left + BLOCK)
        hidden = alpha[block] == 0
        if not hidden.any():
            continue
        first_row, first_column = max(top - reach, 0), max(left - reach, 0)
        around = slice(first_row, top + BLOCK + reach), slice(first_column, left + BLOCK + reach)
        if not alpha[around].any():
            rgb[block][hidden] = mean
            continue
        colours = _means_beside(rgb[around], alpha[around], mean)
        colours = colours[top - first_row :, left - first_column :][: hidden.shape[0], : hidden.shape[1]]
        rgb[block][hidden] = colours[hidden]


def _means_beside(rgb, alpha, mean):
    """uint8 (height, width, 3): means of visible colours in the smallest square that has any, else `mean`."""
    weights = alpha[..., None].astype(np.float32)
    weighted = np.concatenate([rgb * weights, weights], axis=-1)
    colours = mean
    for side in reversed(SQUARES):
        sums = _box_sums(weighted, side)
        near = sums[..., 3:] > 0
        colours = np.where(near, sums[..., :3] / np.where(near, sums[..., 3:], 1), colours)
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)


def _box_sums(values, side):
    """Sums over squares of an odd side around each pixel, zeros beyond; exact for whole numbers, in float64."""
    for axis in (0, 1):
        places = np.arange(values.shape[axis])
        sums = np.cumsum(values, axis=axis, dtype=np.float64)
        sums = np.insert(sums, 0, 0.0, axis=axis)
        last, first = np.minimum(places + side // 2 + 1, len(places)), np.maximum(places - side // 2, 0)
        values = sums.take(last, axis=axis) - sums.take(first, axis=axis)
    return values


def _mean_visible(rgb, alpha):
    """float (3,): the mean colour, weighted by alpha; white where nothing is visible."""
    total, weight = np.zeros(3), 0.0
    for rows in row_strips(*alpha.shape):
        weights = alpha[rows].astype(np.float32).ravel()
        total += weights @ rgb[rows].reshape(-1, 3).astype(np.float32)
        weight += weights.sum(dtype=np.float64)
    return total / weight if weight else np.full(3, 255.0)


def resize_with_alpha(rgb, alpha, height, width):
    """Resizes colours and mask together: each colour counts as much as it is visible.

    Args:
        rgb: uint8 (any height, any width, 3).
        alpha: uint8 of the same height and width.

    Returns:
        (rgb, alpha): uint8 (height, width, 3) and (height, width).
    """
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.putalpha(Image.fromarray(np.ascontiguousarray(alpha)))
    pixels = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
    rgb, alpha = np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])
    colour_hidden(rgb, alpha)
    return rgb, alpha
