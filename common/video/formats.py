"""Formats of moving pictures, by name and content. Light: commands ask before anything heavy starts."""

import dataclasses
import os
import re
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import SUFFIXES


@dataclasses.dataclass(frozen=True)
class Codec:
    """How frames are encoded.

    Attributes:
        encoder: FFmpeg's name for it.
        pixels: the pixel format that it is given.
        crf: quality where none is asked for: less is better and larger; None: it has no such choice.
        most: the worst quality that it knows.
        options: of the encoder.
        even: whether it takes even sides only.
    """

    encoder: str
    pixels: str = "yuv420p"
    crf: int | None = None
    most: int = 51
    options: tuple = ()
    even: bool = False


# No pictures in another order than they are shown in: with those an MP4 loses how long its last one is shown, which of
# a GIF may be seconds, and begins with an edit list.
# Quality by default: where strokes look as they were painted. Pixels are those that play everywhere, 4:2:0 in 8 bits.
CODECS = {
    "h264": Codec("libx264", crf=20, options=(("preset", "veryfast"), ("bf", "0")), even=True),
    "h265": Codec(
        "libx265", crf=23, options=(("preset", "fast"), ("x265-params", "log-level=none:bframes=0")), even=True
    ),
    "vp9": Codec(
        "libvpx-vp9", crf=30, most=63, options=(("b", "0"), ("deadline", "good"), ("cpu-used", "5"), ("row-mt", "1"))
    ),
    "av1": Codec("libsvtav1", crf=30, most=63, options=(("preset", "9"),), even=True),
    "prores": Codec("prores_ks", "yuv422p10le", options=(("profile", "hq"),), even=True),
    "ffv1": Codec("ffv1", "bgr0"),
    "gif": Codec("gif", "pal8"),
    "webp": Codec("libwebp_anim", "bgra"),
}
# Containers that are written, by how names end: FFmpeg's name, the codecs that go into it, the first by default.
MOVIE = ("h264", "h265", "av1", "vp9")
CONTAINERS = {
    ".mp4": ("mp4", MOVIE),
    ".m4v": ("mp4", MOVIE),
    ".mov": ("mov", ("h264", "h265", "prores")),
    ".mkv": ("matroska", (*MOVIE, "prores", "ffv1")),
    ".webm": ("webm", ("vp9", "av1")),
    ".gif": ("gif", ("gif",)),
    ".webp": ("webp", ("webp",)),
}
# Pictures that move, in files of formats that are those of photographs, too.
ANIMATIONS = (".gif", ".webp")
DEFAULT_SUFFIX = ".mp4"
# How names of files that FFmpeg reads moving pictures from end, beside those of `CONTAINERS`.
# fmt: off
READ = (
    ".3g2", ".3gp", ".apng", ".avi", ".asf", ".divx", ".dv", ".f4v", ".flv", ".h264", ".hevc", ".ivf", ".m1v", ".m2ts",
    ".m2v", ".mjpeg", ".mjpg", ".mpe", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".obu", ".ogm", ".ogv", ".qt", ".rm",
    ".rmvb", ".ts", ".vob", ".wmv", ".y4m",
)
# fmt: on
NUMBERED = re.compile(r"%0?\d*d")
# How files of moving pictures begin, whatever they are called: at which byte, with what.
BEGINNINGS = (
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"FLV\x01"),
    (0, b"OggS"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # ASF, WMV
    (0, b"\x00\x00\x01\xba"),  # MPEG-PS
    (0, b"\x00\x00\x01\xb3"),  # MPEG video
    (0, b"YUV4MPEG2"),
    (0, b"DKIF"),  # IVF
    (8, b"AVI "),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
)
# Of ISO media files, those that are photographs: HEIC and AVIF.
STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"msf1", b"hevc", b"hevx")


def numbered_path(path, number):
    """The path of one of numbered frames; other ``%`` in it mean themselves."""
    path = Path(path)
    return str(path.with_name(NUMBERED.sub(lambda place: place.group() % number, path.name, count=1)))


def is_numbered(path):
    """Whether this names numbered frames, ``frames/%04d.png``."""
    return bool(NUMBERED.search(Path(path).name)) and Path(path).suffix.lower() in SUFFIXES


def names_a_clip(path):
    """Whether a result of this name moves: a container of `CONTAINERS` that is no photograph's, or numbered frames."""
    suffix = Path(path).suffix.lower()
    return is_numbered(path) or (suffix in CONTAINERS and suffix not in SUFFIXES)


def is_clip(path):
    """Whether a file holds moving pictures, by its beginning, or its name where that says more.

    A GIF or WebP does where it has several frames. What is not there is one where its name says so.
    """
    suffix = Path(path).suffix.lower()
    if is_numbered(path) and not os.path.exists(path):
        return True
    named = suffix in READ or (suffix in CONTAINERS and suffix not in ANIMATIONS)
    if not os.path.isfile(path):
        return named and not os.path.exists(path)
    try:
        with open(path, "rb") as file:
            start = file.read(32)
    except OSError:
        return named
    if start.startswith((b"GIF8", b"RIFF")) and start[8:12] != b"AVI ":
        return _moves(path)
    if start[4:8] == b"ftyp":
        return start[8:12] not in STILL_BRANDS
    return named or any(start[at:].startswith(beginning) for at, beginning in BEGINNINGS)


def _moves(path):
    from PIL import Image

    try:
        with Image.open(path, formats=("GIF", "WEBP")) as image:
            return getattr(image, "n_frames", 1) > 1
    except Exception:  # the photograph's reader says what is wrong with it
        return False


@dataclasses.dataclass(frozen=True)
class Target:
    """A result: where it goes and how it is encoded.

    Attributes:
        path: of a file of `CONTAINERS`, or numbered frames.
        codec: a key of `CODECS`; None for that of the container.
        crf: quality of the codec; None for its own.
        quality: of JPEG and WebP, 1 to 100.
    """

    path: str
    codec: str | None = None
    crf: int | None = None
    quality: int = 95

    def check(self):
        """Raises UserError for what does not go together."""
        if self.numbered:
            if self.codec or self.crf is not None:
                raise UserError(f"--codec, --crf: expected none for numbered frames. Received: {self.path}")
            return
        if self.suffix not in CONTAINERS:
            raise UserError(
                f"--output: expected a name that ends in {', '.join(CONTAINERS)}, or numbered frames (%05d.png). "
                f"Received: {self.path}"
            )
        _, allowed = CONTAINERS[self.suffix]
        if self.codec not in (None, *allowed):
            raise UserError(f"--codec: expected {' or '.join(allowed)} in {self.suffix}. Received: {self.codec}")
        if self.crf is not None and self.encoding.crf is None:
            raise UserError(f"--crf: expected none for {self.codec_name}. Received: {self.crf}")
        if self.crf is not None and not 0 <= self.crf <= self.encoding.most:
            raise UserError(f"--crf: expected 0 to {self.encoding.most} for {self.codec_name}. Received: {self.crf}")

    @property
    def suffix(self):
        return Path(self.path).suffix.lower()

    @property
    def numbered(self):
        return is_numbered(self.path)

    @property
    def first(self):
        """The path of the file, or of the first of numbered frames."""
        return numbered_path(self.path, 1) if self.numbered else self.path

    @property
    def pictures(self):
        """Whether frames are pictures alone: no sound, no aspect, no tags of colour."""
        return self.numbered or self.suffix in ANIMATIONS

    @property
    def container(self):
        """FFmpeg's name."""
        return CONTAINERS[self.suffix][0]

    @property
    def encoding(self):
        """The :class:`Codec`."""
        return CODECS[self.codec_name]

    @property
    def codec_name(self):
        """A key of `CODECS`."""
        return self.codec or CONTAINERS[self.suffix][1][0]
