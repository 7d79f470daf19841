"""Recipes: what they ask for, and that every stage starts from the one before."""

import json

import pytest

from common import recipes
from common.errors import UserError
from common.recipes import read_recipe, recipe_names, recipe_settings
from common.run_record import read_record
from fast_style.cli import train_main
from fast_style.settings import StyleSettings
from tests.fast_style.tiny_run import tiny_settings, write_inputs

GIVEN = {"style": "a.jpg", "content": "photos", "output": "run", "loss_weights": "vgg.npz"}


def test_every_shipped_network_has_a_recipe_of_settings_that_still_exist():
    assert "starry_night" in recipe_names("fast_style")
    for stage in recipe_settings("fast_style", "starry_night", StyleSettings, GIVEN):
        assert stage.style == "a.jpg"
        assert stage.upsampling == "resize"


def test_stages_follow_each_other():
    stages = recipe_settings("fast_style", "starry_night", StyleSettings, GIVEN)
    recorded = [stage["settings"] for stage in read_recipe("fast_style", "starry_night")["stages"]]
    assert [s.iterations for s in stages] == [r["iterations"] for r in recorded]
    assert stages[0].initialize is None
    assert stages[1].initialize == "run/stage_1/network.keras"
    assert stages[1].output == "run/stage_2"


def test_what_is_given_wins():
    stages = recipe_settings("fast_style", "starry_night", StyleSettings, GIVEN | {"iterations": 3})
    assert {stage.iterations for stage in stages} == {3}


def test_unknown_recipe_and_missing_weights_are_one_line():
    with pytest.raises(UserError, match="--recipe: expected one of .*starry_night.* Received: 'sunny_day'"):
        read_recipe("fast_style", "sunny_day")
    without = {name: value for name, value in GIVEN.items() if name != "loss_weights"}
    with pytest.raises(UserError, match="--loss-weights: expected a file of vgg19 weights like .*npz"):
        recipe_settings("fast_style", "starry_night", StyleSettings, without)


def test_a_recipe_trains_all_stages_and_resumes_behind_the_finished(tmp_path, monkeypatch, capsys):
    write_inputs(tmp_path)
    settings = vars(tiny_settings(tmp_path, iterations=2))
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "tiny.json").write_text(json.dumps({"stages": [{"settings": settings}] * 2}))
    monkeypatch.setattr(recipes, "_folder", lambda package: tmp_path / "recipes")
    given = {name: str(settings[name]) for name in ("style", "content")} | {"output": str(tmp_path / "run")}
    flags = [text for name, value in given.items() for text in (f"--{name}", value)]
    train_main(["--recipe", "tiny", *flags])
    second = read_record(tmp_path / "run" / "stage_2")
    assert second["status"] == "finished"
    assert second["settings"]["initialize"] == str(tmp_path / "run" / "stage_1" / "network.keras")
    capsys.readouterr()
    train_main(["--recipe", "tiny", "--resume", *flags])
    assert capsys.readouterr().out.count("finished before") == 2
