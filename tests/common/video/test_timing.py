"""Frames at a constant rate."""

from fractions import Fraction

import numpy as np
import pytest

from fast_style.common.video.frame import Frame
from fast_style.common.video.timing import at_rate, between, expected_count, seconds


def frames(*times, last=Fraction(1, 10)):
    ends = [*times[1:], times[-1] + last]
    return [
        Frame(np.full((1, 1, 3), number), Fraction(time), end - Fraction(time))
        for number, (time, end) in enumerate(zip(times, ends, strict=True))
    ]


def shown(result):
    return [(float(frame.time), int(frame.rgb[0, 0, 0])) for frame in result]


def test_frames_are_shown_again_and_left_out():
    tenths = [Fraction(number, 10) for number in range(4)]
    assert shown(at_rate(frames(*tenths), 20)) == [(number / 20, number // 2) for number in range(8)]
    assert shown(at_rate(frames(*tenths), 5)) == [(0, 0), (0.2, 2)]
    assert shown(at_rate(frames(0, Fraction(1, 4), Fraction(3, 10), last=Fraction(1, 5)), 10)) == [
        (0, 0),
        (0.1, 0),
        (0.2, 0),
        (0.3, 2),
        (0.4, 2),
    ]


@pytest.mark.parametrize(
    ("source", "rate", "unit", "expected"),
    [
        (30, 30, Fraction(1, 1000), range(12)),
        (24, 24, Fraction(1, 1000), range(12)),
        (60, 30, Fraction(1, 1000), range(0, 12, 2)),
        (25, 50, Fraction(1, 1000), [number // 2 for number in range(24)]),
        (30, 30, Fraction(1, 100), range(12)),
        (100, 50, Fraction(1, 100), range(0, 12, 2)),
    ],
)
def test_rounded_times_are_no_reason_to_leave_frames_out(source, rate, unit, expected):
    """Matroska's are milliseconds, a GIF's hundredths: of 30 frames a second the third comes at 0.067 s."""
    times = [round(number / source / unit) * unit for number in range(12)]
    ends = [*times[1:], Fraction(12, source)]
    given = [
        Frame(np.full((1, 1, 3), number), time, end - time)
        for number, (time, end) in enumerate(zip(times, ends, strict=True))
    ]
    assert [int(frame.rgb[0, 0, 0]) for frame in at_rate(given, rate, unit)] == list(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, [("a", 0), ("b", 0.1), ("c", 5), ("d", 5.1)]),
        (2, None, [("b", 2), ("c", 5), ("d", 5.1)]),
        (2, 4, [("b", 2)]),
        (4.95, None, [("c", 5), ("d", 5.1)]),
        (0.1, 5, [("b", 0.1)]),
        (6, None, [("d", 6)]),
        (9, None, []),
    ],
)
def test_what_is_on_the_screen_at_the_start_comes_first(start, end, expected):
    timed = [("a", 0), ("b", 0.1), ("c", 5), ("d", 5.1)]
    assert list(between(timed, start, end, lambda item, time: 9)) == expected


def test_the_first_time_is_kept_and_one_frame_lasts():
    assert shown(at_rate(frames(Fraction(1, 3), last=Fraction(0)), 10)) == [(1 / 3, 0)]
    assert list(at_rate([], 10)) == []


def test_pictures_that_are_shown_again_are_the_same_array():
    first, second, *_ = at_rate(frames(0, Fraction(1)), 10)
    assert first.rgb is second.rgb


@pytest.mark.parametrize(
    ("text", "value"), [("12.5", Fraction(25, 2)), ("1:30", 90), ("0:01:30.5", Fraction(181, 2)), ("0", 0)]
)
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "-1", "1:2:3:4", "x", "1e3", "nan", "1:", "."])
def test_texts_that_are_no_times(text):
    with pytest.raises(ValueError, match=text.replace(".", r"\.") or "^"):
        seconds(text)


@pytest.mark.parametrize(
    ("known", "count"),
    [
        ((100, Fraction(4), 25, None, None, None), 100),
        ((100, Fraction(4), 25, 1, 3, None), 50),
        ((100, Fraction(4), 25, None, 99, 10), 40),
        ((None, Fraction(4), 25, None, None, None), 100),
        ((100, None, 25, None, 2, None), 50),
        ((None, None, 25, None, None, None), None),
    ],
)
def test_how_many_frames_there_will_be(known, count):
    assert expected_count(*known) == count
