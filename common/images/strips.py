"""Runs of rows, so that work in other types than 8 bits needs no more memory where a picture is large."""

STRIP_PIXELS = 1 << 20


def row_strips(height, width, pixels=STRIP_PIXELS):
    """Slices of all rows from the first on, each of about as many pixels and of one row at least.

    Args:
        height, width: of a picture, 1 or more.
        pixels: of a strip.

    Yields:
        slice.
    """
    step = max(pixels // width, 1)
    for first in range(0, height, step):
        yield slice(first, min(first + step, height))
