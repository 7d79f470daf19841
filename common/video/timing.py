"""Frames at a constant rate."""

import dataclasses
import math
from fractions import Fraction


def at_rate(frames, rate):
    """Frames of any times as those of a constant rate: shown again, or left out, each at most half a frame off.

    Args:
        frames: iterable of :class:`Frame`, in order of time.
        rate: frames a second, positive.

    Yields:
        Frame: one every ``1 / rate`` seconds from the first's time on.
    """
    step, shown, first, count = 1 / Fraction(rate), None, None, 0

    def until(end):
        nonlocal count
        while first + count * step < end:
            yield dataclasses.replace(shown, time=first + count * step, duration=step)
            count += 1

    for frame in frames:
        if shown is None:
            first = frame.time
        else:
            yield from until(frame.time)
        shown = frame
    if shown is not None:
        yield from until(shown.time + (shown.duration or step))


def seconds(text):
    """Seconds of ``"12.5"``, ``"1:30"`` or ``"0:01:30.5"``.

    Raises:
        ValueError: another text.
    """
    parts = text.split(":")
    if not 1 <= len(parts) <= 3 or not all(part.replace(".", "", 1).isdigit() for part in parts):
        raise ValueError(text)
    return sum(Fraction(part) * 60**place for place, part in enumerate(reversed(parts)))


def expected_count(count, duration, rate, start, end, fps):
    """How many frames there will be, about; None where nobody knows.

    Args:
        count, duration, rate: of the source, each None where it does not say.
        start, end: of what is taken of it, seconds or None.
        fps: frames a second of the result; None for those of the source.
    """
    if duration is None and count and rate:
        duration = count / rate
    if duration is None:
        return count if fps is None and not start and end is None else None
    part = max((min(end, duration) if end is not None else duration) - (start or 0), 0)
    if fps is not None:
        return math.ceil(part * fps)
    if count:
        return max(1, round(count * part / duration)) if duration else count
    return round(part * rate) if rate else None
