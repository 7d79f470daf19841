"""Geometric self-ensemble: the mean of what a network makes of the eight orientations of an image."""

import numpy as np

from superres.orientation import ORIENTATIONS, turn, turn_back


def enlarge_by_ensemble(network, image):
    """Enlarges an image in its eight orientations, and takes the mean (Timofte et al. 2016; Lim et al. 2017, 3.4).

    Errors that have a direction, such as hatching, cancel out, and what is in the photograph stays. Takes
    eight times as long; not in the paper.

    Args:
        network: :class:`superres.enlarging_network.EnlargingNetwork`.
        image: uint8 (1, height, width, 3).

    Returns:
        uint8 NumPy array (1, height * factor, width * factor, 3): the rounded mean of eight that were rounded.
    """
    count = len(ORIENTATIONS)
    total = sum(np.asarray(turn_back(network.render(turn(image, one)), one), np.uint16) for one in ORIENTATIONS)
    return ((total + count // 2) // count).astype(np.uint8)
