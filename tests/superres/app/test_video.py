"""The tab that enlarges clips: the command's files, byte for byte, one frame before, and a stop."""

from pathlib import Path

import numpy as np
import pytest

import superres
from fast_style.common.errors import UserError
from superres.cli import main
from tests.common.video.clips import frames_of, make_clip, packets_of

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
pytest.importorskip("av", reason="PyAV is not installed: pip install '.[video]'")
from fast_style.common.app.clips import clip_options
from fast_style.common.app.working import WorkProgress
from superres.app import video
from tests.common.app.impatient import Impatient

TWICE = ("x2, twice", 2)


@pytest.fixture
def clip(tmp_path):
    return str(make_clip(tmp_path / "clip.mp4", 5, sound="aac"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "times", "name", "flags"),
    [
        (TWICE, (), "clip_twice.mp4", []),
        (
            ("x2, twice", 1.5, True, "on"),
            ("0:00.04", "0.16", "gif"),
            "clip_twice_to_x1.5.gif",
            ["--outscale", "1.5", "--self-ensemble", "--histogram-matching", "--start", "0.04", "--end", "0.16"],
        ),
    ],
)
def test_files_are_the_commands_byte_for_byte(context, clip, tmp_path, chosen, times, name, flags):
    path, stopped = video.enlarge_clip(context, clip, clip_options(*times), WorkProgress("frames"), *chosen)
    words = ["upscale", clip, "--network", context.given[0].path, "--format", Path(path).suffix[1:], *flags]
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in (*words, "--precision", "float32", "--output", tmp_path / "out")])
    assert end.value.code == 0
    assert (stopped, Path(path).name) == ("", name)
    assert Path(path).read_bytes() == (tmp_path / "out" / name).read_bytes()
    if not times:
        assert packets_of(path) == packets_of(clip)


def test_a_clip_is_stopped_and_kept_so_far(context, clip):
    path, stopped = video.enlarge_clip(context, clip, clip_options(), Impatient("frames"), *TWICE)
    assert stopped.endswith("holds the first 0.1 s")
    assert len(frames_of(path)[0]) == 2


def test_a_detail_of_one_frame_is_tried(context, clip):
    before, after = video.preview(context, clip, 1.0, *TWICE)
    frame = frames_of(clip)[0][4].rgb
    np.testing.assert_array_equal(after, superres.upscale(frame, context.networks.get(context.given[0])))
    assert before.shape == after.shape


def test_what_is_no_clip_is_one_line(context, tmp_path):
    (tmp_path / "bad.mp4").write_text("no clip")
    for use in (
        lambda: video.preview(context, str(tmp_path / "bad.mp4"), 0.0, *TWICE),
        lambda: video.enlarge_clip(context, str(tmp_path / "bad.mp4"), clip_options(), WorkProgress("frames"), *TWICE),
    ):
        with pytest.raises(UserError, match=r"bad\.mp4: expected moving pictures that FFmpeg reads"):
            use()
