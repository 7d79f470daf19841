"""Stylises photographs: one array, or files in and files out."""

import functools
import os
import typing
from collections.abc import Mapping, Sequence

import numpy as np

from fast_style.blending import blend
from fast_style.common.commands.photo_jobs import run_jobs
from fast_style.common.commands.progress import ShareProgress
from fast_style.common.errors import UserError
from fast_style.common.images.geometry import limit_long_side, limit_photo
from fast_style.common.images.image_io import Photo, as_rgb, check_fits
from fast_style.common.images.sides import limited_sides
from fast_style.common.memory import memory_errors, physical_memory
from fast_style.common.networks.litert_network import check_not_litert
from fast_style.common.streams import warn
from fast_style.common.types import Image
from fast_style.masks import as_mask
from fast_style.painter import Painter, painter_of

if typing.TYPE_CHECKING:
    from fast_style.network import TransformationNetwork

# What a photograph may take before it is painted in strips: with the paper's network 6 megapixels in float32, 12 in
# bfloat16, which is what telephones take.
WHOLE_BYTES = 7 << 29
# What a map of weights of conditions takes more, in bytes a pixel with 32 filters: it makes scales and shifts of each
# pixel, float32 in every precision. Measured: 1210 rather than 378, photographs of 1400x1400, AVX-512.
BYTES_OF_A_MAP = 850
STREAMING = ("auto", "exact", "fast", "off")


def stylize(
    image: Image,
    network: "TransformationNetwork | str | os.PathLike",
    *,
    style: str | Mapping | None = None,
    stroke: float = 1.0,
    masks: Sequence = (),
    max_size: int | None = None,
    streaming: str = "auto",
    progress: bool = False,
    strength: float = 1.0,
    original_colours: bool = False,
    seed: int | None = None,
) -> np.ndarray:
    """Photograph painted in the style of a network, or in those of one that knows many.

    >>> import numpy as np, fast_style
    >>> photo = np.zeros((32, 45, 3), np.uint8)
    >>> fast_style.stylize(photo, "starry_night_fast").shape
    (32, 45, 3)
    >>> sizes = [("wave", 256), ("wave", 512), ("udnie", 256), ("udnie", 512)]
    >>> network = fast_style.TransformationNetwork(width=2, conditions=sizes)
    >>> sky = np.linspace(1, 0, 32)[:, None] * np.ones(45)
    >>> fast_style.stylize(photo, network, style={"wave": 0.6, "udnie": 0.4}, stroke=2, masks=[(sky, "udnie")]).shape
    (32, 45, 3)

    Args:
        image: a path, encoded bytes, or RGB or grey uint8 (height, width, 3), (height, width), any size from 1x1.
        network: a :class:`TransformationNetwork`, the name of one that ships, or a ``.keras`` file. One that is named
            is kept for the next call.
        style: a painting of the network, a mixture, ``"wave:0.6 + udnie:0.4"``, or ``{"wave": 0.6, "udnie": 0.4}``, in
            which ``"photograph"`` is the photograph as it is. ``@`` behind a painting is a stroke of its own,
            ``"wave@2"``. Default: the first painting; with masks the photograph.
        stroke: size of strokes beside that of the training's middle, 0.25 to 4. Between sizes that the network was
            trained at, it mixes them; beyond them, the photograph is painted at another size. Default: 1.
        masks: pairs of a mask and of the style of what it covers; `style` is that of the rest. A mask is a path,
            encoded bytes, or an array (height, width), uint8 0..255, bool or float 0..1: grey covers in part. It is
            stretched to the photograph's size. Where masks together are more than white, each has its part.
        max_size: pixels, at least 1, to which the long side is shrunk where it is longer. Default: None, as it is.
        streaming: ``"off"``: the photograph as a whole, memory grows with it; ``"exact"``: in strips, in about 2 GB of
            memory, which hardly grows with it, and the same picture; ``"fast"``: in strips with the statistics of a
            reduced copy, in one pass, a slightly different picture; ``"auto"`` (default): exact strips for photographs
            that would take more than 3.5 GiB, or more than half of this machine's memory.
        progress: show a progress bar while strips are painted. Default: False.
        strength: share of the painting in the result, 0 to 1; the rest is of the photograph: painted in the same pass
            by a network that was trained to give it back, mixed in by pixel else. Default: 1.
        original_colours: keep the photograph's colours and take light and dark of the painting. Default: False.
        seed: 0 to 2**32 - 1, another variation for each, of a network with a field of noise; others take 0. Default:
            None, that of the network, which is 0 where nothing else was said.

    Returns:
        RGB uint8 of the photograph's (or the shrunk one's) size.

    Raises:
        UserError: a bad image, network, style, stroke, mask, size, strength, seed or choice of streaming; a photograph
            larger than memory, or the room for temporary files, can hold.
    """
    if streaming not in STREAMING:
        raise UserError(f"streaming: expected one of {', '.join(STREAMING)}. Received: {streaming!r}")
    if not isinstance(network, Painter):
        network = painter_of(network, style=style, stroke=stroke, strength=strength, masks=masks, seed=seed)
    rgb = as_rgb(image)
    if max_size is not None:
        _check_max_size(max_size)
        rgb = limit_long_side(rgb, max_size)
    picture, shown = network.paint(rgb, functools.partial(_paint, streaming=streaming, progress=progress))
    return blend(picture, rgb, shown, original_colours)


def _check_max_size(max_size):
    if max_size < 1:
        raise UserError(f"max_size: expected at least 1 pixel. Received: {max_size!r}")


def _paint(rgb, network, weights, streaming, progress):
    height, width = rgb.shape[:2]
    needed = network.peak_bytes(height, width)
    if np.ndim(weights) == 3:
        needed += height * width * BYTES_OF_A_MAP * network.width // 32
    if streaming == "auto":
        streaming = "exact" if is_large(needed) else "off"
    if streaming != "off":
        check_not_litert(network, strips_of(height, width))
        return _in_strips(rgb, network, streaming, progress, weights)
    check_memory_holds(needed, height, width)
    try:
        return np.asarray(network.render(rgb[None], *([] if weights is None else [weights[None]])))[0]
    except memory_errors():
        raise UserError(
            f"photo: expected one that memory can hold, --max-size, or --streaming exact. Received: {width}x{height}"
        ) from None


def whole_bytes():
    """What a photograph may take as a whole, in bytes, before it is painted in strips where nothing is said."""
    return min(WHOLE_BYTES, physical_memory() // 2 or WHOLE_BYTES)


def is_large(needed):
    """Whether a photograph that takes so many bytes as a whole is painted in strips where nothing is said."""
    return needed > whole_bytes()


def check_memory_holds(needed, height, width, expected="photo: expected one"):
    """Raises UserError for a photograph that this machine cannot hold, rather than to be killed half-way.

    Args:
        needed: bytes that it takes as a whole.
        height, width: its sides.
        expected: how its line begins.
    """
    memory = physical_memory()
    if 0 < memory < needed:
        raise UserError(
            f"{expected} that {memory >> 30} GiB of memory can hold, --max-size, or --streaming exact. "
            f"Received: {width}x{height}, which needs about {needed >> 30} GiB"
        )


def strips_of(height, width):
    """What TensorFlow is needed for, in words for an error."""
    return f"strips of a photograph of {width}x{height}"


def _in_strips(rgb, network, statistics, progress, weights):
    import keras

    if (backend := keras.backend.backend()) != "tensorflow":
        raise UserError(f"--streaming: expected off, as Keras computes by {backend}. Received: {statistics}")

    from fast_style.streaming import stylize_in_strips

    height, width = rgb.shape[:2]
    with ShareProgress(f"{width}x{height}", progress) as bar:
        return stylize_in_strips(rgb, network, statistics, on_progress=bar.reach, weights=weights)


def stylize_photo(photo, network, *, max_size=None, **options):
    """:func:`stylize`, with its options, for a :class:`Photo`.

    Colours are painted as they are without the mask, which is carried over: what was mixed with white would have
    that mixed in again wherever the result is shown.
    """
    if max_size is not None:
        _check_max_size(max_size)
        photo = limit_photo(photo, max_size)
    return Photo(stylize(photo.rgb, network, **options), photo.alpha)


def photo_painter(network, max_size=None, streaming="auto", original_colours=False, masks=(), progress=False, **chosen):
    """A function for :func:`run_jobs` from a :class:`Photo` and its job to the Photo by :func:`stylize`.

    Args:
        masks: as of :func:`stylize`, with the name of each behind.
        chosen: of :class:`Painter`.
    """
    untold = [(name, as_mask(mask)) for mask, _, name in masks]
    painter = functools.cache(lambda: Painter(network, masks=[one[:2] for one in masks], **chosen))

    def transform(photo, job):
        sides = photo.rgb.shape[:2]
        check_fits(*(limited_sides(*sides, max_size) if max_size else sides), job.file_format)
        for name, mask in [one for one in untold if one[1].grey.shape != sides]:
            height, width = mask.grey.shape
            warn(f"{name}: {width}x{height} is stretched to the size of each photograph, {sides[1]}x{sides[0]} first")
            untold.remove((name, mask))
        options = {"streaming": streaming, "progress": progress, "original_colours": original_colours}
        return stylize_photo(photo, painter(), max_size=max_size, **options)

    return transform


def stylize_files(jobs, network, *, quality=95, progress=True, signals=None, **options):
    """Runs jobs of :func:`plan_jobs` with the `options` of :func:`photo_painter`; see :func:`run_jobs`."""
    return run_jobs(jobs, photo_painter(network, progress=progress, **options), quality, progress, signals)
