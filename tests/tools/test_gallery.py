"""The gallery: a page whose pictures are all there, and small."""

import re
from pathlib import Path

import pytest

from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import shipped_sources
from fast_style.common.training.recipes import read_recipe
from fast_style.task import TASK
from tools import gallery


@pytest.mark.slow
def test_the_page_names_every_style_and_its_pictures_are_there(tmp_path, capsys, monkeypatch, eager_pictures):
    """Of the sample photographs at most 150 pixels wide and high; at full size `.ci/run` has the demo paint them."""
    small = {name: limit_long_side(photo, 150) for name, photo in sample_photos().items()}
    monkeypatch.setattr(gallery, "sample_photos", lambda: small)
    gallery.main(["--output", str(tmp_path)])
    page = (tmp_path / "gallery.md").read_text()
    for style, entry in Presets(TASK).manifest().items():
        assert f"## {style}" in page
        assert entry["title"] in page
        assert f"fast-style train --recipe {style}<" in page
    pictures = re.findall(r'src="([^"]+)"', page)
    assert {f"gallery/{path.name}" for path in (tmp_path / "gallery").iterdir()} == set(pictures)
    expected = {
        f"gallery/{name}.webp" for name in ("chelsea", "astronaut_starry_night", "coffee_x4_bicubic", "coffee_x8_pixel")
    }
    assert expected <= set(pictures)
    assert read_photo(tmp_path / "gallery" / "coffee_starry_night.webp").rgb.shape == (100, 150, 3)
    # Nine rows of three: six of photographs 150 pixels high, three of details enlarged to more than a cell.
    height, width, _ = read_photo(tmp_path / gallery.SHEET).rgb.shape
    assert 6 * 150 + 3 * 292 < height < 6 * 190 + 3 * 332
    assert 3 * 292 < width < 3 * 320
    assert "gallery.md" in capsys.readouterr().out


def test_pictures_in_the_repository_are_small_and_of_every_style():
    """Under 2.2 MB together."""
    docs = Path(__file__).parents[2] / "docs"
    pictures = [*(docs / "gallery").iterdir(), docs / "demo.jpg"]
    assert sum(path.stat().st_size for path in pictures) < 2.2e6
    of_one = [name for name, entry in Presets(TASK).manifest().items() if not TASK.knows(entry)]
    assert {f"coffee_{style}.webp" for style in of_one} <= {path.name for path in pictures}


def test_the_page_in_the_repository_is_of_the_recipes_that_ship():
    page = (Path(__file__).parents[2] / "docs" / "gallery.md").read_text()
    for name, source in shipped_sources().items():
        entry, recipe = Presets(source.task).manifest()[name], read_recipe(source.task, name)
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert entry["summary"] in section
        runs = section.split("<details>")[1].split("| --- |\n")[1].split("\n\n")[0].splitlines()
        for stage, row in zip(recipe["stages"], runs, strict=True):
            assert row.startswith(f"| {stage['iteration']:,} | {stage['settings']['batch_size']} of ")
            numbers = [stage["settings"]["learning_rate"], stage["settings"]["seed"]]
            terms = [row.name for row in source.task.settings.terms]
            numbers += [found[term] for found in stage["validation"][-1:] for term in terms if term in found]
            assert all(f"| {number:.3g} |" in row for number in numbers)
        figures = [line for line in section.splitlines() if line.startswith(f"| `{name}` |")]
        assert len(figures) == (len(recipe["evaluation"]) if source.task is TASK else 1)
