"""The eight ways to turn and mirror an image, and back: a network should not care which of them it sees."""

import itertools

from fast_style.common.keras_ops import ops

# (mirrored left to right, mirrored top to bottom, rows and columns changing places); the first four keep the sides.
ORIENTATIONS = tuple(
    (*mirrored, swapped) for swapped in (False, True) for mirrored in itertools.product((False, True), repeat=2)
)


# Input pixels at each side in which padding speaks, so that orientations are not compared there.
BORDER = 2


def turn(images, orientation):
    """Images (batch, height, width, channels), any dtype, in one of :data:`ORIENTATIONS`, as a tensor."""
    horizontally, vertically, swapped = orientation
    images = _mirror(images, horizontally, vertically)
    return ops.transpose(images, (0, 2, 1, 3)) if swapped else images


def turn_back(images, orientation):
    """The inverse of :func:`turn`."""
    horizontally, vertically, swapped = orientation
    images = ops.transpose(images, (0, 2, 1, 3)) if swapped else images
    return _mirror(images, horizontally, vertically)


def _mirror(images, horizontally, vertically):
    axes = [axis for axis, asked in ((1, vertically), (2, horizontally)) if asked]
    return ops.flip(images, axis=axes) if axes else ops.convert_to_tensor(images)
