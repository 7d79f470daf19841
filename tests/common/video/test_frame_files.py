"""Which files are frames: those of a pattern, and those of a folder."""

import pytest

from fast_style.common.errors import UserError
from fast_style.common.video.frame_files import frame_files, numbered_files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def of(*names):
        for name in names:
            (tmp_path / name).write_bytes(b"")
        return tmp_path

    return of


def names(paths):
    return [path.name for path in paths]


def test_a_pattern_has_numbers_of_any_digits_in_order(folder):
    folder("10.png", "2.png", "0003.png", "f1.png", "1.jpg", "1.png.png", "a.png")
    assert names(numbered_files("%04d.png")) == ["2.png", "0003.png", "10.png"]
    assert names(numbered_files("f%d.png")) == ["f1.png"]
    assert numbered_files("none/%d.png") == numbered_files("f1.png/%d.png") == []


def test_other_places_for_numbers_mean_themselves(folder):
    folder("1_%d.png", "1_2.png", "9%_1.png")
    assert names(numbered_files("%d_%d.png")) == ["1_%d.png"]
    assert names(numbered_files("9%_%d.png")) == ["9%_1.png"]


def test_a_folder_that_cannot_be_read_is_one_line(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(UserError, match=r"%d.png: expected a folder that can be read. Received: Permission denied"):
        numbered_files("%d.png")


@pytest.mark.parametrize(
    ("there", "frames", "others"),
    [
        (["f2.png", "f10.png", "f1.png", "cover.jpg", "painted.gif"], ["f1.png", "f2.png", "f10.png"], 2),
        (["1.png", "2.png", "contact_sheet.png", "3.jpg", ".4.png", "notes.txt"], ["1.png", "2.png"], 2),
        (["2026-01-31.png", "2026-02-01.png", "x1.png"], ["2026-01-31.png", "2026-02-01.png"], 1),
        (["a1.png", "a2.png", "b1.png", "b2.png", "b3.png"], ["b1.png", "b2.png", "b3.png"], 2),
        (["b.png", "a.png", "7.png"], ["7.png", "a.png", "b.png"], 0),
        (["1.png"], ["1.png"], 0),
    ],
)
def test_frames_of_a_folder_are_the_names_that_differ_in_their_numbers(folder, there, frames, others):
    found, left = frame_files(folder(*there))
    assert (names(found), len(left)) == (frames, others)


def test_two_names_that_are_as_common_are_refused(folder):
    """Frames, and what was painted of them."""
    here = folder("shot_1.png", "shot_2.png", "painted_1.png", "painted_2.png", "cover.jpg")
    with pytest.raises(UserError, match=r"NAME%04d.png. Received: 2 each like painted_1.png, shot_1.png$"):
        frame_files(here)
    assert names(frame_files(here / "shot_%d.png")[0]) == ["shot_1.png", "shot_2.png"]


def test_what_is_none_is_named(folder):
    here = folder("a.png", "b.png", "painted.gif")
    assert names(frame_files(here)[0]) == ["a.png", "b.png", "painted.gif"]
    found, left = frame_files(here, besides=["./painted.gif"])
    assert (names(found), left) == (["a.png", "b.png"], [])
    assert names(frame_files(folder("1.gif", "2.gif") / "%d.gif", besides=["2.gif"])[0]) == ["1.gif"]
