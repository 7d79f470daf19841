"""What a network does, in one small picture that ships beside its weights."""

from fast_style.common.images.geometry import resize_array
from fast_style.common.images.sample_photos import sample_photos

SIDE = 256
LEFT = 128  # of the portrait's square, whose top is that of the photograph


def thumbnail(network, task):
    """The portrait of scikit-image's samples (CC0), painted; or shrunk, then enlarged, by super-resolution.

    Args:
        network: :class:`ImageNetwork`.
        task: that it is of.

    Returns:
        RGB uint8 (256, 256, 3).
    """
    portrait = sample_photos()["astronaut"][:SIDE, LEFT : LEFT + SIDE]
    side = SIDE // network.factor
    return task.apply(resize_array(portrait, side, side), network)
