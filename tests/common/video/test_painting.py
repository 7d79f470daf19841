"""Reading, painting and writing at the same time."""

import functools
import operator
import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.video.calm import Followed
from fast_style.common.video.formats import Target
from fast_style.common.video.frame import Frame
from fast_style.common.video.painting import _WriterThread, paint_clip, paint_frames
from fast_style.common.video.reading import open_clip
from fast_style.common.video.writing import ClipWriter
from tests.common.video.clips import RATE, frames_of, make_clip, number_of, packets_of


def frame(number, rgb=None):
    return Frame(np.full((2, 3, 3), number, np.uint8) if rgb is None else rgb, Fraction(number, 10))


class Painter:
    """Adds 100, and keeps what it was given."""

    def __init__(self):
        self.given = []

    def __call__(self, frames):
        self.given.append([int(one[0, 0, 0]) for one in frames])
        return frames + 100


@pytest.mark.parametrize(
    ("batch", "given"), [(1, [[0], [1], [2], [3], [4]]), (2, [[0, 1], [2, 3], [4]]), (8, [[0, 1, 2, 3, 4]])]
)
def test_frames_are_painted_in_batches(batch, given):
    paint = Painter()
    painted = list(paint_frames(map(frame, range(5)), paint, batch))
    assert paint.given == given
    assert [(one.rgb[0, 0, 0], one.time) for one in painted] == [(100 + n, Fraction(n, 10)) for n in range(5)]


@pytest.mark.parametrize("batch", [1, 3])
def test_what_is_shown_again_is_painted_once(batch):
    first, paint = frame(0), Painter()
    painted = list(paint_frames([first, frame(1, first.rgb), frame(2), frame(3)], paint, batch))
    assert functools.reduce(operator.iadd, paint.given, []) == [0, 2, 3]
    assert [one.rgb[0, 0, 0] for one in painted] == [100, 100, 102, 103]
    assert [one.time for one in painted] == [Fraction(number, 10) for number in range(4)]


def test_steady_frames_are_painted_and_mixed_in_order():
    class Calm:
        def __init__(self):
            self.asked = []

        def follow(self, frame):
            return Followed(frame, frame + 50)

        def mix(self, followed, painted):
            self.asked.append((int(followed.frame[0, 0, 0]), int(painted[0, 0, 0])))
            return painted + 1

    calm, first = Calm(), frame(0)
    painted = list(paint_frames([first, frame(1, first.rgb), frame(2)], Painter(), 2, calm))
    assert calm.asked == [(0, 150), (2, 152)]
    assert [one.rgb[0, 0, 0] for one in painted] == [151, 151, 153]


def test_what_is_stopped_is_a_clip_of_what_there_is(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 20, sound="aac")
    done = []
    with open_clip(source) as clip:
        target = Target(str(tmp_path / "out.mp4"))
        result = paint_clip(
            clip,
            target,
            lambda frames: frames,
            on_frame=lambda: done.append(1),
            should_stop=lambda: len(done) == 7,
        )
    assert (result.stopped, result.count, result.seconds) == (True, 7, pytest.approx(7 / RATE))
    assert [number_of(one.rgb) for one in frames_of(tmp_path / "out.mp4")[0]] == list(range(7))
    assert packets_of(tmp_path / "out.mp4")
    assert not _ours()


def _ours():
    return [thread for thread in threading.enumerate() if "_run" in thread.name]


def test_reading_does_not_run_away(tmp_path):
    """No more frames are read ahead than fit: memory does not grow with the length."""
    source = make_clip(tmp_path / "clip.mp4", 25)
    read, most = [], []
    with open_clip(source) as clip:
        frames = clip.frames

        def counted():
            for one in frames():
                read.append(1)
                yield one

        clip.frames = counted
        painted = []

        def paint(given):
            painted.append(1)
            most.append(len(read) - len(painted))
            return given

        paint_clip(clip, Target(str(tmp_path / "out.mp4")), paint)
    assert len(painted) == 25
    assert max(most) <= 8


def test_nothing_between_start_and_end(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 5)
    with open_clip(source, start=5) as clip, pytest.raises(UserError, match="expected frames between start and end"):
        paint_clip(clip, Target(str(tmp_path / "out.mp4")), lambda frames: frames)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


INTERRUPTED = """
import signal, sys, threading, time
from fast_style.common.video.formats import Target
from fast_style.common.video.painting import paint_clip
from fast_style.common.video.reading import open_clip
from fast_style.common.video.writing import ClipWriter

# Shells start what is in the background with Ctrl-C ignored, which Python leaves as it is.
signal.signal(signal.SIGINT, signal.default_int_handler)
close = ClipWriter.close

def slow(self, is_wanted, end):
    # Python handles a signal that comes just before it waits for a lock only behind that: then another comes.
    for moment in range(6000):
        if not is_wanted():
            break
        if moment % 100 == 0:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.01)
    return close(self, is_wanted, end)

ClipWriter.close = slow
try:
    with open_clip(sys.argv[1]) as clip:
        paint_clip(clip, Target(sys.argv[2]), lambda frames: frames)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_while_the_file_ends_leaves_nothing(tmp_path, fresh_processes):
    """Ending a long file takes long: its index is moved to its beginning. A process of its own has its signals."""
    source = make_clip(tmp_path / "clip.mp4", 5)
    done = fresh_processes.run(INTERRUPTED, source, tmp_path / "out.mp4")
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


@pytest.mark.parametrize("name", ["out.mp4", "%d.png"])
def test_an_interrupt_leaves_nothing(tmp_path, name):
    def interrupt(frames):
        raise KeyboardInterrupt

    with open_clip(make_clip(tmp_path / "clip.mp4", 5)) as clip, pytest.raises(KeyboardInterrupt):
        paint_clip(clip, Target(str(tmp_path / name)), interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    assert not _ours()


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("out.mp4", "h264", {"sound": "aac", "subtitle": "subrip"}),
        ("out.mov", "prores", {"sound": "aac", "subtitle": "subrip"}),
        ("out.m4v", "h265", {"sound": "aac"}),
        ("out.mkv", "h264", {"sound": "aac", "subtitle": "subrip"}),
        ("out.webm", "vp9", {"sound": "libopus", "subtitle": "subrip"}),
        ("out.gif", "gif", {"sound": "aac"}),
    ],
)
def test_what_is_stopped_ends_with_its_pictures(tmp_path, name, codec, options):
    """Sound, which is read ahead, a line of 5 s, chapters, and so the length that players show; all else is the same.

    A clip is stopped behind a second, and written as far without a stop from a source of a second.
    """
    spans = [(0, 500, "one"), (500, 1500, "two"), (1500, 4000, "three")]
    chapters = [
        {"id": n, "start": start, "end": end, "metadata": {"title": title}, "time_base": Fraction(1, 1000)}
        for n, (start, end, title) in enumerate(spans)
    ]
    options |= {"metadata": {"title": "all", "timecode": "01:02:03:04"}, "aspect": Fraction(4, 3), "lasting": 5}
    source = make_clip(tmp_path / "source.mkv", 100, chapters=chapters, **options)
    target, whole = tmp_path / name, tmp_path / f"whole{name[-5:]}"
    for path, stop, end in ((target, 25, None), (whole, 1000, 1)):
        painted = []
        with open_clip(source, end=end) as clip:
            result = paint_clip(
                clip,
                Target(str(path), codec),
                lambda frames: frames,
                on_frame=lambda painted=painted: painted.append(1),
                should_stop=lambda painted=painted, stop=stop: len(painted) == stop,
            )
        assert (result.stopped, result.count, result.seconds) == (path == target, 25, 1)
    frames, happened = frames_of(target)
    assert [(one.time, one.duration) for one in frames] == [(Fraction(n, RATE), Fraction(1, RATE)) for n in range(25)]
    assert [line.partition(": ")[2] for line in happened] == [line.partition(": ")[2] for line in frames_of(whole)[1]]
    with av.open(str(target)) as file, av.open(str(whole)) as expected, open_clip(source) as clip:
        for kind in ("video", "audio", "subtitles"):
            assert len(getattr(file.streams, kind)) == len(getattr(expected.streams, kind))
        if file.streams.audio:
            sound, all_of_it = packets_of(target), packets_of(source)
            assert sound == all_of_it[: len(sound)]
            assert 0.9 < sound[-1][0] < 1
        assert file.duration / 1e6 == pytest.approx(1, abs=0.05)
        assert file.metadata.items() >= expected.metadata.items()
        assert file.streams.video[0].average_rate == RATE
        contexts = [one.streams.video[0].codec_context for one in (file, expected)]
        assert len({(one.codec_tag, one.sample_aspect_ratio, one.pix_fmt, one.width) for one in contexts}) == 1
        found = [(float(one["start"] * one["time_base"]), one["metadata"]["title"]) for one in file.chapters()]
        assert found == ([] if codec == "gif" else [(0, "one"), (0.5, "two")])
        assert all(one["end"] * one["time_base"] < 1.05 for one in file.chapters())
    assert {path.name for path in tmp_path.iterdir()} == {"source.mkv", name, whole.name}


def test_slides_with_sound_are_all_there_behind_a_stop(tmp_path):
    """One picture a second, of which FFmpeg gives the first from Matroska without a time to decode them at."""
    chapters = [{"id": 1, "start": 0, "end": 20, "time_base": Fraction(1), "metadata": {}}]
    times = [25 * number for number in range(20)]
    source = make_clip(tmp_path / "slides.mkv", 20, times=times, sound="aac", chapters=chapters)
    with open_clip(source) as clip:
        painted = []
        paint_clip(
            clip,
            Target(str(tmp_path / "out.mkv")),
            lambda frames: frames,
            on_frame=lambda: painted.append(1),
            should_stop=lambda: len(painted) == 8,
        )
    frames = frames_of(tmp_path / "out.mkv")[0]
    assert [(number_of(one.rgb), one.time) for one in frames] == [(n, n) for n in range(8)]


def test_a_packet_far_ahead_holds_back_those_of_its_own_stream_alone(tmp_path, monkeypatch):
    """A line at 0.1 s that says it comes at 1000: sound goes on beside the pictures."""
    source = make_clip(tmp_path / "clip.mkv", 50, sound="aac", subtitle="subrip")
    order, add, copy = [], ClipWriter.add, ClipWriter.copy
    monkeypatch.setattr(ClipWriter, "add", lambda self, one: (order.append("picture"), add(self, one)))
    monkeypatch.setattr(ClipWriter, "copy", lambda self, one: (order.append(one.stream.type), copy(self, one)))
    with open_clip(source) as clip:
        writer = _WriterThread(Target(str(tmp_path / "out.mkv")), clip)

        def ahead(packet):
            if packet.stream.type == "subtitle":
                packet.pts = packet.dts = 1_000_000
            writer.copy(packet)

        clip.on_packet = ahead
        for one in clip.frames():
            writer.add(one)
        writer.close()
    assert order[-1] == "subtitle"
    assert order.index("audio") < 5
    assert order[:-20].count("picture") > 40
