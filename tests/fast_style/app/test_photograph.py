"""The tab that paints: the command's files, byte for byte, and one line for what is no photograph."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fast_style.cli import main
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb, write_photo
from fast_style.network import TransformationNetwork
from tests.common.app.contexts import make_context

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.app import live, photograph
from fast_style.app.paintings import all_paintings, shipped_paintings


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """Of an app in which a style "tiny" was trained."""
    context = make_context(tmp_path_factory.mktemp("app"))
    run = context.folder.path / "runs" / "tiny"
    run.mkdir(parents=True)
    TransformationNetwork(width=1).save(run / "network.keras")
    (context.folder.path / "trainings" / "tiny").mkdir(parents=True)
    return context


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "cat.jpg"
    write_photo(path, np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8), "jpg")
    return path


@pytest.mark.parametrize(
    ("file_format", "options", "flags"),
    [
        ("png", (1.0, False, 0), []),
        ("jpg", (0.4, True, 32), ["--strength", "0.4", "--original-colours", "--max-size", "32"]),
    ],
)
def test_files_are_the_commands_byte_for_byte(context, photo, tmp_path, file_format, options, flags):
    source = photograph.source_of(context, "tiny", "full")
    (job,) = photograph.jobs_for(context, [photo], source, file_format)
    photograph.paint(context, job, source, *options)
    words = ["stylize", photo, "--network", source.path, "--precision", "float32", "--format", file_format, *flags]
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in (*words, "--output", tmp_path / "out")])
    assert end.value.code == 0
    (made,) = (tmp_path / "out").iterdir()
    assert Path(job.target).name == made.name == f"cat_tiny.{file_format}"
    assert Path(job.target).read_bytes() == made.read_bytes()
    assert context.folder.temporary in Path(job.target).parents


def test_before_and_after_are_of_one_size(context, photo):
    source = photograph.source_of(context, "tiny", "full")
    (job,) = photograph.jobs_for(context, [photo], source, "png")
    photograph.paint(context, job, source, 1.0, False, 32)
    before, after = photograph.before_and_after(job)
    assert before.shape == after.shape == (21, 32, 3)


def test_every_painting_is_tried_and_those_that_were_trained_are_among_them(context, photo, monkeypatch):
    monkeypatch.setattr(photograph, "all_paintings", lambda context: all_paintings(context)[-1:] * 2)
    pictures = list(photograph.thumbnails(context, str(photo)))
    assert [len(some) for some in pictures] == [1, 2]
    assert as_rgb(pictures[-1][0][0]).shape == (40, 60, 3)
    assert pictures[-1][0][1] == "tiny"


def test_paintings_that_ship_have_a_fast_network_each():
    paintings = shipped_paintings()
    assert [one.title for one in paintings][:2] == ["The Starry Night", "Udnie"]
    assert all(one.fast.config["width"] < one.full.config["width"] for one in paintings)
    assert len({one.fast.name for one in paintings}) == len(paintings) == 5


def test_strangers_see_what_ships_alone(context):
    strangers = make_context(context.folder.path, for_strangers=True)
    assert len(all_paintings(context)) == len(all_paintings(strangers)) + 1


def test_names_of_several_are_told_apart(context, tmp_path):
    paths = [tmp_path / "a" / "cat.png", tmp_path / "b" / "cat.png"]
    for path in paths:
        write_photo(path, np.zeros((8, 8, 3), np.uint8))
    jobs = photograph.jobs_for(context, paths, photograph.source_of(context, "tiny", "full"), "png")
    assert len({job.target for job in jobs}) == 2


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n" + b"0" * 99])
def test_what_is_no_photograph_is_one_line(context, tmp_path, content):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    source = photograph.source_of(context, "tiny", "full")
    (job,) = photograph.jobs_for(context, [path], source, "png")
    with pytest.raises(UserError, match=r"bad\.png"):
        photograph.paint(context, job, source, 1.0, False, 0)
    with pytest.raises(UserError, match=r"bad\.png"):
        next(photograph.thumbnails(context, str(path)))
    assert not Path(job.target).exists()


def test_no_photograph_and_no_such_painting(context):
    with pytest.raises(UserError, match="photograph: expected a picture"):
        next(photograph.thumbnails(context, None))
    with pytest.raises(UserError, match="painting: expected one of The Starry Night"):
        photograph.source_of(context, "gone", "full")


def test_a_frame_is_painted_small(context):
    frame = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    content = live.paint_frame(context, frame, photograph.source_of(context, "tiny", "fast"), 32)
    assert content.startswith(b"\xff\xd8")
    path = context.folder.new() / "frame.jpg"
    path.write_bytes(content)
    with Image.open(path) as image:
        assert image.size == (32, 24)
