"""What makes a low-resolution input of a photograph, for training and evaluation alike (section 4.2)."""

import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.layers import GaussianBlur
from fast_style.common.types import Tensor
from superres.bicubic import bicubic_resize
from superres.settings import DEGRADATIONS

BLUR_SIGMA = 1.0


def check_degradation(name):
    """Raises UserError unless `name` is one of `DEGRADATIONS`."""
    if name not in DEGRADATIONS:
        raise UserError(f"degradation: expected one of {', '.join(DEGRADATIONS)}. Received: {name!r}")


def degrade(images: Tensor, factor: int, degradation: str = "blur-bicubic") -> Tensor:
    """Images shrunk by a whole factor, as inputs of super-resolution are made (section 4.2).

    ``"blur-bicubic"`` is the paper's: a Gaussian blur of sigma 1.0 pixels, then antialiased bicubic.
    ``"bicubic"`` leaves out the blur; it equals Pillow's up to 1. Either result is rounded, as the
    8-bit files that a network meets later are.

    >>> import numpy as np, superres
    >>> photos = np.zeros((2, 32, 48, 3), np.uint8)
    >>> tuple(superres.degrade(photos, 4).shape)
    (2, 8, 12, 3)

    Args:
        images: uint8 or float (batch, height, width, 3), RGB 0..255; sides are multiples of `factor`.
        factor: how many times smaller, an int of at least 1.
        degradation: ``"blur-bicubic"`` (default) or ``"bicubic"``.

    Returns:
        float32 (batch, height / factor, width / factor, 3), whole numbers in 0..255.

    Raises:
        UserError: an unknown degradation, sides that are no multiples.
    """
    check_degradation(degradation)
    if any(side is not None and side % factor for side in images.shape[1:3]):
        raise UserError(f"degrade: expected sides that are multiples of {factor}. Received: {tuple(images.shape)}")
    images = ops.cast(images, "float32")
    height, width = ops.shape(images)[1:3]
    if degradation == "blur-bicubic":
        images = GaussianBlur(BLUR_SIGMA, dtype="float32")(images)
    return bicubic_resize(images, height // factor, width // factor, quantize=True)


def degrade_photo(rgb, factor, degradation="blur-bicubic"):
    """:func:`degrade` for one array: uint8 (height, width, 3) -> uint8 (height / factor, width / factor, 3)."""
    low = degrade(ops.convert_to_tensor(rgb[None]), factor, degradation)
    return np.asarray(ops.convert_to_numpy(low)[0], np.uint8)


def crop_to_multiple(images, factor):
    """Cuts (..., height, width, channels) at the bottom and right until both sides are multiples."""
    height, width = (ops.shape(images)[axis] // factor * factor for axis in (-3, -2))
    return images[..., :height, :width, :]
