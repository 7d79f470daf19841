"""The tab that paints clips: the command's files, byte for byte, one frame before, and a stop."""

from pathlib import Path

import numpy as np
import pytest

from fast_style.cli import main
from fast_style.common.errors import UserError
from fast_style.stylization import stylize
from tests.common.video.clips import frames_of, make_clip, packets_of

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
pytest.importorskip("av", reason="PyAV is not installed: pip install '.[video]'")
from fast_style.app import video
from fast_style.app.look import Look
from fast_style.common.app import clips
from fast_style.common.app.working import WorkProgress
from tests.common.app.impatient import Impatient


@pytest.fixture
def clip(tmp_path):
    return str(make_clip(tmp_path / "clip.mp4", 5, sound="aac"))


def painted(context, clip, look, *options, progress=None, **more):
    return video.paint_clip(
        context, clip, look, video.options_of(look, *options), progress or WorkProgress("frames"), **more
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "options", "flags"),
    [
        (Look("tiny"), (), []),
        (
            Look("tiny", strength=0.5, stroke=2, original_colours=True, max_size=24),
            (False, "0:00.04", "0.16", "gif"),
            "--strength 0.5 --stroke 2 --original-colours --max-size 24 --no-calm --start 0.04 --end 0.16",
        ),
        (Look("udnie (many)", stroke=1.5), (True, "", "", "webm"), ["--stroke", "1.5", "--style", "udnie"]),
    ],
)
def test_files_are_the_commands_byte_for_byte(context, clip, tmp_path, look, options, flags):
    path, stopped = painted(context, clip, look, *options)
    run = context.folder.path / "runs" / "tiny" / "network.keras"
    network = context.given[0].path if "many" in look.painting else run
    flags = flags.split() if isinstance(flags, str) else flags
    words = ["stylize", clip, "--network", network, "--format", Path(path).suffix[1:], *flags]
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in (*words, "--precision", "float32", "--output", tmp_path / "out")])
    assert end.value.code == 0
    (made,) = (tmp_path / "out").iterdir()
    assert stopped == ""
    assert Path(path).name == made.name
    if made.suffix == ".webm":  # each has an identifier by chance
        assert packets_of(path) == packets_of(made)
        for one, other in zip(frames_of(path)[0], frames_of(made)[0], strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)
    else:
        assert Path(path).read_bytes() == made.read_bytes()


def test_sound_comes_along(context, clip):
    path, _ = painted(context, clip, Look("tiny"))
    assert packets_of(path) == packets_of(clip)
    assert len(packets_of(path)) > 0


def test_a_clip_is_stopped_and_kept_so_far(context, clip):
    progress = Impatient("frames")
    path, stopped = painted(context, clip, Look("tiny"), progress=progress)
    assert stopped.endswith("holds the first 0.1 s")
    assert len(frames_of(path)[0]) == progress.done == 2
    never = WorkProgress("frames")
    never.stop()
    assert painted(context, clip, Look("tiny"), progress=never)[0] is None


@pytest.mark.parametrize(("share", "number"), [(0.0, 0), (0.5, 2), (1.0, 4)])
def test_one_frame_is_tried(context, clip, share, number):
    frame, picture = video.preview(context, clip, Look("tiny"), share)
    np.testing.assert_array_equal(frame, frames_of(clip)[0][number].rgb)
    network = context.networks.get(video.chosen(context, Look("tiny"))[1])
    np.testing.assert_array_equal(picture, stylize(frame, network))


def test_what_is_no_clip_is_one_line(context, tmp_path):
    (tmp_path / "bad.mp4").write_text("no clip")
    with pytest.raises(UserError, match=r"bad\.mp4: expected moving pictures that FFmpeg reads"):
        painted(context, str(tmp_path / "bad.mp4"), Look("tiny"))
    with pytest.raises(UserError, match=r"bad\.mp4"):
        video.preview(context, str(tmp_path / "bad.mp4"), Look("tiny"))
    with pytest.raises(UserError, match="clip: expected moving pictures"):
        clips.checked_clip(None)
    with pytest.raises(UserError, match="start: expected seconds or h:mm:ss. Received: noon"):
        video.options_of(Look("tiny"), start="noon")
    with pytest.raises(UserError, match="--end: expected more than --start, 3. Received: 2"):
        painted(context, str(tmp_path / "bad.mp4"), Look("tiny"), True, "3", "2")


@pytest.mark.parametrize("name", ["list.m3u8", "list.mpd", "list.mp4", "list.avi", "frames_%d.mp4"])
def test_files_of_others_are_not_read_through_a_playlist(context, tmp_path, name):
    clip = make_clip(tmp_path / "private.ts", 3, pixels="yuv420p")
    path = context.folder.new() / name
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{clip}\n#EXT-X-ENDLIST\n")
    with pytest.raises(UserError):
        video.preview(context, clips.checked_clip(path), Look("tiny"))


def test_what_was_lost_is_told(context, tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", 2, sides=(25, 32))
    lines = []
    painted(context, str(clip), Look("tiny"), tell=lines.append)
    assert any("the last row is cut off" in line for line in lines), lines


def test_without_its_extra_the_tab_says_what_it_needs(context, monkeypatch):
    said = []
    monkeypatch.setattr(clips, "installed", lambda module: module != "av")
    monkeypatch.setattr(clips.gr, "HTML", said.append)
    video.build(context)
    assert said == [clips.NEEDS]
