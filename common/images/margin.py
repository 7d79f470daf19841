"""The margin that is painted round a photograph and cut off."""

from fast_style.common.images.geometry import reflect_pad


def add_margin(photos, margin):
    """Photographs (batch, height, width, channels), reflected by `margin` pixels a side."""
    return reflect_pad(photos, margin, margin, margin, margin) if margin else photos


def cut_margin(painted, margin):
    """What is within `margin` pixels of the borders is cut off: the inverse of :func:`add_margin`."""
    return painted[:, margin:-margin, margin:-margin] if margin else painted
