"""Colours beside a mask: what shows behind them, and what they are where nothing shows."""

import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

from fast_style.common.images.strips import row_strips

# Sides in pixels of the squares whose visible pixels colour an invisible one in their middle, the nearest first.
SQUARES = (3, 9, 33)


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
    if alpha.shape[1] > len(alpha):  # strips, with the rows around them, across the shorter side
        rgb, alpha = rgb.swapaxes(0, 1), alpha.T
    reach = max(SQUARES) // 2
    mean = _mean_visible(rgb, alpha)
    for rows in row_strips(*alpha.shape):
        first = max(rows.start - reach, 0)
        hidden = alpha[rows] == 0
        if not hidden.any():
            continue
        around = slice(first, rows.stop + reach)
        weights = alpha[around, :, None].astype(np.float32)
        weighted = np.concatenate([rgb[around] * weights, weights], axis=-1)
        inside = slice(rows.start - first, rows.stop - first)
        colours = np.broadcast_to(mean, (*hidden.shape, 3))
        for side in reversed(SQUARES):
            sums = uniform_filter(weighted, (side, side, 1), mode="constant")[inside]
            near = sums[..., 3:] > 1e-4  # one pixel of alpha 1 in the largest square is 9e-4
            colours = np.where(near, sums[..., :3] / np.where(near, sums[..., 3:], 1), colours)
        rgb[rows][hidden] = np.clip(np.rint(colours[hidden]), 0, 255).astype(np.uint8)


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
