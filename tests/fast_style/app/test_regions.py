"""The tab that paints regions: the command's files, byte for byte, and masks as they were brushed."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.network import TransformationNetwork
from tests.common.app.contexts import make_context
from tests.fast_style.tiny_paintings import ship

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.app import regions
from fast_style.app.look import Look
from fast_style.app.regions import Region
from tests.fast_style.app.painted_by_command import of_the_command


def flagged(words):
    """Words of regions as flags."""
    return [word for given in words for word in ("--mask", given)]


@pytest.fixture
def left():
    """A mask of the left half, softly."""
    return np.tile(np.linspace(255, 0, 30).astype(np.uint8), (20, 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "flags"),
    [
        (Look(""), []),
        (
            Look("wave (many)", strength=0.5, stroke=1.5, original_colours=True, max_size=32),
            ["--style", "wave:0.5 + photograph:0.5", "--stroke", "1.5", "--original-colours", "--max-size", "32"],
        ),
    ],
)
def test_files_are_the_commands_byte_for_byte(context, photo, tmp_path, left, look, flags):
    given = [Region(left, "udnie (many)"), Region(left[:, ::-1], "wave (many)", 0.75), Region(left, "")]
    job, words = regions.paint_regions(context, str(photo), given, look)
    assert [word.rpartition("=")[2] for word in words] == ["udnie", "wave:0.75 + photograph:0.25"]
    made = of_the_command(
        tmp_path / "out", photo, *flagged(words), "--network", context.given[0].path, "--format", "png", *flags
    )
    assert Path(job.target).name == made.name
    assert Path(job.target).read_bytes() == made.read_bytes()


@pytest.mark.slow
def test_each_region_has_strokes_of_its_own(context, photo, tmp_path, left):
    """At 1 the second has those that it is read at; those of the rest need not be said."""
    given = [Region(left, "wave (many)", stroke=2.0), Region(left[:, ::-1], "wave (many)", 0.5, 1.0)]
    job, words = regions.paint_regions(context, str(photo), given, Look("wave (many)", stroke=2.0))
    assert [word.rpartition("=")[2] for word in words] == ["wave", "wave@1:0.5 + photograph:0.5"]
    flags = ["--network", context.given[0].path, "--style", "wave", "--stroke", 2, "--format", "png"]
    made = of_the_command(tmp_path / "out", photo, *flagged(words), *flags)
    assert Path(job.target).read_bytes() == made.read_bytes()
    of_one = [dataclasses.replace(region, stroke=None) for region in given]
    other, _ = regions.paint_regions(context, str(photo), of_one, Look("wave (many)", stroke=2.0))
    assert Path(job.target).read_bytes() != Path(other.target).read_bytes()


@pytest.mark.slow
def test_one_painting_beside_the_photograph_needs_no_other_network(tmp_path, photo, left, monkeypatch):
    ship(monkeypatch, tmp_path / "shipped", wave=TransformationNetwork(width=1), udnie=TransformationNetwork(width=1))
    context = make_context(tmp_path / "app")
    job, words = regions.paint_regions(context, str(photo), [Region(left, "wave")], Look(""), "jpg")
    made = of_the_command(tmp_path / "out", photo, *flagged(words))
    assert Path(job.target).name == made.name == "cat_wave.jpg"
    assert Path(job.target).read_bytes() == made.read_bytes()
    with pytest.raises(UserError, match="expected paintings that one network knows"):
        regions.paint_regions(context, str(photo), [Region(left, "wave"), Region(left, "udnie")], Look(""))


@pytest.mark.parametrize("given", [[], [("black", "udnie (many)")], [("left", "")]])
def test_nothing_brushed_is_one_line(context, photo, left, given):
    masks = {"black": np.zeros((4, 4), np.uint8), "left": left}
    with pytest.raises(UserError, match="regions: expected one that is brushed and has a painting. Received: none"):
        regions.paint_regions(context, str(photo), [Region(masks[mask], name) for mask, name in given], Look(""))


def test_masks_come_back_as_they_were_brushed(left):
    picture = np.zeros((20, 30, 3), np.uint8)
    green = np.where(left == 0, 255, 0).astype(np.uint8)
    shown = regions.canvas(picture, [left, np.zeros_like(left), green])
    found = regions.masks_of(shown)
    np.testing.assert_allclose(found[0].astype(int), left, atol=1)
    assert not found[1].any()
    np.testing.assert_array_equal(found[2], green)
    assert not any(mask.any() for mask in regions.masks_of(None) + regions.masks_of({"layers": []}))


def test_the_upper_colour_counts_where_two_are_brushed():
    """Red brushed over blue, each covering 0.6 of what is below."""
    cover, (red, blue, _) = regions.COVER, map(np.array, map(regions._rgb, regions.REGIONS.values()))
    alpha = cover + cover * (1 - cover)
    colour = (red * cover + blue * cover * (1 - cover)) / alpha
    layer = np.array([*colour, 255 * alpha]).round().astype(np.uint8)[None, None]
    found = regions.masks_of({"layers": [layer]})
    assert [int(mask[0, 0]) for mask in found] == [255, 0, 0]
