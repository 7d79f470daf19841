"""The page of the networks that ship: made of their manifests and recipes, and the one in the repository is that."""

from pathlib import Path

import pytest

from fast_style.common.json_files import write_json
from fast_style.common.networks.presets import Presets
from fast_style.common.task import tasks
from fast_style.common.training.recipes import read_recipe
from fast_style.network import TransformationNetwork
from fast_style.task import TASK
from tests.common.tiny_run import tiny_record
from tests.fast_style.tiny_paintings import SIZED, ship
from tools import gallery, models_page

ROOT = Path(__file__).parents[2]


def rows(page, name):
    """Cells of each row of a table that names a network."""
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|")]
    return [cells for cells in lines if f"`{name}`" in cells]


def test_the_page_in_the_repository_is_of_the_manifests_that_ship(tmp_path, capsys):
    models_page.main(["--output", str(tmp_path / "models.md")])
    made = (tmp_path / "models.md").read_text()
    assert made == (ROOT / "docs" / "models.md").read_text(), "python -m tools.models_page --output docs/models.md"
    assert capsys.readouterr().out == f"{tmp_path / 'models.md'}\n"


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)
def test_every_network_is_there_with_its_size_and_figures(task):
    page = models_page.models_page()
    presets = Presets(task)
    assert len(presets.manifest()) >= 5
    for name, entry in presets.manifest().items():
        first, *others = rows(page, name)
        assert f"{(presets.folder / entry['file']).stat().st_size:,}" in first
        assert f"{read_recipe(task, name)['stages'][-1]['parameters']:,}" in first
        assert f"../{task.package}/pretrained/{name}.jpg" in first[0]
        assert len(others) == 1, "its figures"


def test_figures_of_super_resolution_are_by_data_set():
    """x4_pixel on Set5, as tests/superres/evaluation/test_run.py measures it where Set5 is there."""
    assert rows(models_page.models_page(), "x4_pixel")[1][1] == "31.30 / 0.8826"


def test_figures_of_styles_are_of_their_recipes():
    task = next(task for task in tasks() if task.package == "fast_style")
    found = read_recipe(task, "udnie")["evaluation"]["256"]
    cells = rows(models_page.models_page(), "udnie")[1]
    assert f"{found['network']['loss']:.3g}" in cells
    assert f"{found['network_equals_baseline_after']} iterations" in cells


def test_pages_say_what_a_network_of_several_paintings_knows(tmp_path, monkeypatch):
    ship(monkeypatch, tmp_path / "package", paintings=TransformationNetwork(width=1, conditions=SIZED))
    (tmp_path / "package" / "recipes").mkdir()
    settings = {"batch_size": 4, "size": 256}
    hardware = {"gpus": [], "cores": 2}
    stage = tiny_record(settings=settings, hardware=hardware, parameters=9)
    write_json(tmp_path / "package" / "recipes" / "paintings.json", {"name": "paintings", "stages": [stage]})
    monkeypatch.setattr(models_page, "tasks", lambda: [TASK])
    known = "nows 2 paintings, each read at 256, 512, 1024 pixels: wave, udnie."
    assert f"`paintings` k{known}" in models_page.models_page()
    monkeypatch.setattr(gallery, "_runs", lambda *_: [])
    page = gallery._page({"paintings": {"wave": "gallery/wave_paintings.webp"}})
    assert f"Made by a test. It k{known}" in page
    assert 'alt="wave, paintings"' in page
