"""Every clip of ../shared/data/videos goes in and comes out as it was."""

import av
import pytest

from fast_style.common.video.formats import Target
from fast_style.common.video.painting import paint_clip
from fast_style.common.video.reading import open_clip
from tests.common.video.clips import frames_of, packets_of

# Frames, from the headers of the files or, of those that do not say, counted by FFmpeg; and what is said of each.
CLIPS = {
    "av1_video.mkv": (125, ""),
    "carphone.mp4": (120, ""),
    "cockatoo.mp4": (280, ""),
    "corrupted.mp4": (50, "1 frame does not decode; the one before is shown again at 3.00 s"),
    "driving_solidWhiteRight.mp4": (221, ""),
    "fire2.mp4": (25, ""),
    "flipping_a_pancake.mkv": (310, ""),
    "flower.mp4": (150, ""),
    "h264_10bits.mp4": (30, "of 10 bits a colour, 8 are painted and written"),
    "nasa_13013.mp4": (390, "the largest of 2 video streams is taken"),
    "newtonscradle.gif": (36, ""),
    "no_duration.webm": (74, ""),
    "rabbit320.mp4": (234, ""),
    "rotated_90.mov": (3, ""),
    "transparent.webm": (150, "transparency is left out"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLIPS)
def test_frames_times_and_sound_are_those_of_the_source(shared_data, tmp_path, name):
    source, target = shared_data / "videos" / name, tmp_path / "out.mp4"
    if not source.exists():
        pytest.skip(f"../shared/data/videos/{name} is not here")
    count, note = CLIPS[name]
    with open_clip(str(source), max_size=160) as clip:
        result = paint_clip(clip, Target(str(target)), lambda frames: frames, 2)
    assert result.count == count
    assert result.notes == ([f"{source}: {note}"] if note else [])
    before, after = frames_of(source, max_size=160)[0], frames_of(target)[0]
    assert [frame.time for frame in after] == [frame.time for frame in before]
    assert after[-1].duration == pytest.approx(before[-1].duration, abs=1e-3)
    assert after[0].rgb.shape == before[0].rgb.shape
    with av.open(str(source)) as container:
        kinds = [stream.type for stream in container.streams]
    for kind in ("audio", "subtitle"):
        for number in range(kinds.count(kind)):
            assert packets_of(target, kind, number) == packets_of(source, kind, number) != []


@pytest.mark.slow
def test_a_clip_that_stands_on_its_side_is_upright(shared_data):
    source = shared_data / "videos" / "rotated_90.mov"
    if not source.exists():
        pytest.skip("../shared/data/videos/rotated_90.mov is not here")
    with open_clip(str(source)) as clip:
        assert clip.sides == (568, 320)
