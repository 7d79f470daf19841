"""Stylises photographs: one array, or files in and files out."""

import os
import typing

import numpy as np

from fast_style.blending import blend, check_strength
from fast_style.common.commands.photo_jobs import run_jobs
from fast_style.common.commands.progress import ShareProgress
from fast_style.common.errors import UserError
from fast_style.common.images.geometry import limit_long_side, limit_photo, limited_sides
from fast_style.common.images.image_io import Photo, as_rgb, check_fits
from fast_style.common.installed import require_tensorflow
from fast_style.common.memory import memory_errors, physical_memory
from fast_style.common.networks.litert_network import LiteRTNetwork
from fast_style.common.networks.source import as_network
from fast_style.common.types import Image
from fast_style.task import TASK

if typing.TYPE_CHECKING:
    from fast_style.network import TransformationNetwork

# What a photograph may take before it is painted in strips: with the paper's network 6 megapixels in float32, 12 in
# bfloat16, which is what telephones take.
WHOLE_BYTES = 7 << 29
STREAMING = ("auto", "exact", "fast", "off")


def stylize(
    image: Image,
    network: "TransformationNetwork | str | os.PathLike",
    *,
    max_size: int | None = None,
    streaming: str = "auto",
    progress: bool = False,
    strength: float = 1.0,
    original_colours: bool = False,
) -> np.ndarray:
    """Photograph painted in the style of a network.

    >>> import numpy as np, fast_style
    >>> photo = np.zeros((32, 45, 3), np.uint8)
    >>> fast_style.stylize(photo, "starry_night_fast").shape
    (32, 45, 3)

    Args:
        image: a path, encoded bytes, or RGB or grey uint8 (height, width, 3), (height, width), any size from 1x1.
        network: a :class:`TransformationNetwork`, the name of one that ships, or a ``.keras`` file. One that is named
            is kept for the next call.
        max_size: pixels, at least 1, to which the long side is shrunk where it is longer. Default: None, as it is.
        streaming: ``"off"``: the photograph as a whole, memory grows with it; ``"exact"``: in strips, in about 2 GB of
            memory, which hardly grows with it, and the same picture; ``"fast"``: in strips with the statistics of a
            reduced copy, in one pass, a slightly different picture; ``"auto"`` (default): exact strips for photographs
            that would take more than 3.5 GiB, or more than half of this machine's memory.
        progress: show a progress bar while strips are painted. Default: False.
        strength: share of the painting in the result, 0 to 1; the rest is of the photograph. Default: 1.
        original_colours: keep the photograph's colours and take light and dark of the painting. Default: False.

    Returns:
        RGB uint8 of the photograph's (or the shrunk one's) size.

    Raises:
        UserError: a bad image, network, size, strength or choice of streaming; a photograph larger than memory, or
            the room for temporary files, can hold.
    """
    if streaming not in STREAMING:
        raise UserError(f"streaming: expected one of {', '.join(STREAMING)}. Received: {streaming!r}")
    check_strength(strength)
    network = as_network(network, TASK)
    rgb = as_rgb(image)
    if max_size is not None:
        _check_max_size(max_size)
        rgb = limit_long_side(rgb, max_size)
    return blend(_paint(rgb, network, streaming, progress), rgb, strength, original_colours)


def _check_max_size(max_size):
    if max_size < 1:
        raise UserError(f"max_size: expected at least 1 pixel. Received: {max_size!r}")


def _paint(rgb, network, streaming, progress):
    height, width = rgb.shape[:2]
    needed = network.peak_bytes(height, width)
    memory = physical_memory()
    if streaming == "auto":
        streaming = "exact" if is_large(needed) else "off"
    if streaming != "off":
        if isinstance(network, LiteRTNetwork):
            require_tensorflow(strips_of(height, width))
            raise UserError(f"engine: expected TensorFlow for {strips_of(height, width)}. Received: LiteRT")
        return _in_strips(rgb, network, streaming, progress)
    if 0 < memory < needed:  # refused rather than to be killed half-way
        raise UserError(
            f"photo: expected one that {memory >> 30} GiB of memory can hold, --max-size, or --streaming exact. "
            f"Received: {width}x{height}, which needs about {needed >> 30} GiB"
        )
    try:
        return np.asarray(network.render(rgb[None]))[0]
    except memory_errors():
        raise UserError(
            f"photo: expected one that memory can hold, --max-size, or --streaming exact. Received: {width}x{height}"
        ) from None


def is_large(needed):
    """Whether a photograph that takes so many bytes as a whole is painted in strips where nothing is said."""
    return needed > min(WHOLE_BYTES, physical_memory() // 2 or WHOLE_BYTES)


def strips_of(height, width):
    """What TensorFlow is needed for, in words for an error."""
    return f"strips of a photograph of {width}x{height}"


def _in_strips(rgb, network, statistics, progress):
    from fast_style.streaming import stylize_in_strips

    height, width = rgb.shape[:2]
    with ShareProgress(f"{width}x{height}", progress) as bar:
        return stylize_in_strips(rgb, network, statistics, on_progress=bar.reach)


def stylize_photo(photo, network, *, max_size=None, **options):
    """:func:`stylize`, with its options, for a :class:`Photo`.

    Colours are painted as they are without the mask, which is carried over: what was mixed with white would have
    that mixed in again wherever the result is shown.
    """
    if max_size is not None:
        _check_max_size(max_size)
        photo = limit_photo(photo, max_size)
    return Photo(stylize(photo.rgb, network, **options), photo.alpha)


def stylize_files(jobs, network, max_size=None, quality=95, progress=True, signals=None, **options):
    """Runs jobs of :func:`plan_jobs` by :func:`stylize`; see :func:`run_jobs`."""

    def transform(photo, job):
        sides = photo.rgb.shape[:2]
        check_fits(*(limited_sides(*sides, max_size) if max_size else sides), job.file_format)
        return stylize_photo(photo, network, max_size=max_size, progress=progress, **options)

    return run_jobs(jobs, transform, quality, progress, signals)
