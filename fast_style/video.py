"""Clips painted in the style of a network: files in and files out, or frames for loops of one's own."""

import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fast_style.blending import blend
from fast_style.common.commands.clip_jobs import paint_to_file
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.video.calm import Calm
from fast_style.common.video.formats import Target
from fast_style.common.video.frame import Frame
from fast_style.common.video.network_painter import NetworkPainter
from fast_style.common.video.painting import Result, paint_frames
from fast_style.common.video.reading import open_clip
from fast_style.network import TransformationNetwork
from fast_style.painter import painter_of
from fast_style.stylization import check_memory_holds, is_large, stylize, whole_bytes


def stylize_video(
    source: str | os.PathLike,
    target: str | os.PathLike,
    network: TransformationNetwork | str | os.PathLike,
    *,
    codec: str | None = None,
    crf: int | None = None,
    start: float | None = None,
    end: float | None = None,
    fps: float | None = None,
    max_size: int | None = None,
    style: str | Mapping | None = None,
    stroke: float = 1.0,
    masks: Sequence = (),
    strength: float = 1.0,
    original_colours: bool = False,
    calm: bool = True,
    precision: str = "auto",
    seed: int | None = None,
    overwrite: bool = False,
    progress: bool = False,
) -> Result:
    """Paints a clip into a file: as many frames at the same times, upright, with sound, subtitles and chapters as
    they were.

    >>> import os, tempfile, numpy as np, fast_style
    >>> from PIL import Image
    >>> folder = tempfile.mkdtemp()
    >>> for number in range(3):
    ...     Image.new("RGB", (32, 24), (60 * number, 0, 0)).save(os.path.join(folder, f"{number}.png"))
    >>> network = fast_style.TransformationNetwork(width=2)
    >>> fast_style.stylize_video(folder, os.path.join(folder, "painted.gif"), network).count
    3

    Args:
        source: anything that FFmpeg reads, a GIF, a WebP that moves, numbered frames (``frames/%04d.png``) or a folder
            of them: the pictures in it whose names differ in their numbers alone.
        target: the file, ``.mp4``, ``.mov``, ``.mkv``, ``.webm``, ``.gif`` or ``.webp``, which appears when
            it is whole; or numbered frames (``painted/%04d.png``), which appear when all are there, in place of
            those of any number that were there.
        network: a :class:`TransformationNetwork`, the name of one that ships, or a ``.keras`` file.
        codec: ``"h264"``, ``"h265"``, ``"av1"``, ``"vp9"``, ``"prores"`` or ``"ffv1"``. Default: that of the container,
            H.264, but VP9 in WebM.
        crf: quality of the codec: less is better and larger. Default: the codec's own, 20 of H.264.
        start, end: seconds, of what is painted. Default: all.
        fps: frames a second, to which others are left out or shown again. Default: the frames and times of the source,
            and 25 of numbered frames.
        max_size: pixels, at least 1, to which the long side is shrunk where it is longer. Default: None, as it is.
        style, stroke, masks: as of :func:`stylize`, for a network that knows many paintings.
        strength: share of the painting in the result, 0 to 1; the rest is of the clip. Default: 1.
        original_colours: keep the clip's colours and take light and dark of the painting. Default: False.
        calm: take the flicker out by optical flow, as :class:`Calm` does. Default: True.
        precision: ``"auto"`` (default): what is quickest here; or a dtype policy, ``"float32"``,
            ``"mixed_bfloat16"``, ``"mixed_float16"``.
        seed: as of :func:`stylize`; a field of noise stands still while a clip moves.
        overwrite: whether an existing file is replaced, or existing numbered frames. Default: False.
        progress: show a bar with frames a second. Default: False.

    Returns:
        Result: ``count`` of frames, ``seconds`` that they last, and ``notes``: what was lost and repeated, a line each.

    Raises:
        UserError: a bad file, place, network or option; numbered frames that would replace those of the source; frames
            larger than memory can hold; PyAV is not installed, which reading and writing need, or OpenCV, which calm
            needs.
    """
    target = Target(os.fspath(target), codec, crf)
    taken = {"start": start, "end": end, "fps": fps, "max_size": max_size, "square": target.pictures}
    painter = _painter(network, precision, style=style, stroke=stroke, masks=masks, strength=strength, seed=seed)

    def paint(clip):
        return frame_painter(painter, *clip.sides, original_colours)

    return paint_to_file(os.fspath(source), target, paint, taken, overwrite, progress, calm)


def stylize_frames(
    source: str | os.PathLike,
    network: TransformationNetwork | str | os.PathLike,
    *,
    start: float | None = None,
    end: float | None = None,
    fps: float | None = None,
    max_size: int | None = None,
    style: str | Mapping | None = None,
    stroke: float = 1.0,
    masks: Sequence = (),
    strength: float = 1.0,
    original_colours: bool = False,
    calm: bool = True,
    precision: str = "auto",
    seed: int | None = None,
) -> Iterator[Frame]:
    """Frames of a clip, painted, for loops of one's own.

    >>> import os, tempfile, fast_style
    >>> from PIL import Image
    >>> folder = tempfile.mkdtemp()
    >>> for number in range(3):
    ...     Image.new("RGB", (32, 24), (60 * number, 0, 0)).save(os.path.join(folder, f"{number}.png"))
    >>> for frame in fast_style.stylize_frames(folder, fast_style.TransformationNetwork(width=2), fps=10):
    ...     print(float(frame.time), frame.rgb.shape)
    0.0 (24, 32, 3)
    0.1 (24, 32, 3)
    0.2 (24, 32, 3)

    Args:
        source, network, start, end, fps, max_size: as of :func:`stylize_video`; so are the others, `style`, `stroke`,
            `masks`, `strength`, `original_colours`, `calm`, `precision` and `seed`.

    Yields:
        Frame: ``rgb``, uint8 (height, width, 3); ``time`` and ``duration``, seconds as ``fractions.Fraction``. Each is
        painted when it is asked for.

    Raises:
        UserError: as of :func:`stylize_video`.
    """
    painter = _painter(network, precision, style=style, stroke=stroke, masks=masks, strength=strength, seed=seed)
    with open_clip(os.fspath(source), start=start, end=end, fps=fps, max_size=max_size) as clip:
        paint, batch = frame_painter(painter, *clip.sides, original_colours)
        yield from paint_frames(clip.frames(), paint, batch, Calm() if calm else None)


def _painter(network, precision, **chosen):
    return painter_of(network, lambda network: in_precision(network, precision), **chosen)


def frame_painter(painter, height, width, original_colours=False, streaming="auto"):
    """(function of a batch of frames, frames of a batch); see :func:`paint_frames`.

    Frames that are painted in more than one style, at another size, or that would take more memory than there is, or
    for which `streaming` asks, are painted one by one.
    """
    whole = painter.whole_pictures()
    needed = painter.network.peak_bytes(height, width)
    large = streaming == "auto" and is_large(needed)
    if whole is None or large or streaming in ("exact", "fast"):
        options = {"streaming": streaming, "original_colours": original_colours}
        return lambda frames: [stylize(rgb, painter, **options) for rgb in frames], 1
    network, shown = whole
    check_memory_holds(needed, height, width, "clip: expected frames")
    batches = NetworkPainter(network, height, width, whole_bytes())

    def paint(frames):
        painted = zip(batches(frames), frames, strict=True)
        return np.stack([blend(picture, rgb, shown, original_colours) for picture, rgb in painted])

    return paint, batches.batch
