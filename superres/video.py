"""Clips enlarged by a network: files in and files out, or frames for loops of one's own."""

import os
from collections.abc import Iterator

from fast_style.common.commands.clip_jobs import paint_to_file
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import as_network
from fast_style.common.video.formats import Target
from fast_style.common.video.frame import Frame
from fast_style.common.video.painting import Result, paint_frames
from fast_style.common.video.reading import open_clip
from superres.enlarging_network import EnlargingNetwork
from superres.task import TASK
from superres.upscaling import upscale


def upscale_video(
    source: str | os.PathLike,
    target: str | os.PathLike,
    network: EnlargingNetwork | str | os.PathLike,
    *,
    codec: str | None = None,
    crf: int | None = None,
    start: float | None = None,
    end: float | None = None,
    fps: float | None = None,
    histogram_matching: bool | None = None,
    tile: int | None = None,
    self_ensemble: bool = False,
    outscale: float | None = None,
    precision: str = "auto",
    overwrite: bool = False,
    progress: bool = False,
) -> Result:
    """Enlarges a clip into a file: as many frames at the same times, upright, with sound, subtitles and chapters as
    they were.

    >>> import os, tempfile, superres
    >>> from PIL import Image
    >>> folder = tempfile.mkdtemp()
    >>> for number in range(3):
    ...     Image.new("RGB", (16, 12), (60 * number, 0, 0)).save(os.path.join(folder, f"{number}.png"))
    >>> network = superres.SuperResolutionNetwork(factor=2, width=2)
    >>> superres.upscale_video(folder, os.path.join(folder, "large.gif"), network).count
    3

    Args:
        source: anything that FFmpeg reads, a GIF, a WebP that moves, numbered frames (``frames/%04d.png``) or a folder
            of them: the pictures in it whose names differ in their numbers alone.
        target: the file, ``.mp4``, ``.mov``, ``.mkv``, ``.webm``, ``.gif`` or ``.webp``, which appears when
            it is whole; or numbered frames (``large/%04d.png``), which appear when all are there, in place of
            those of any number that were there.
        network: a :class:`SuperResolutionNetwork` or :class:`SRCNN`, the name of one that ships, or a ``.keras`` file.
        codec, crf, start, end, fps: as of :func:`fast_style.stylize_video`.
        histogram_matching, tile, self_ensemble, outscale: as of :func:`superres.upscale`.
        precision: ``"auto"`` (default): what is quickest here; or a dtype policy.
        overwrite: whether an existing file is replaced, or existing numbered frames. Default: False.
        progress: show a bar with frames a second. Default: False.

    Returns:
        Result: ``count`` of frames, ``seconds`` that they last, and ``notes``: what was lost and repeated, a line each.

    Raises:
        UserError: a bad file, place, network or option; numbered frames that would replace those of the source; frames
            larger than memory can hold; PyAV is not installed, which reading and writing need.
    """
    target = Target(os.fspath(target), codec, crf)
    taken = {"start": start, "end": end, "fps": fps, "square": target.pictures}
    network = in_precision(as_network(network, TASK), precision)
    paint = frame_enlarger(
        network, histogram_matching=histogram_matching, tile=tile, self_ensemble=self_ensemble, outscale=outscale
    )
    return paint_to_file(os.fspath(source), target, lambda clip: (paint, 1), taken, overwrite, progress)


def upscale_frames(
    source: str | os.PathLike,
    network: EnlargingNetwork | str | os.PathLike,
    *,
    start: float | None = None,
    end: float | None = None,
    fps: float | None = None,
    precision: str = "auto",
    **options,
) -> Iterator[Frame]:
    """Frames of a clip, enlarged, for loops of one's own.

    >>> import os, tempfile, superres
    >>> from PIL import Image
    >>> folder = tempfile.mkdtemp()
    >>> Image.new("RGB", (16, 12)).save(os.path.join(folder, "1.png"))
    >>> [frame.rgb.shape for frame in superres.upscale_frames(folder, "x4_srcnn", precision="float32")]
    [(48, 64, 3)]

    Args:
        source, network, start, end, fps, precision: as of :func:`upscale_video`.
        options: ``histogram_matching``, ``tile``, ``self_ensemble``, ``outscale``, as of :func:`superres.upscale`.

    Yields:
        Frame: ``rgb``, uint8 (height, width, 3); ``time`` and ``duration``, seconds as ``fractions.Fraction``. Each is
        enlarged when it is asked for.

    Raises:
        UserError: as of :func:`upscale_video`.
    """
    network = in_precision(as_network(network, TASK), precision)
    with open_clip(os.fspath(source), start=start, end=end, fps=fps) as clip:
        yield from paint_frames(clip.frames(), frame_enlarger(network, **options))


def frame_enlarger(network, **options):
    """Function of a batch of frames; see :func:`paint_frames`. Options are those of :func:`superres.upscale`."""
    return lambda frames: [upscale(rgb, network, **options) for rgb in frames]
