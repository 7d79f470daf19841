"""Recipes: what they ask for, and that every stage starts from the one before."""

import dataclasses
import json
import signal

import pytest

from common import recipes
from common.errors import UserError
from common.recipes import OF_THE_MACHINE, changed_start, read_recipe, recipe_names, recipe_settings
from common.run_record import read_record
from common.train_command import _train_stage
from common.training import Interrupted
from fast_style.pretrained_networks import style_entries
from fast_style.settings import STYLE_WEIGHTS, StyleSettings
from superres.cli import train_main
from superres.pretrained_networks import network_entries
from superres.settings import SuperResolutionSettings
from tests.common.tiny_run import tiny_settings, write_photos

GIVEN = {"style": "a.jpg", "content": "photos", "output": "run", "loss_weights": "vgg.npz"}


SHIPPED = [("fast_style", name) for name in style_entries()] + [("superres", name) for name in network_entries()]
SETTINGS = {"fast_style": StyleSettings, "superres": SuperResolutionSettings}


def test_recipes_are_those_of_the_networks_that_ship():
    assert {("fast_style", name) for name in recipe_names("fast_style")} <= set(SHIPPED)
    assert {("superres", name) for name in recipe_names("superres")} <= set(SHIPPED)
    assert {("fast_style", "starry_night"), ("superres", "x4_pixel"), ("superres", "x4_srcnn")} <= set(SHIPPED)


@pytest.mark.parametrize(("package", "name"), SHIPPED)
def test_every_shipped_network_has_a_recipe_of_settings_that_still_exist(package, name):
    """With nothing given but photographs, painting, output and, where there is a loss network, its weights."""
    names = {field.name for field in dataclasses.fields(SETTINGS[package])}
    recorded = read_recipe(package, name)["stages"]
    with_loss_network = any(stage["loss_network"] for stage in recorded)
    given = {k: v for k, v in GIVEN.items() if k in names and (k != "loss_weights" or with_loss_network)}
    for stage, record in zip(recipe_settings(package, name, SETTINGS[package], given), recorded, strict=True):
        assert set(record["settings"]) - set(OF_THE_MACHINE) <= names
        for key, value in record["settings"].items():
            if key not in OF_THE_MACHINE:
                assert getattr(stage, key) == (tuple(value) if isinstance(value, list) else value)
        assert (stage.content, stage.precision) == ("photos", "auto")


def test_stages_follow_each_other():
    stages = recipe_settings("fast_style", "starry_night", StyleSettings, GIVEN)
    recorded = [stage["settings"] for stage in read_recipe("fast_style", "starry_night")["stages"]]
    assert [s.iterations for s in stages] == [r["iterations"] for r in recorded]
    assert stages[0].initialize is None
    assert stages[1].initialize == "run/stage_1/network.keras"
    assert stages[1].output == "run/stage_2"


def test_a_first_stage_may_start_from_a_network_that_ships(tmp_path, monkeypatch):
    """A name stays; a file was one of the machine that it was trained on."""
    monkeypatch.setattr(recipes, "_folder", lambda package: tmp_path)
    settings = {"loss_weights": "imagenet", "loss_network": "vgg19"}
    for initialize, expected in (("starry_night", "starry_night"), ("network.keras", None), (None, None)):
        stage = {"settings": settings | {"initialize": initialize}}
        (tmp_path / "new.json").write_text(json.dumps({"stages": [stage, stage]}))
        first, second = recipe_settings("fast_style", "new", StyleSettings, GIVEN)
        assert first.initialize == expected
        assert second.initialize == "run/stage_1/network.keras"


@pytest.mark.parametrize(
    ("name", "start"), [("wave", "udnie"), ("wave_fast", "starry_night_fast"), ("starry_night", "")]
)
def test_a_start_that_was_trained_on_since_is_told(name, start):
    """wave began at a udnie of before, wave_fast at a starry_night_fast of before; starry_night at random weights."""
    first = recipe_settings("fast_style", name, StyleSettings, GIVEN)[0]
    note = changed_start("fast_style", name, first)
    expected = f"recipe {name} began at a {start} that was trained on since: the network will not be the one that ships"
    assert note == (expected if start else "")
    mine = recipe_settings("fast_style", name, StyleSettings, GIVEN | {"initialize": "mine.keras"})[0]
    assert changed_start("fast_style", name, mine) == ""


def test_a_start_that_ships_as_it_was_is_not_told(monkeypatch):
    recipe = read_recipe("fast_style", "wave")
    recipe["stages"][0]["initialize_sha256"] = style_entries()["udnie"]["sha256"]
    monkeypatch.setattr(recipes, "read_recipe", lambda package, name: recipe)
    first = recipe_settings("fast_style", "wave", StyleSettings, GIVEN)[0]
    assert first.initialize == "udnie"
    assert changed_start("fast_style", "wave", first) == ""


def test_what_is_given_wins():
    given = GIVEN | {"iterations": 3, "initialize": "mine.keras", "style_loss": "bn"}
    stages = recipe_settings("fast_style", "starry_night", StyleSettings, given)
    assert {stage.iterations for stage in stages} == {3}
    # Only the first begins with it; the weight of style is that of the loss of style that was given.
    assert [stage.initialize for stage in stages[:2]] == ["mine.keras", "run/stage_1/network.keras"]
    assert {stage.style_weight for stage in stages} == {STYLE_WEIGHTS["bn"]}


def test_unknown_recipe_and_missing_weights_are_one_line():
    with pytest.raises(UserError, match="--recipe: expected one of .*starry_night.* Received: 'sunny_day'"):
        read_recipe("fast_style", "sunny_day")
    without = {name: value for name, value in GIVEN.items() if name != "loss_weights"}
    with pytest.raises(UserError, match="--loss-weights: expected a file of vgg19 weights like .*npz"):
        recipe_settings("fast_style", "starry_night", StyleSettings, without)


def test_a_recipe_trains_all_stages_and_resumes_behind_the_finished(tmp_path, monkeypatch, capsys):
    write_photos(tmp_path)
    settings = vars(tiny_settings(tmp_path, iterations=2))
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "tiny.json").write_text(json.dumps({"stages": [{"settings": settings}] * 2}))
    monkeypatch.setattr(recipes, "_folder", lambda package: tmp_path / "recipes")
    given = {"content": settings["content"], "output": str(tmp_path / "run")}
    flags = [text for name, value in given.items() for text in (f"--{name}", value)]
    train_main(["--recipe", "tiny", *flags])
    second = read_record(tmp_path / "run" / "stage_2")
    assert second["status"] == "finished"
    assert second["settings"]["initialize"] == str(tmp_path / "run" / "stage_1" / "network.keras")
    capsys.readouterr()
    train_main(["--recipe", "tiny", "--resume", *flags])
    assert capsys.readouterr().out.count("finished before") == 2


def test_an_interrupted_stage_says_how_the_recipe_goes_on(tmp_path, capsys):
    def train(settings, resume):
        raise Interrupted(signal.SIGTERM, 3, settings.output)

    write_photos(tmp_path)
    with pytest.raises(SystemExit) as stop:
        _train_stage("superres-train", tiny_settings(tmp_path), train, resume=False)
    assert stop.value.code == 128 + signal.SIGTERM
    assert capsys.readouterr().err == (
        f"superres-train: stopped after iteration 3 of {tmp_path / 'run'} and saved; "
        "continue with the same command and --resume\n"
    )
