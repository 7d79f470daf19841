"""Clips of pictures: numbered files, and WebPs that move, which FFmpeg does not read."""

import dataclasses
from fractions import Fraction

import numpy as np
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.opening import opened
from fast_style.common.video.frame import Frame
from fast_style.common.video.frame_files import frame_files
from fast_style.common.video.reading import DEFAULT_RATE, BaseClip
from fast_style.common.video.timing import at_rate, between, expected_count
from fast_style.common.video.webp_chunks import duration_places

MILLISECOND = Fraction(1, 1000)  # WebP's unit of time
NAMED = 3  # pictures of a folder that are no frames, in a line; others are counted


class NumberedFrames(BaseClip):
    """Pictures of one size, in order of the numbers in their names.

    Args:
        source: ``frames/%04d.png``, or a folder, as of :func:`frame_files`.
        fps: theirs. Default: 25.
        besides: as of :func:`frame_files`.
    """

    def __init__(self, source, fps=None, besides=(), **taken):
        super().__init__(source, fps=fps or DEFAULT_RATE, **taken)
        self._paths, others = frame_files(source, besides)
        if not self._paths:
            raise UserError(f"{source}: expected numbered pictures. Received: none")
        self.rate, self.time_base = self.fps, 1 / self.fps
        if others:
            named = ", ".join([path.name for path in others[:NAMED]] + ["..."] * (len(others) > NAMED))
            several = "s are" if len(others) > 1 else " is"
            self.lost.append(f"{len(others)} other picture{several} left out: {named}")
        first, last = (round(Fraction(bound or 0) * self.fps) for bound in (self.start, self.end))
        self._paths = self._paths[first : last if self.end is not None else None]
        if not self._paths:
            bounds = f"from {float(self.start or 0):g} s on" if self.end is None else f"until {float(self.end):g} s"
            raise UserError(f"{source}: expected pictures {bounds}. Received: none")
        self.count = len(self._paths)
        self.sides = self.limited(*as_rgb(self._paths[0]).shape[:2])

    def frames(self):
        before = None
        for number, path in enumerate(self._paths):
            try:
                before = resize_array(as_rgb(path), *self.sides)
            except UserError:
                if before is None:
                    raise
                self.repeated.append(number / self.fps)
            yield Frame(before, number / self.fps, 1 / self.fps)


class AnimatedPicture(BaseClip):
    """A WebP that moves."""

    def __init__(self, source, **taken):
        super().__init__(source, **taken)
        with opened(source, source) as image:
            height, width = image.height, image.width
            self._number, self.plays = image.n_frames, image.info.get("loop", 0)
            self.sides = self.limited(height, width)
        duration = sum(self._durations())
        self.rate = self.fps or (self._number / duration if duration else DEFAULT_RATE)
        self.count = expected_count(self._number, duration, self.rate, self.start, self.end, self.fps)
        if self.fps:
            self.time_base = 1 / self.fps

    def _durations(self):
        with open(self.name, "rb") as file:
            for place in duration_places(file):
                file.seek(place)
                yield int.from_bytes(file.read(3), "little") * MILLISECOND

    def frames(self):
        frames = self._between()
        yield from at_rate(frames, self.fps, MILLISECOND) if self.fps else frames

    def _between(self):
        start, end = Fraction(self.start or 0), None if self.end is None else Fraction(self.end)
        timed = ((frame, frame.time) for frame in self._frames())
        for frame, time in between(timed, start, end, lambda last, at: at + last.duration):
            until = frame.time + frame.duration if end is None else min(frame.time + frame.duration, end)
            yield dataclasses.replace(frame, time=time - start, duration=until - time)

    def _frames(self):
        """All, as of no start and end."""
        time = Fraction(0)
        with Image.open(self.name, formats=["WEBP"]) as image:
            for number in range(self._number):
                try:
                    image.seek(number)
                    image.load()
                except (OSError, EOFError, ValueError) as error:
                    self.ends_early = f"ends early: {error}"
                    return
                duration = int(image.info.get("duration") or 0) * MILLISECOND or 1 / Fraction(self.rate)
                if image.mode == "RGBA" and not self.lost and image.getextrema()[3][0] < 255:
                    self.lost.append("transparency is left out")
                yield Frame(resize_array(np.asarray(image.convert("RGB")), *self.sides), time, duration)
                time += duration
