"""Clips of pictures: numbered files, and WebPs that move, which FFmpeg does not read."""

import dataclasses
import glob
import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.opening import opened
from fast_style.common.video.formats import NUMBERED
from fast_style.common.video.frame import Frame
from fast_style.common.video.reading import DEFAULT_RATE, BaseClip
from fast_style.common.video.timing import at_rate, between, expected_count
from fast_style.common.video.webp_chunks import duration_places

MILLISECOND = Fraction(1, 1000)  # WebP's unit of time


class NumberedFrames(BaseClip):
    """Pictures of one size, in order of the numbers in their names.

    Args:
        source: ``frames/%04d.png``, or a folder.
        fps: theirs. Default: 25.
    """

    def __init__(self, source, fps=None, **taken):
        super().__init__(source, fps=fps or DEFAULT_RATE, **taken)
        self._paths = _in_order(source)
        if not self._paths:
            raise UserError(f"{source}: expected numbered pictures. Received: none")
        self.rate, self.time_base = self.fps, 1 / self.fps
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


def _in_order(source):
    if os.path.isdir(source):
        paths = [path for path in Path(source).iterdir() if path.suffix.lower() in EXTENSIONS]
    else:
        path = Path(source)
        before, after = NUMBERED.split(path.name)[0], NUMBERED.split(path.name)[-1]
        names = glob.glob(f"{glob.escape(before)}*{glob.escape(after)}", root_dir=path.parent)
        middle = re.compile(re.escape(before) + r"\d+" + re.escape(after))
        paths = [path.parent / name for name in names if middle.fullmatch(name)]
    return sorted((path for path in paths if not path.name.startswith(".")), key=_by_number)


def _by_number(path):
    """A key of names in which digits count as numbers: 2 before 10."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), part) if part.isdigit() else (-1, part) for part in parts]


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
