"""The tab that paints: the command's files, byte for byte, and one line for what is no photograph."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb, write_photo
from fast_style.common.networks.source import find_network
from fast_style.network import TransformationNetwork
from fast_style.stylization import stylize
from fast_style.task import TASK
from tests.common.app.contexts import make_context
from tests.fast_style.tiny_paintings import SIZED, ship, trained

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.app import live, photograph
from fast_style.app.look import Look, chosen
from fast_style.app.look_fields import seed_field
from fast_style.app.paintings import all_paintings, painting_named, partners, shipped_paintings
from tests.fast_style.app.painted_by_command import of_the_command


def painted(context, photo, look, file_format="png"):
    """The job that the tab does."""
    label, source, style = chosen(context, look)
    (job,) = photograph.jobs_for(context, [photo], label, file_format)
    photograph.paint(context, job, source, style, look)
    return job


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "file_format", "flags"),
    [
        (Look("tiny"), "png", ["--network", "{tiny}"]),
        (
            Look("tiny", strength=0.4, stroke=2, original_colours=True, max_size=32),
            "jpg",
            ["--network", "{tiny}", "--strength", "0.4", "--stroke", "2", "--original-colours", "--max-size", "32"],
        ),
        (Look("udnie (many)"), "png", ["--network", "{many}", "--style", "udnie"]),
        (
            Look("wave (many)", stroke=1.5, strength=0.8, other="udnie (many)", share=0.25),
            "png",
            ["--network", "{many}", "--style", "wave:0.75 + udnie:0.25", "--stroke", "1.5", "--strength", "0.8"],
        ),
    ],
)
def test_files_are_the_commands_byte_for_byte(context, photo, tmp_path, look, file_format, flags):
    job = painted(context, photo, look, file_format)
    paths = {one.full.name: one.full.path for one in all_paintings(context)[5:]}
    flags = [flag.format(**paths) for flag in flags]
    made = of_the_command(tmp_path / "out", photo, *flags, "--format", file_format)
    assert Path(job.target).name == made.name
    assert Path(job.target).read_bytes() == made.read_bytes()
    assert context.folder.temporary in Path(job.target).parents


@pytest.mark.slow
def test_what_ships_is_chosen_as_the_command_chooses_it(tmp_path, photo, monkeypatch):
    """A network of several paintings that ships has the other sizes of strokes, and paintings of its own."""
    one, several = TransformationNetwork(width=2), trained(conditions=SIZED)
    ship(monkeypatch, tmp_path / "shipped", wave=one, wave_fast=TransformationNetwork(width=1), all_fast=several)
    context = make_context(tmp_path / "app")
    assert [(found.name, found.full.name, found.style) for found in all_paintings(context)] == [
        ("wave", "wave", None),
        ("wave_fast", "wave_fast", None),
        ("udnie", "all_fast", "udnie"),
    ]
    assert [other.name for other in partners(context, "wave")] == ["udnie"]
    assert partners(context, "wave_fast") == []
    for look, network in [
        (Look("wave"), "wave"),
        (Look("wave", stroke=2.0), "all_fast"),
        (Look("udnie"), "all_fast"),
        (Look("wave", other="udnie", share=0.5), "all_fast"),
        (Look("wave", other="udnie", share=0.0), "wave"),
    ]:
        assert chosen(context, look)[1].name == network
    job = painted(context, photo, Look("wave", stroke=2.0))
    made = of_the_command(tmp_path / "out", photo, "--style", "wave", "--stroke", "2", "--format", "png")
    assert Path(job.target).name == made.name
    assert Path(job.target).read_bytes() == made.read_bytes()


def test_variations_of_a_network_with_a_field_of_noise(tmp_path, photo):
    """The field for a seed is shown for such networks alone, and is 0 again for others."""
    foggy = TransformationNetwork(width=1, noise_channels=1)
    for variable in foggy.noise.weights:
        variable.assign(np.full(variable.shape, 9.0))
    foggy.save(tmp_path / "foggy.keras")
    TransformationNetwork(width=1).save(tmp_path / "plain.keras")
    given = [find_network(tmp_path / f"{name}.keras", TASK) for name in ("foggy", "plain")]
    context = make_context(tmp_path / "app", given=given)
    shown = {name: seed_field(context, name, "full") for name in ("foggy", "plain", "gone")}
    assert [one.visible for one in shown.values()] == [True, False, False]
    assert [one.value for one in shown.values()] == [None, 0, 0]
    made = {seed: Path(painted(context, photo, Look("foggy", seed=seed)).target).read_bytes() for seed in (0, 7)}
    assert made[0] != made[7]
    expected = stylize(as_rgb(photo), tmp_path / "foggy.keras", seed=7)
    np.testing.assert_array_equal(as_rgb(made[7]), expected)
    with pytest.raises(UserError, match="--seed: expected 0 for plain"):
        chosen(context, Look("plain", seed=7))


def test_before_and_after_are_of_one_size(context, photo):
    job = painted(context, photo, Look("tiny", max_size=32))
    before, after = photograph.before_and_after(job)
    assert before.shape == after.shape == (21, 32, 3)


def test_every_painting_is_tried_and_those_that_were_trained_are_among_them(context, photo, monkeypatch):
    monkeypatch.setattr(photograph, "all_paintings", lambda context: all_paintings(context)[-2:])
    monkeypatch.setattr(photograph, "PAUSE", 0)
    pictures = list(photograph.thumbnails(context, str(photo)))
    assert [len(some) for some in pictures] == [1, 2]
    assert as_rgb(pictures[-1][0][0]).shape == (40, 60, 3)
    assert [title for _, title in pictures[-1]] == ["Udnie (many)", "tiny"]


def test_thumbnails_are_laid_out_by_groups(context, photo, monkeypatch):
    """Each list lays the page out anew: 24 lists of up to 24 took as long as the painting of them."""
    monkeypatch.setattr(photograph, "all_paintings", lambda context: 3 * all_paintings(context)[-1:])
    monkeypatch.setattr(photograph, "PAUSE", 1000)
    pictures = list(photograph.thumbnails(context, str(photo)))
    assert [len(some) for some in pictures] == [1, 3]


def test_paintings_that_ship_have_a_fast_network_each():
    paintings = [one for one in shipped_paintings() if one.style is None]
    assert [one.title for one in paintings][:2] == ["The Starry Night", "Udnie"]
    assert all(one.fast.config["width"] < one.full.config["width"] for one in paintings)
    assert len({one.fast.name for one in paintings}) == len(paintings) == 5


def test_strangers_see_what_ships_alone(context):
    """And what the owner gave at the start."""
    strangers = make_context(context.folder.path, for_strangers=True, given=context.given)
    assert len(all_paintings(context)) == len(all_paintings(strangers)) + 1


def test_names_of_several_are_told_apart(context, tmp_path):
    paths = [tmp_path / "a" / "cat.png", tmp_path / "b" / "cat.png"]
    for path in paths:
        write_photo(path, np.zeros((8, 8, 3), np.uint8))
    jobs = photograph.jobs_for(context, paths, "tiny", "png")
    assert len({job.target for job in jobs}) == 2


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n" + b"0" * 99])
def test_what_is_no_photograph_is_one_line(context, tmp_path, content):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    label, source, style = chosen(context, Look("tiny"))
    (job,) = photograph.jobs_for(context, [path], label, "png")
    with pytest.raises(UserError, match=r"bad\.png"):
        photograph.paint(context, job, source, style, Look("tiny"))
    with pytest.raises(UserError, match=r"bad\.png"):
        next(photograph.thumbnails(context, str(path)))
    assert not Path(job.target).exists()


def test_no_photograph_and_no_such_painting(context):
    with pytest.raises(UserError, match="photograph: expected a picture"):
        next(photograph.thumbnails(context, None))
    with pytest.raises(UserError, match="painting: expected one of The Starry Night"):
        chosen(context, Look("gone"))
    with pytest.raises(UserError, match="paintings: expected some that one network knows together. Received: tiny and"):
        chosen(context, Look("tiny", other="wave (many)"))


def test_a_frame_is_painted_small(context):
    frame = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    content = live.paint_frame(context, frame, painting_named(context, "tiny"), 32)
    assert content.startswith(b"\xff\xd8")
    path = context.folder.new() / "frame.jpg"
    path.write_bytes(content)
    with Image.open(path) as image:
        assert image.size == (32, 24)
