"""What moves, by name and content, and what goes together."""

import re

import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.video.formats import Target, is_clip, names_a_clip
from tests.common.images.files import animated_webp
from tests.common.video.clips import make_clip


def test_what_moves_is_told_by_content(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", 2)
    unnamed = tmp_path / "unnamed"
    unnamed.write_bytes((tmp_path / "clip.mp4").read_bytes())
    mkv = make_clip(tmp_path / "clip.mkv", 2)
    assert is_clip(clip)
    assert is_clip(unnamed)
    assert is_clip(mkv)
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moves.gif", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "still.gif")
    (tmp_path / "moves.webp").write_bytes(animated_webp())
    frames[0].save(tmp_path / "still.webp")
    frames[0].save(tmp_path / "still.avif")
    moving = [path.name for path in sorted(tmp_path.iterdir()) if is_clip(path)]
    assert moving == ["clip.mkv", "clip.mp4", "moves.gif", "moves.webp", "unnamed"]


def test_what_is_not_there_is_told_by_name(tmp_path):
    assert is_clip("nothing.mp4")
    assert is_clip("frames/%04d.png")
    assert is_clip("nothing.TS")
    assert not is_clip("nothing.gif")
    assert not is_clip("nothing.jpg")
    assert not is_clip(tmp_path)
    assert names_a_clip("a.mkv")
    assert names_a_clip("%03d.jpg")
    assert names_a_clip("a.gif")
    assert not names_a_clip("a.webp")
    assert not names_a_clip("folder")
    assert not names_a_clip("100%d.mp3")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target("a.mpg"), "--output: expected a name that ends in .mp4, .*Received: a.mpg"),
        (Target("a.webm", "h264"), "--codec: expected vp9 or av1 in .webm. Received: h264"),
        (Target("a.mp4", None, 52), "--crf: expected 0 to 51 for h264. Received: 52"),
        (Target("a.mov", "prores", 5), "--crf: expected none for prores. Received: 5"),
        (Target("a.gif", None, 5), "--crf: expected none for gif. Received: 5"),
        (Target("%04d.png", "h264"), "--codec, --crf: expected none for numbered frames"),
    ],
)
def test_what_does_not_go_together(target, message):
    with pytest.raises(UserError, match=message):
        target.check()


@pytest.mark.parametrize("path", ["a.mp4", "a.MOV", "a.mkv", "a.webm", "a.gif", "a.webp", "a/%05d.jpg"])
def test_what_is_written(path):
    Target(path).check()


def test_without_pyav_one_line_says_what_to_install(monkeypatch):
    import importlib

    from fast_style.common.video.extra import video_library

    def refuse(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", refuse)
    expected = (
        'clip.mp4: expected PyAV for moving pictures (pip install "fast-style[video]"). Received: No module named'
    )
    with pytest.raises(UserError, match=re.escape(expected)):
        video_library("clip.mp4")
