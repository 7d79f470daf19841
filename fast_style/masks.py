"""Masks: grey pictures that say where a photograph is painted how."""

import dataclasses
import os

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import Photo, as_rgb, read_photo


@dataclasses.dataclass(frozen=True, eq=False)
class Mask:
    """Where one style shows: white wholly, grey in part, black not at all.

    Attributes:
        grey: uint8 (height, width).
    """

    grey: np.ndarray

    def shares(self, height, width):
        """float32 (height, width), 0 to 1: the mask stretched to a photograph's size."""
        from fast_style.common.images.geometry import resize_array

        return resize_array(self.grey, height, width).astype("float32") / 255


def as_mask(mask):
    """Mask of a path, encoded bytes, a Photo as read, or an array.

    Of a picture that is not grey, its light counts, and what is transparent is black.

    Args:
        mask: path, bytes, :class:`Photo`, :class:`Mask`, or array (height, width): uint8 0..255, bool, or float 0..1;
            uint8 may also be (height, width, 3).

    Raises:
        UserError: what is none of these, or does not decode.
    """
    if isinstance(mask, Mask):
        return mask
    if isinstance(mask, str | os.PathLike | bytes):
        mask = read_photo(mask)
    if isinstance(mask, Photo):
        grey = _light(mask.rgb)
        return Mask(grey if mask.alpha is None else np.rint(grey * (mask.alpha / 255)).astype(np.uint8))
    array = np.asarray(mask)
    if array.dtype == bool:
        array = array.astype("float32")
    if array.dtype.kind == "f":
        if array.ndim != 2 or not array.size or not (array.min() >= 0 and array.max() <= 1):
            raise UserError(
                "masks: expected uint8 0..255, or bool or float 0..1, (height, width). "
                f"Received: {array.dtype} array of shape {array.shape}"
            )
        return Mask(np.rint(array * 255).astype(np.uint8))
    return Mask(_light(as_rgb(array, "masks")))


def _light(rgb):
    from fast_style.common.images.pixels import without_colour

    return without_colour(rgb)[..., 0]


def region_shares(masks, height, width):
    """float32 (height, width, masks + 1), which add up to 1: what each mask covers, and last what none does.

    Where masks together are more than white, each has its part.
    """
    regions = np.empty((height, width, len(masks) + 1), "float32")
    for number, mask in enumerate(masks):
        regions[..., number] = mask.shares(height, width)
    covered = regions[..., :-1].sum(-1)
    regions[..., -1] = np.maximum(1 - covered, 0)
    regions[..., :-1] /= np.maximum(covered, 1)[..., None]
    return regions
