"""Clips that are written: frames encoded, other streams copied packet by packet, whole by rename."""

import contextlib
import dataclasses
import os
import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.files import writing_place
from fast_style.common.images.image_formats import SUFFIXES
from fast_style.common.images.image_io import encode
from fast_style.common.video.colours import Colours, from_rgb
from fast_style.common.video.extra import video_library
from fast_style.common.video.formats import numbered_path
from fast_style.common.video.frame_files import numbered_files
from fast_style.common.video.mp4_boxes import drop_chapter_track
from fast_style.common.video.other_streams import add_streams, left_out
from fast_style.common.video.webp_chunks import set_last_duration

# Units of time of the formats that know one only.
UNITS = {"gif": Fraction(1, 100), "webp": Fraction(1, 1000)}
# In these, how long a frame is shown at least: browsers show one of 10 ms or less for 100.
SHORTEST = {"gif": 2, "webp": 11}
# As Pillow's encoder of WebP: more is smaller and slower. FFmpeg's own default is 4.
WEBP_EFFORT = "2"
# Containers that take chapters behind all else, when it is known where the pictures end.
CHAPTERS_LAST = ("matroska", "webm")
PLAYED_AT_ONCE = {"mp4": {"movflags": "faststart"}, "mov": {"movflags": "faststart"}}


def open_writer(target, clip, sides):
    """Something that takes frames and packets: ``add(frame)``, ``copy(packet)``, ``close(...)``, ``abort()``.

    Args:
        target: :class:`Target`.
        clip: :class:`BaseClip` that it is made of.
        sides: (height, width) of the frames that come.
    """
    if target.numbered:
        return NumberedWriter(target, clip)
    return ClipWriter(target, clip, sides)


class ClipWriter:
    """A file of one of `CONTAINERS`, under another name until it is whole.

    Attributes:
        lost: what the file does not have of its source, in words.
    """

    def __init__(self, target, clip, sides):
        self.target, self.lost, self.clip = target, [], clip
        self._av = video_library()
        codec = target.encoding
        self._height, self._width = (side - side % 2 if codec.even and side > 1 else side for side in sides)
        if (self._height, self._width) != tuple(sides):
            # Padding would make the picture grow, resizing would move it, and 4:4:4, which has no such rule, is not
            # played by browsers and telephones.
            self.lost.append(
                f"{target.codec_name} takes even sides: of {sides[1]}x{sides[0]} pixels the last "
                f"{'row' if sides[0] % 2 else ''}{' and ' if sides[0] % 2 and sides[1] % 2 else ''}"
                f"{'column' if sides[1] % 2 else ''} is cut off"
            )
        try:
            place = writing_place(target.path)
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, self._temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=f".part{target.suffix}")
            os.close(handle)
            self._place = place
        except OSError as error:
            raise _unwritable(self.target, error) from error
        try:
            try:
                self._open(codec, copies=True)
            except (self._av.FFmpegError, ValueError):  # Opus in .mov: known to be wrong where the file begins
                self._output.close()
                self._open(codec, copies=False)
        except (self._av.FFmpegError, OSError, ValueError) as error:
            self.abort()
            raise _unwritable(self.target, error) from error

    def _open(self, codec, copies):
        clip = self.clip
        name = self.target.container
        options = {"loop": _loop(name, clip.plays)} if name in UNITS else PLAYED_AT_ONCE.get(name, {})
        self._chapters = []
        self._output = self._av.open(self._temporary, "w", format=name, options=options)
        self._output.metadata.update(clip.metadata)
        self._stream = self._output.add_stream(codec.encoder, rate=clip.rate, options=self._encoder_options(codec))
        context = self._stream.codec_context
        self._stream.width, self._stream.height, self._stream.pix_fmt = self._width, self._height, codec.pixels
        self._unit = UNITS.get(name) or clip.time_base
        context.time_base = self._stream.time_base = self._unit
        context.flags |= self._av.codec.context.Flags.frame_duration
        # Without tags players guess by the sides of what is written.
        self._colours = Colours() if name in UNITS else dataclasses.replace(clip.colours, height=self._height)
        if not self.target.pictures:
            colours = self._colours
            context.colorspace, context.color_primaries = colours.matrix, colours.primaries
            context.color_trc, context.color_range = colours.transfer, colours.range
            self._stream.metadata.update(clip.tags)
            if clip.aspect:
                context.sample_aspect_ratio = clip.aspect
            if codec.encoder == "libx265":
                context.codec_tag = "hvc1"  # the one that Apple plays
        self._reformatter = self._av.video.reformatter.VideoReformatter()
        if self.target.pictures:
            self._ways, left = {}, left_out(clip.streams, self.target)
            if clip.metadata:
                named = ", ".join(clip.metadata)
                left.append(f"metadata does not go into {self.target.suffix} and is left out: {named}")
        else:
            self._ways, left = add_streams(self._output, self.target, clip.streams, copies)
            length = None if clip.end is None else Fraction(clip.end) - Fraction(clip.start or 0)
            self._chapters = _moved(clip.chapters, clip.shift, length)
            if name not in CHAPTERS_LAST:
                self._output.set_chapters(self._chapters)
        self._output.start_encoding()
        self.lost += left
        self._last, self._last_duration, self._too_soon = None, Fraction(0), 0

    def _encoder_options(self, codec):
        options = dict(codec.options)
        if codec.crf is not None:
            options["crf"] = str(codec.crf if self.target.crf is None else self.target.crf)
        if codec.encoder == "libwebp_anim":
            lossless = {"lossless": "1"} if self.target.quality == 100 else {}
            options |= {"quality": str(self.target.quality), "compression_level": WEBP_EFFORT, **lossless}
        return options

    def add(self, frame):
        """One more frame, later than those before; one that would be shown too shortly is left out."""
        shortest = SHORTEST.get(self.target.container, 1)
        time, end = (round(at / self._unit) for at in (frame.time, frame.time + frame.duration))
        if self._last is not None and time < self._last + shortest:
            if shortest > 1:
                self._too_soon += 1
                return
            time = self._last + 1
        rgb = frame.rgb[: self._height, : self._width]
        with self._errors():
            picture = self._picture(rgb)
            picture.pts, picture.time_base = time, self._unit
            picture.duration = max(end - time, shortest) if shortest > 1 else end - time
            self._last, self._last_duration = picture.pts, picture.duration * self._unit
            self._output.mux(self._stream.encode(picture))

    def _picture(self, rgb):
        if self.target.encoding.pixels == "pal8":
            return _in_palette(self._av, rgb)
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24")
        return from_rgb(self._reformatter, frame, self._colours, self.target.encoding.pixels)

    def copy(self, packet):
        """A packet of another stream of the source."""
        hand_on = self._ways.get(packet.stream.index)
        if hand_on is None:
            return
        if shift := round(self.clip.shift / packet.time_base):
            packet.pts, packet.dts = ((None if at is None else at - shift) for at in (packet.pts, packet.dts))
        with self._errors():
            hand_on(packet)

    def close(self, is_wanted=lambda: True, end=None):
        """Ends the file, which may take long, and gives it its name if it still is wanted then; whether it was.

        Args:
            is_wanted: function.
            end: where it was stopped, in seconds, before the end that it was begun with. Default: None.
        """
        if self._too_soon:
            most = int(1 / (SHORTEST[self.target.container] * self._unit))
            self.lost.append(
                f"{self._too_soon} frames are left out: {self.target.suffix} shows {most} a second at most"
            )
        with self._errors():
            self._output.mux(self._stream.encode(None))
            for way in self._ways.values():
                way.finish()
            is_cut = end is not None and any(one["end"] * one["time_base"] > end for one in self._chapters)
            if is_cut or self.target.container in CHAPTERS_LAST:
                self._output.set_chapters(_moved(self._chapters, Fraction(0), end))
            self._output.close()
            if is_cut and self.target.container not in CHAPTERS_LAST:
                drop_chapter_track(self._temporary)
            if self.target.container == "webp":
                set_last_duration(self._temporary, round(self._last_duration * 1000))
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(self._temporary, 0o666 & ~mask)
            if is_wanted():
                os.replace(self._temporary, self._place)
                return True
        self.abort()
        return False

    def abort(self):
        """Leaves nothing of the file."""
        with contextlib.suppress(Exception):
            self._output.close()
        with contextlib.suppress(OSError):
            os.unlink(self._temporary)

    @contextlib.contextmanager
    def _errors(self):
        try:
            yield
        except (self._av.FFmpegError, OSError, ValueError) as error:
            raise _unwritable(self.target, error) from error


def _unwritable(target, error):
    """A UserError for a place of a :class:`Target` that cannot be written."""
    reason = " ".join(str(getattr(error, "strerror", None) or error).split())
    return UserError(f"{target.path}: expected a clip that can be written. Received: {reason}")


def _in_palette(av, rgb):
    """A frame of 256 colours of its own; without dithering, whose dots would crawl."""
    image = Image.fromarray(rgb).quantize(256)
    frame = av.VideoFrame(*image.size, "pal8")
    indices, palette = frame.planes
    rows = np.zeros((image.height, indices.line_size), np.uint8)
    rows[:, : image.width] = np.asarray(image)
    indices.update(rows.tobytes())
    colours = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    entries = np.zeros((256, 4), np.uint8)
    entries[: len(colours), :3], entries[:, 3] = colours[:, ::-1], 255
    palette.update(entries.tobytes())
    return frame


def _moved(chapters, shift, length):
    """Chapters as of a clip that begins later and ends earlier; those before and behind it are left out.

    Args:
        shift: when it begins, seconds of the source.
        length: seconds; None: it ends as the source does.
    """
    moved = []
    for chapter in chapters:
        base = chapter["time_base"]
        first, last = (max(chapter[at] - round(shift / base), 0) for at in ("start", "end"))
        if length is not None:
            last = min(last, round(length / base))
        if first < last:
            moved.append({**chapter, "start": first, "end": last})
    return moved


def _loop(container, plays):
    """FFmpeg's word for how often a file is shown: of GIFs, how often again, and -1 for once."""
    if container == "gif" and plays:
        return str(plays - 1 if plays > 1 else -1)
    return str(plays)


class NumberedWriter:
    """Numbered pictures, from 1 on, in a hidden folder beside their place until all are there.

    Those that were in their place, of any number, are gone then: what is left of a longer clip would be its end.
    """

    def __init__(self, target, clip):
        self.target, self.lost, self._written = target, left_out(clip.streams, target), []
        with self._errors():
            # Links to pictures are replaced: sequences are made of links to others.
            self._place = Path(os.path.realpath(Path(target.path).parent))
            self._place.mkdir(parents=True, exist_ok=True)
            self._temporary = Path(tempfile.mkdtemp(dir=self._place, prefix=".", suffix=".part"))

    def add(self, frame):
        name = Path(numbered_path(self.target.path, len(self._written) + 1)).name
        content = encode(frame.rgb, SUFFIXES[self.target.suffix], self.target.quality)
        with self._errors():
            (self._temporary / name).write_bytes(content)
        self._written.append(name)

    def copy(self, packet):
        """Pictures have no sound."""

    def close(self, is_wanted=lambda: True, end=None):
        """Gives the pictures their place if they still are wanted; whether they were."""
        if not is_wanted():
            self.abort()
            return False
        with self._errors():
            before = {path.name for path in numbered_files(self.target.path)}
            for name in self._written:
                os.replace(self._temporary / name, self._place / name)
            for name in before.difference(self._written):
                os.unlink(self._place / name)
            os.rmdir(self._temporary)
        return True

    def abort(self):
        """Leaves nothing of the pictures."""
        shutil.rmtree(self._temporary, ignore_errors=True)

    @contextlib.contextmanager
    def _errors(self):
        try:
            yield
        except OSError as error:
            raise _unwritable(self.target, error) from error
