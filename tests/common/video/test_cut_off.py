"""Files that end before their containers say that they do, made by FFmpeg and cut."""

from pathlib import Path

import av
import pytest

from fast_style.common.video.cut_off import is_cut_off
from tests.common.video.clips import frames_of, make_clip
from tests.common.video.test_writing import written

KINDS = {".mkv": "libx264", ".mov": "libx264", ".avi": "mjpeg", ".gif": "gif", ".webm": "libvpx-vp9"}
PIXELS = {"mjpeg": "yuvj420p", "gif": "rgb8", "libvpx-vp9": "yuv420p"}


@pytest.mark.parametrize("suffix", KINDS)
def test_whole_and_cut(tmp_path, suffix):
    codec = KINDS[suffix]
    path = make_clip(tmp_path / f"clip{suffix}", 5, codec=codec, pixels=PIXELS.get(codec, "yuv444p"))
    assert not is_cut_off(path)
    content = Path(path).read_bytes()
    for length in (len(content) - 5, len(content) * 3 // 4):
        Path(path).write_bytes(content[:length])
        assert is_cut_off(path)


@pytest.mark.parametrize("name", ["clip.ts", "clip.h264"])
def test_what_does_not_say_how_long_it_is_is_not_cut(tmp_path, name):
    path = make_clip(tmp_path / name, 5, pixels="yuv420p")
    Path(path).write_bytes(Path(path).read_bytes()[:-188])
    assert not is_cut_off(path)


def test_what_is_sent_while_it_is_made_says_no_length(tmp_path):
    path = str(tmp_path / "live.mkv")
    source = make_clip(tmp_path / "clip.mkv", 5)
    with av.open(source) as one, av.open(path, "w", options={"live": "1"}) as other:
        stream = other.add_stream_from_template(one.streams.video[0])
        for packet in one.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                other.mux(packet)
    assert not is_cut_off(path)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_it_is_told_and_its_last_frame_is_no_longer_than_others(tmp_path, suffix):
    """MP4 whose list of frames lies in front, as of files that are downloaded."""
    whole, part = tmp_path / f"whole{suffix}", tmp_path / f"part{suffix}"
    written(make_clip(tmp_path / "clip.mkv", 40, sound="aac"), whole)
    content = whole.read_bytes()
    part.write_bytes(content[: len(content) * 3 // 4])
    frames, notes = frames_of(part)
    assert 5 < len(frames) < 40
    assert float(frames[-1].duration) == pytest.approx(0.04, abs=0.001)
    assert f"{part}: ends early: the file is cut off" in notes
    assert frames_of(part, end=0.1)[1] == []
