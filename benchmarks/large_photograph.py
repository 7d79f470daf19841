"""A photograph of any size: one of scikit-image's samples (CC0), each pixel repeated."""

import numpy as np

from fast_style.common.images.sample_photos import sample_photos


def large_photograph(height, width):
    """uint8 (height, width, 3)."""
    sample = next(iter(sample_photos().values()))
    rows, columns = (np.arange(n) * s // n for n, s in ((height, sample.shape[0]), (width, sample.shape[1])))
    return sample[rows][:, columns]
