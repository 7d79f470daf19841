"""Sources that do not wait."""

import socket
import threading
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.video import live
from fast_style.common.video.frame import Frame
from fast_style.common.video.live import NewestFrames, Pace, open_live, run_live
from fast_style.common.video.streaming import StreamWriter
from fast_style.common.video.window import Window
from tests.common.video.clips import RATE, make_clip, number_of, picture


def painted_of(source, seconds=0.0, until=None):
    """Frames that are shown of a source when painting one takes so long, and the pace."""
    shown, pace = [], Pace()

    def paint(rgb):
        time.sleep(seconds)
        return 255 - rgb

    clip, paced = open_live(source)
    with clip, NewestFrames(clip, paced) as frames:
        run_live(frames, paint, lambda frame: frame and shown.append(frame), pace, until and (lambda: until(shown)))
    return shown, pace


def test_a_file_runs_at_its_own_pace(tmp_path):
    began = time.monotonic()
    shown, pace = painted_of(make_clip(tmp_path / "clip.mp4", 10))
    assert time.monotonic() - began >= 9 / RATE
    assert pace.painted == len(shown)
    assert pace.painted + pace.dropped == 10
    assert number_of(255 - shown[-1].rgb) == 9


@pytest.mark.parametrize("name", ["loop.webp", "frames/%02d.png"])
def test_so_do_pictures_that_ffmpeg_does_not_read(tmp_path, name):
    """At 25 frames a second each: ten last 9 of 25 until the last."""
    pictures = [Image.fromarray(picture(number)) for number in range(10)]
    source = tmp_path / name
    source.parent.mkdir(exist_ok=True)
    if "%" in name:
        for number, one in enumerate(pictures):
            one.save(str(source) % number)
    else:
        pictures[0].save(source, save_all=True, append_images=pictures[1:], duration=1000 // RATE, lossless=True)
    began = time.monotonic()
    shown, pace = painted_of(str(source))
    assert time.monotonic() - began >= 9 / RATE
    assert pace.painted + pace.dropped == 10
    assert number_of(255 - shown[-1].rgb) == 9


def test_who_is_slow_leaves_out_frames_and_does_not_fall_behind(tmp_path):
    """A tenth of a second a frame, of which 25 come a second: few are shown, each soon behind its arrival."""
    began = time.monotonic()
    shown, pace = painted_of(make_clip(tmp_path / "clip.mp4", 20), 0.1)
    assert time.monotonic() - began < 20 / RATE + 1
    assert pace.painted <= 10
    assert pace.painted + pace.dropped == 20
    assert number_of(255 - shown[-1].rgb) == 19  # the newest, not the next
    assert pace.delay < 0.1 + 2 / RATE + 0.1
    assert "frames a second, delay" in str(pace)


def test_a_pattern_is_painted_until_it_is_enough():
    shown, pace = painted_of("testsrc=size=64x36:rate=50", until=lambda shown: len(shown) >= 5)
    assert [frame.rgb.shape for frame in shown[:5]] == [(36, 64, 3)] * 5
    times = [float(frame.time) for frame in shown]
    assert times == sorted(times)
    assert 0 < pace.rate < 60


def test_sources_that_are_not_there():
    for source in ("/dev/video99", "99", "none.mp4", "testsrc=nonsense=1"):
        with pytest.raises(UserError, match="expected moving pictures that FFmpeg reads. Received: "):
            open_live(source)


def test_errors_of_reading_are_raised():
    class Broken:
        def prompt_frames(self):
            yield Frame(np.zeros((2, 2, 3), np.uint8), 0)
            raise UserError("camera: gone")

    with NewestFrames(Broken()) as frames, pytest.raises(UserError, match="camera: gone"):
        run_live(frames, lambda rgb: rgb, lambda frame: None, Pace())


@pytest.mark.parametrize(("silence", "note"), [(0.3, ["ends early: nothing for a while"]), (60, [])])
def test_a_source_that_stalls_is_not_waited_for(tmp_path, monkeypatch, silence, note):
    """A camera in a network that sends nothing any more, and does not hang up."""
    content = Path(make_clip(tmp_path / "clip.ts", 400, pixels="yuv420p")).read_bytes()
    monkeypatch.setattr(live, "PATIENCE", 0.2)
    monkeypatch.setattr(live, "LONGEST_SILENCE", silence)
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []

        def serve():
            connection, _ = server.accept()
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n" + content)
            kept.append(connection)

        threading.Thread(target=serve, daemon=True).start()
        clip, paced = open_live(f"http://127.0.0.1:{server.getsockname()[1]}/camera.ts")
        end = time.monotonic() + 1
        with clip, NewestFrames(clip, paced) as frames:
            run_live(frames, lambda rgb: rgb, lambda frame: None, Pace(), lambda: time.monotonic() > end)
        assert time.monotonic() < end + 2
        assert [text.rpartition("ts: ")[2] for text in clip.what_happened()] == note
        kept[0].close()


def test_without_a_screen_one_line_says_so(monkeypatch):
    import sys

    if sys.platform != "linux":
        pytest.skip("a screen is always there")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(UserError, match="--output: expected a (screen|Python with tkinter)"):
        Window("title")


def test_frames_are_sent_on(tmp_path):
    """To a listener on this machine, which finds H.264 in a transport stream."""
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            connection, _ = server.accept()
            with connection:
                while part := connection.recv(1 << 16):
                    received.extend(part)

        listener = threading.Thread(target=listen)
        listener.start()
        clip, _ = open_live(make_clip(tmp_path / "clip.mp4", 10))
        with clip:
            writer = StreamWriter(f"tcp://127.0.0.1:{server.getsockname()[1]}", clip, clip.sides)
            for frame in clip.prompt_frames():
                writer.add(frame)
            writer.close()
        listener.join()
    (tmp_path / "received.ts").write_bytes(received)
    with av.open(str(tmp_path / "received.ts")) as container:
        assert container.streams.video[0].codec_context.codec.name == "h264"
        assert len(list(container.decode(video=0))) == 10


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("foo://somewhere", "--output: expected rtmp, .*:// or a file. Received: foo://somewhere"),
        ("tcp://127.0.0.1:9", "--output: expected somebody who takes the stream. Received: tcp://127.0.0.1:9"),
    ],
)
def test_nobody_who_takes_the_stream(tmp_path, address, message):
    clip, _ = open_live(make_clip(tmp_path / "clip.mp4", 2))
    with clip, pytest.raises(UserError, match=message):
        StreamWriter(address, clip, clip.sides)
