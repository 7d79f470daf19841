"""Where the pixels of a reflected border come from, in NumPy: what is painted without TensorFlow needs no more."""

import numpy as np


def reflected(length, before, after):
    """:func:`common.images.geometry.reflected_indices` of numbers, as a NumPy array."""
    period = max(2 * (length - 1), 1)
    position = np.arange(-before, length + after) % period
    return np.minimum(position, period - position)


def padded_indices(length, margin, padding, multiple):
    """Where each row (or column) of a padded picture comes from.

    Args:
        length: of the picture.
        margin: reflected first, on both sides.
        padding: reflected about the margin's ends, on both sides.
        multiple: what the length with its margin is filled up to behind, by reflection.

    Returns:
        int array.
    """
    around = reflected(length, margin, margin)
    return around[reflected(len(around), padding, padding + -len(around) % multiple)]
