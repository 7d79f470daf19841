"""Enlarges photographs: one array, or files in and files out."""

import os
import typing

import numpy as np

from fast_style.common.commands.photo_jobs import run_jobs
from fast_style.common.commands.progress import SECONDS_A_LINE_OF_ONE, CountProgress
from fast_style.common.errors import UserError, check_whole, is_finite_number
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import Photo, as_rgb, check_fits
from fast_style.common.images.pixels import without_colour
from fast_style.common.memory import memory_errors, physical_memory
from fast_style.common.networks.source import as_network
from fast_style.common.types import Image
from superres.histograms import match_histograms
from superres.orientation import ORIENTATIONS
from superres.task import TASK
from superres.tiles import default_tile, enlarge_in_tiles, tile_count

if typing.TYPE_CHECKING:
    from superres.enlarging_network import EnlargingNetwork

MAX_OUTPUT_PIXELS = 2_000_000_000
# A progress bar over tiles is shown from so many passes through the network on: below it a photograph takes seconds.
MANY_PASSES = 16


def upscale(
    image: Image,
    network: "EnlargingNetwork | str | os.PathLike",
    *,
    histogram_matching: bool | None = None,
    tile: int | None = None,
    progress: bool = False,
    self_ensemble: bool = False,
    outscale: float | None = None,
) -> np.ndarray:
    """Photograph enlarged by a network's factor, or by that and to any other.

    >>> import numpy as np, superres
    >>> photo = np.zeros((16, 23, 3), np.uint8)
    >>> superres.upscale(photo, "x4_srcnn").shape
    (64, 92, 3)

    Args:
        image: a path, encoded bytes, or RGB or grey uint8 (height, width, 3), (height, width), any size from 1x1.
        network: a :class:`SuperResolutionNetwork` or :class:`SRCNN`, the name of one that ships, or a
            ``.keras`` file. One that is named is kept for the next call.
        histogram_matching: match the histogram of each channel to the photograph's, as the paper does.
            Default: as the network was meant, on for those of the feature loss.
        tile: side in input pixels, at least 1, of the tiles in which the photograph is enlarged; 0 for none.
            Default: tiles whose output side is 768 pixels, where the photograph is larger than one; none for
            networks with instance normalization, which look at the whole photograph.
        progress: show a progress bar where there are many tiles. Default: False.
        self_ensemble: take the mean over the eight orientations of the photograph: closer to it and without
            hatching, in eight times the time. Default: False.
        outscale: how many times larger the result is to be: what the network gives is resized bicubically. Default:
            None for the network's factor.

    Returns:
        RGB uint8 (height * factor, width * factor, 3), or with `outscale` in place of the factor, rounded; grey where
        the photograph is.

    Raises:
        UserError: a bad image, network, tile or scale; an output of more than 2 gigapixels, or more than
            memory holds.
    """
    network = as_network(network, TASK)
    rgb = as_rgb(image)
    height, width = rgb.shape[:2]
    scaled_sides(height, width, network)  # what the network gives is held, too
    sides = scaled_sides(height, width, network, outscale)
    if tile is None:
        tile = default_tile(network.factor) if network.is_local else 0
    else:
        check_whole(tile=tile)
    tile = tile or max(height, width)
    _check_memory(height, width, network, tile)
    count = tile_count(height, width, tile)
    passes = count * (len(ORIENTATIONS) if self_ensemble else 1)
    # A network makes faint colours of grey.
    finish = without_colour if (rgb[..., :1] == rgb[..., 1:]).all() else None
    try:
        with CountProgress(
            count, "tiles", progress, SECONDS_A_LINE_OF_ONE, bar=passes > MANY_PASSES, leave=False
        ) as bar:
            enlarged = enlarge_in_tiles(rgb, network, tile, finish, bar.update, self_ensemble)
        if network.histogram_matching if histogram_matching is None else histogram_matching:
            enlarged = match_histograms(enlarged, rgb)
        return resize_array(enlarged, *sides)
    except memory_errors():
        raise UserError(
            f"image: expected an output that memory holds. Received: {width}x{height} pixels, "
            f"to be enlarged {network.factor} times"
        ) from None


def scaled_sides(height, width, network, outscale=None):
    """(height, width) that a photograph is enlarged to, as of :func:`upscale`: whole numbers of pixels, at least 1.

    Raises:
        UserError: no number of times; an output of more than 2 gigapixels.
    """
    scale = network.factor if outscale is None else outscale
    if not is_finite_number(scale) or scale <= 0:
        raise UserError(f"outscale: expected a positive number. Received: {scale!r:.80}")
    # A finite number of times a side may be infinite, which cannot be rounded.
    high, wide = (max(1, round(min(side * float(scale), MAX_OUTPUT_PIXELS + 1))) for side in (height, width))
    if high * wide > MAX_OUTPUT_PIXELS:
        raise UserError(
            f"image: expected an output of at most {MAX_OUTPUT_PIXELS // 10**9} gigapixels. "
            f"Received: {width}x{height} pixels, to be enlarged {scale} times"
        )
    return high, wide


def _check_memory(height, width, network, tile):
    """Refuses what this machine's memory cannot hold, rather than to be killed half-way."""
    overlap = 2 * network.receptive_radius
    read = network.peak_bytes(min(height, tile + overlap), min(width, tile + overlap))
    needed = read + network.factor**2 * height * width * 3
    memory = physical_memory()
    if 0 < memory < needed:
        raise UserError(
            f"image: expected one that {memory >> 30} GiB of memory can hold, or a smaller --tile than {tile}. "
            f"Received: {width}x{height} pixels, to be enlarged {network.factor} times, which needs about "
            f"{needed >> 30} GiB"
        )


def upscale_photo(photo, network, **options):
    """:func:`upscale`, with its options, for a :class:`Photo`: the mask is enlarged bicubically, colours without it."""
    rgb = upscale(photo.rgb, network, **options)
    alpha = None if photo.alpha is None else resize_array(photo.alpha, *rgb.shape[:2])
    return Photo(rgb, alpha)


def photo_enlarger(network, **options):
    """A function for :func:`run_jobs` from a :class:`Photo` and its job to the Photo by :func:`upscale`.

    Args:
        network: as of :func:`upscale`.
        options: the rest of :func:`upscale`.
    """

    def transform(photo, job):
        height, width = scaled_sides(*photo.rgb.shape[:2], network, options.get("outscale"))
        check_fits(height, width, job.file_format)
        return upscale_photo(photo, network, **options)

    return transform


def upscale_files(jobs, network, *, quality=95, progress=True, signals=None, **options):
    """Runs jobs of :func:`plan_jobs` with the `options` of :func:`photo_enlarger`; see :func:`run_jobs`."""
    return run_jobs(jobs, photo_enlarger(network, progress=progress, **options), quality, progress, signals)
