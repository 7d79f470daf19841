"""Frames at a constant rate."""

import dataclasses
import math
from fractions import Fraction

# Of a clip that begins at any time, its first frame comes so late at most: no more than one of ten a second.
LATE = Fraction(1, 10)


def at_rate(frames, rate, unit=0):
    """Frames of any times as those of a constant rate: shown again, or left out.

    Args:
        frames: iterable of :class:`Frame`, in order of time.
        rate: frames a second, positive.
        unit: seconds to which their times were rounded: one that comes so little behind its time is in time.

    Yields:
        Frame: one every ``1 / rate`` seconds from the first's time on.
    """
    step, shown, first, count = 1 / Fraction(rate), None, None, 0
    late = min(Fraction(unit), step / 4)

    def until(end):
        nonlocal count
        while first + count * step < end:
            yield dataclasses.replace(shown, time=first + count * step, duration=step)
            count += 1

    for frame in frames:
        if shown is None:
            first = frame.time
        else:
            yield from until(frame.time - late)
        shown = frame
    if shown is not None:
        yield from until(shown.time + (shown.duration or step))


def between(timed, start, end, until):
    """Of what is shown one after the other, what is shown between two times.

    What was on the screen at the start is the first, unless the next comes within `LATE` seconds.

    Args:
        timed: iterable of (item, when it is first shown), in order of time.
        start, end: seconds; end may be None.
        until: function of an item and its time to when it is shown no more, of the last one.

    Yields:
        (item, time).
    """
    before = None
    for item, time in timed:
        if time < start:
            before = item, time
        elif end is None or time < end:
            if before and time > start + LATE:
                yield before[0], start
            before = None
            yield item, time
    if before and until(*before) > start:
        yield before[0], start


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
