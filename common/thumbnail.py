"""What a network does, in one small picture that ships beside its weights."""

from common.geometry import resize_array
from common.pixels import to_uint8
from common.sample_photos import sample_photos

SIDE = 256
LEFT = 128  # of the portrait's square, whose top is that of the photograph


def thumbnail(network):
    """The portrait of scikit-image's samples (CC0), painted; or shrunk, then enlarged, by super-resolution.

    Args:
        network: a style network, or one with an integer ``factor``.

    Returns:
        RGB uint8 (256, 256, 3).
    """
    portrait = sample_photos()["astronaut"][:SIDE, LEFT : LEFT + SIDE]
    side = SIDE // getattr(network, "factor", 1)
    return to_uint8(network(resize_array(portrait, side, side)[None], training=False)).numpy()[0]
