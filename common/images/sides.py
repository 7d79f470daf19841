"""Sides of images, as numbers. Light."""


def limited_sides(height, width, size):
    """(height, width) of an image whose longer side is shrunk to `size` pixels where it is longer."""
    scale = min(1.0, size / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))
