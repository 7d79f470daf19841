"""Clips enlarged: each frame is what `upscale` makes of it."""

import av
import numpy as np
import pytest

import superres
from superres.cli import main
from superres.upscaling import upscale
from tests.common.video.clips import frames_of, make_clip, packets_of


@pytest.fixture(scope="module")
def network():
    return superres.SuperResolutionNetwork(factor=2, width=2)


def test_frames_are_those_of_upscale(tmp_path, network):
    path = make_clip(tmp_path / "clip.mp4", 3)
    result = superres.upscale_video(path, tmp_path / "large.mkv", network, codec="ffv1", precision="float32")
    assert result.count == 3
    for frame, source in zip(frames_of(tmp_path / "large.mkv")[0], frames_of(path)[0], strict=True):
        np.testing.assert_array_equal(frame.rgb, upscale(source.rgb, network))
        assert frame.time == source.time
    frames = list(superres.upscale_frames(path, network, precision="float32", outscale=1.5))
    assert [frame.rgb.shape for frame in frames] == [(36, 48, 3)] * 3


def test_clips_on_the_command_line(tmp_path, capsys):
    path = make_clip(tmp_path / "clip.mp4", 2, sides=(16, 16), sound="aac")
    with pytest.raises(SystemExit) as stop:
        main(["upscale", path, "--network", "x4_srcnn", "--precision", "float32", "-o", str(tmp_path / "out.mp4")])
    assert not stop.value.code
    with av.open(str(tmp_path / "out.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.height, context.width) == (64, 64)
    assert packets_of(tmp_path / "out.mp4") == packets_of(path)
