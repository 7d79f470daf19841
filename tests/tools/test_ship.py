"""Putting a trained network among those that ship."""

import dataclasses
import json

import numpy as np
import pytest

from fast_style.common.images.image_io import read_photo
from fast_style.common.networks.litert_network import LiteRTNetwork
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import shipped_sources, without_folders
from fast_style.common.training.run_record import write_record
from fast_style.export.comparison import psnr
from fast_style.network import TransformationNetwork
from fast_style.task import TASK
from tests.common.tiny_run import tiny_record
from tools.ship import ship


def test_paths_are_cut_to_their_last_part():
    record = {"style": "/home/me/starry.jpg", "layers": ["/a/b", "relu1_2"], "n": 3, "relative": "photos/train"}
    assert without_folders(record) == {
        "style": "starry.jpg",
        "layers": ["b", "relu1_2"],
        "n": 3,
        "relative": "photos/train",
    }


@pytest.mark.slow
def test_network_recipe_and_manifest_are_written(tmp_path, monkeypatch):
    """Into a package of this test's own, so that nothing of ours is touched."""
    task = dataclasses.replace(TASK, folder=tmp_path / "package")
    (tmp_path / "run").mkdir()
    TransformationNetwork(width=4).save(tmp_path / "run" / "network.keras")
    write_record(tmp_path / "run", tiny_record(settings={"style": "/x/wave.jpg", "initialize": None}, iteration=7))

    ship(task, "wave", [tmp_path / "run"], title="The Great Wave", summary="7 iterations")
    entry = Presets(task).manifest()["wave"]
    assert (entry["title"], entry["recipe"], entry["licence"]) == ("The Great Wave", "wave.json", "Apache-2.0")
    recipe = json.loads((tmp_path / "package" / "recipes" / "wave.json").read_text())
    assert recipe["stages"] == [tiny_record(settings={"style": "wave.jpg", "initialize": None}, iteration=7)]
    assert Presets(task).load("wave").width == 4
    source, image = shipped_sources(task)["wave"], np.full((1, 9, 14, 3), 99, np.uint8)
    assert psnr(source.load().render(image).numpy()[0], LiteRTNetwork(source).render(image)[0]) > 45
    assert read_photo(tmp_path / "package" / "pretrained" / "wave.jpg").rgb.shape == (256, 256, 3)

    write_record(tmp_path / "run", tiny_record(settings={"style": "/x/wave.jpg", "initialize": "wave"}, iteration=5))
    ship(task, "wave", [tmp_path / "run"], title="The Great Wave", summary="12 iterations")
    recipe = json.loads((tmp_path / "package" / "recipes" / "wave.json").read_text())
    assert [stage["iteration"] for stage in recipe["stages"]] == [7, 5], "what it went on from is part of the recipe"

    write_record(tmp_path / "run", tiny_record(settings={"style": "/x/wave.jpg", "initialize": "wave"}, iteration=3))
    ship(task, "ripple", [tmp_path / "run"], title="Ripple", summary="of the same painting")
    recipe = json.loads((tmp_path / "package" / "recipes" / "ripple.json").read_text())
    assert [stage["iteration"] for stage in recipe["stages"]] == [7, 5, 3]

    write_record(tmp_path / "run", tiny_record(settings={"style": "/x/udnie.jpg", "initialize": "wave"}, iteration=2))
    ship(task, "udnie", [tmp_path / "run"], title="Udnie", summary="of another painting")
    recipe = json.loads((tmp_path / "package" / "recipes" / "udnie.json").read_text())
    assert [stage["iteration"] for stage in recipe["stages"]] == [7, 5, 2]
    assert [stage["settings"]["style"] for stage in recipe["stages"]] == ["wave.jpg", "wave.jpg", "udnie.jpg"]
