"""What a network does, in one small picture that ships beside its weights."""

import numpy as np

from fast_style.common.images.geometry import resize_array
from fast_style.common.images.sample_photos import sample_photos
from fast_style.conditions import paintings_of
from fast_style.stylization import stylize

SIDE = 256
LEFT = 128  # of the portrait's square, whose top is that of the photograph
ROWS = 3  # of paintings, and columns


def thumbnail(network, task):
    """The portrait of scikit-image's samples (CC0), painted; or shrunk, then enlarged, by super-resolution.

    Of a network of several paintings, as many portraits as fit, each after another painting.

    Args:
        network: :class:`ImageNetwork`.
        task: that it is of.

    Returns:
        RGB uint8 (256, 256, 3).
    """
    portrait = sample_photos()["astronaut"][:SIDE, LEFT : LEFT + SIDE]
    side = SIDE // network.factor
    portrait = resize_array(portrait, side, side)
    paintings = list(paintings_of(network.conditions or ()))
    if len(paintings) < ROWS**2:
        return task.apply(portrait, network)
    edges = np.linspace(0, SIDE, ROWS + 1).round().astype(int)
    result = np.empty((SIDE, SIDE, 3), np.uint8)
    for painting, (row, column) in zip(paintings, np.ndindex(ROWS, ROWS), strict=False):
        place = result[edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
        place[:] = resize_array(stylize(portrait, network, style=painting), *place.shape[:2])
    return result
