"""How much a clip flickers: the temporal warping error."""

import math

import numpy as np

from fast_style.common.video.flow import warp


def warping_error(before: np.ndarray, after: np.ndarray, flow: np.ndarray, mask: np.ndarray) -> float:
    """Temporal warping error of two frames (Lai et al. 2018, arXiv:1808.00449, section 4.2).

    The mean over pixels that are seen in both, and over channels, of ``(before - warp(after))^2``, of values 0..1.

    >>> import numpy as np
    >>> from fast_style.common.video.warping_error import warping_error
    >>> black, grey = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 51, np.uint8)
    >>> round(warping_error(black, grey, np.zeros((8, 8, 2), np.float32), np.ones((8, 8), bool)), 6)
    0.04

    Args:
        before, after: frames one behind the other, uint8 (height, width, 3).
        flow: from the first to the second, float32 (height, width, 2), pixels to the right and down.
        mask: bool (height, width), where it counts; see :func:`common.video.occlusion.visible`.

    Returns:
        NaN where the mask is empty.
    """
    if not mask.any():
        return math.nan
    difference = (before.astype(np.float32) - warp(after.astype(np.float32), flow))[mask] / 255
    return float(np.square(difference).mean(dtype=np.float64))
