"""Histogram matching, the paper's post-processing (section 4.2)."""

import numpy as np

from fast_style.common.images.strips import row_strips


def match_histograms(image, reference):
    """Gives each channel of an image the distribution of values of a reference.

    The rule is that of ``skimage.exposure.match_histograms``, which on 8-bit images truncates where
    this rounds, and needs 16 bytes for each pixel where this needs a table of 256.

    Args:
        image: uint8 (height, width, channels).
        reference: uint8 (any height, any width, channels).

    Returns:
        uint8 of the shape of `image`.
    """
    matched = np.empty_like(image)
    for channel in range(image.shape[-1]):
        table = _table(_counts(image[..., channel]), _counts(reference[..., channel]))
        for rows in row_strips(*image.shape[:2]):  # numpy looks up, and counts, in 64 bits
            matched[rows, :, channel] = table[image[rows, :, channel]]
    return matched


def _counts(values):
    return sum(np.bincount(values[rows].ravel(), minlength=256) for rows in row_strips(*values.shape))


def _table(counts, reference_counts):
    """uint8 (256,): for each value that which has its quantile in the reference, between those that occur."""
    quantiles = np.cumsum(counts) / counts.sum()
    present = reference_counts > 0
    reference_quantiles = np.cumsum(reference_counts)[present] / reference_counts.sum()
    return np.rint(np.interp(quantiles, reference_quantiles, np.flatnonzero(present))).astype(np.uint8)
