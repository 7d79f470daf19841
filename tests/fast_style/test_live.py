"""`fast-style live` without a window."""

import numpy as np
import pytest

from fast_style.cli import main
from fast_style.commands.live import _Choice
from fast_style.common.images.image_io import write_photo
from tests.common.video.clips import frames_of, make_clip


def run(arguments, capsys):
    """(exit code, standard output, standard error)."""
    capsys.readouterr()
    code = 0
    try:
        main(["live", *map(str, arguments)])
    except SystemExit as stop:
        code = stop.code or 0
    return code, *capsys.readouterr()


def test_a_file_is_painted_into_a_file(tmp_path, tiny_network, capsys):
    clip, target = make_clip(tmp_path / "clip.mp4", 10, sound="aac"), tmp_path / "out.mp4"
    code, out, err = run([clip, "--style", tiny_network, "-o", target], capsys)
    assert (code, err) == (0, "")
    frames = frames_of(target)[0]
    assert out.startswith(f"{target}\n{len(frames)} frames painted: ")
    assert 0 < len(frames) <= 10
    code, _, err = run([clip, "--style", tiny_network, "-o", target], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "expected a new file, or --overwrite" in err


@pytest.mark.slow
def test_a_pattern_ends_after_its_seconds(tmp_path, tiny_network, capsys):
    target = tmp_path / "out.gif"
    code, out, _ = run(
        ["testsrc=size=48x32:rate=25", "--style", tiny_network, "-o", target, "--seconds", "0.5"], capsys
    )
    assert code == 0
    assert "frames painted" in out
    assert frames_of(target)[0][0].rgb.shape == (32, 48, 3)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["none.mp4", "-o", "x.mp4"], "none.mp4: expected moving pictures that FFmpeg reads. Received: No such file"),
        (["testsrc", "--codec", "h265"], "--codec, --crf: expected a file as --output. Received: a window"),
        (
            ["testsrc", "--crf", "0", "-o", "udp://127.0.0.1:9"],
            "--codec, --crf: expected a file as --output. Received: udp://127.0.0.1:9",
        ),
        (["testsrc", "-o", "x.txt"], "--output: expected a name that ends in .mp4"),
        (["testsrc", "-o", "x.mp4", "--seconds", "0"], "argument --seconds: expected a positive number. Received: 0"),
    ],
)
def test_bad_input_is_one_line(tmp_path, monkeypatch, tiny_network, capsys, flags, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = run([*flags, "--style", tiny_network], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", ["%d.png", "."])
def test_frames_are_not_replaced_by_what_is_made_of_them(tmp_path, monkeypatch, tiny_network, capsys, source):
    monkeypatch.chdir(tmp_path)
    for number in (2, 3):
        write_photo(f"{number}.png", np.zeros((16, 16, 3), np.uint8))
    code, out, err = run([source, "--style", tiny_network, "-o", "%d.png", "--overwrite"], capsys)
    message = f"--output: expected other files than those of {source}. Received: %d.png"
    assert (code, out, err.count("\n"), message in err) == (2, "", 1, True)


def test_keys_change_the_style():
    choice = _Choice(["a", "b", "c"])
    seen = []
    for keys in (["n"], [" "], ["n"], ["p"], ["Left"], ["1"], ["3"], ["9", "x"], ["Right", "2"]):
        choice.take(keys)
        seen.append(choice.name)
    assert seen == ["b", "c", "a", "c", "b", "a", "c", "c", "b"]
    assert not choice.over
    choice.take(["q"])
    assert choice.over
