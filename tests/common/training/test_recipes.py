"""Recipes: what they ask for, and that every stage starts from the one before."""

import dataclasses
import json
import signal

import pytest

from fast_style.common.commands.train import _train_stage
from fast_style.common.errors import UserError
from fast_style.common.networks.presets import Presets
from fast_style.common.task import Task, tasks
from fast_style.common.training import run
from fast_style.common.training.recipes import (
    of_the_machine,
    read_recipe,
    recipe_names,
    recipe_settings,
    stage_files_note,
)
from fast_style.common.training.run import Interrupted
from fast_style.common.training.run_record import read_record
from fast_style.common.training.workers import Alone
from fast_style.style_losses import STYLE_LOSSES
from fast_style.task import TASK
from superres.cli import train_main
from superres.task import TASK as SUPERRES
from tests.common.tiny_run import tiny_settings, write_photos

GIVEN = {
    "style": "a.jpg",
    "paintings": ("a.jpg", "b.jpg"),
    "content": "photos",
    "output": "run",
    "loss_weights": "vgg.npz",
}


SHIPPED = [(task, name) for task in tasks() for name in Presets(task).manifest()]


def name_of(value):
    return value if isinstance(value, str) else value.package


def test_recipes_are_those_of_the_networks_that_ship():
    names = [(task.name, name) for task, name in SHIPPED]
    assert {(task.name, name) for task in tasks() for name in recipe_names(task)} <= set(names)
    expected = {("style-transfer", "starry_night"), ("super-resolution", "x4_pixel"), ("super-resolution", "x4_srcnn")}
    assert expected <= set(names)


@pytest.mark.parametrize(("task", "name"), SHIPPED, ids=name_of)
def test_every_shipped_network_has_a_recipe_of_settings_that_still_exist(task, name):
    """With nothing given but photographs, painting, output and, where there is a loss network, its weights."""
    names = {field.name for field in dataclasses.fields(task.settings)}
    recorded = read_recipe(task, name)["stages"]
    with_loss_network = any(stage["loss_network"] for stage in recorded)
    given = {k: v for k, v in GIVEN.items() if k in names and (k != "loss_weights" or with_loss_network)}
    for stage, record in zip(recipe_settings(task, name, given), recorded, strict=True):
        assert set(record["settings"]) - set(of_the_machine(task.settings)) <= names
        for key, value in record["settings"].items():
            if key not in of_the_machine(task.settings):
                assert getattr(stage, key) == (tuple(value) if isinstance(value, list) else value)
        assert (stage.content, stage.precision) == ("photos", "auto")


def test_stages_follow_each_other():
    stages = recipe_settings(TASK, "starry_night", GIVEN)
    recorded = [stage["settings"] for stage in read_recipe(TASK, "starry_night")["stages"]]
    assert [s.iterations for s in stages] == [r["iterations"] for r in recorded]
    assert stages[0].initialize is None
    assert stages[1].initialize == "run/stage_1/network.keras"
    assert stages[1].output == "run/stage_2"


@pytest.mark.parametrize(("task", "name"), SHIPPED, ids=name_of)
def test_every_recipe_begins_at_random_weights(task, name):
    """And not at a network that ships, which may be trained on: what began at one holds its stages."""
    assert read_recipe(task, name)["stages"][0]["settings"]["initialize"] is None


def test_a_stage_takes_its_painting_of_a_folder(tmp_path):
    """wave began at an udnie, which began at a starry_night."""
    for file in ("starry_night.jpg", "udnie.jpg", "wave.jpg"):
        (tmp_path / file).touch()
    stages = recipe_settings(TASK, "wave", GIVEN | {"style": str(tmp_path)})
    assert [stage.style for stage in stages] == [
        str(tmp_path / f"{name}.jpg") for name in ["starry_night"] * 3 + ["udnie"] * 2 + ["wave"] * (len(stages) - 5)
    ]
    assert stage_files_note(TASK, "wave", stages) == ""
    (tmp_path / "udnie.jpg").unlink()
    with pytest.raises(UserError, match="--style: expected .*udnie.jpg, wave.jpg, .* Received: .* without udnie.jpg"):
        recipe_settings(TASK, "wave", GIVEN | {"style": str(tmp_path)})


def test_one_painting_for_a_recipe_of_several_is_told():
    stages = recipe_settings(TASK, "wave", GIVEN)
    assert {stage.style for stage in stages} == {"a.jpg"}
    assert stage_files_note(TASK, "wave", stages) == (
        "recipe wave began with starry_night.jpg and udnie.jpg: its stages will take a.jpg instead; for "
        "the network that ships give --style a folder with starry_night.jpg, udnie.jpg, wave.jpg"
    )
    alone = recipe_settings(TASK, "starry_night", GIVEN)
    assert stage_files_note(TASK, "starry_night", alone) == ""
    given = {"content": "photos", "output": "run"}
    assert stage_files_note(SUPERRES, "x4_pixel", recipe_settings(SUPERRES, "x4_pixel", given)) == ""


def test_a_stage_of_many_paintings_takes_them_of_a_folder(tmp_path):
    """That of paintings_fast, which began at an udnie_fast, which began at a starry_night_fast."""
    recorded = [stage["settings"] for stage in read_recipe(TASK, "paintings_fast")["stages"]]
    for file in recorded[-1]["paintings"]:
        (tmp_path / file).touch()
    given = {key: value for key, value in GIVEN.items() if key != "paintings"}
    stages = recipe_settings(TASK, "paintings_fast", given | {"style": str(tmp_path)})
    of_one = [one for one in recorded if one["style"]]
    assert 0 < len(of_one) < len(recorded)
    assert [one.style for one in stages[: len(of_one)]] == [str(tmp_path / one["style"]) for one in of_one]
    assert not any(one.paintings for one in stages[: len(of_one)])
    for one in stages[len(of_one) :]:
        assert (one.style, one.paintings) == (None, tuple(str(tmp_path / file) for file in recorded[-1]["paintings"]))
    with pytest.raises(
        UserError, match=r"--paintings: expected 24 files, or --style with a folder of starry_night.jpg"
    ):
        recipe_settings(TASK, "paintings_fast", given)
    stages = recipe_settings(TASK, "paintings_fast", GIVEN)
    assert (stages[0].style, stages[0].paintings, stages[-1].style, stages[-1].paintings) == (
        "a.jpg",
        (),
        None,
        ("a.jpg", "b.jpg"),
    )
    assert "began with starry_night.jpg and udnie.jpg: its stages" in stage_files_note(TASK, "paintings_fast", stages)


def test_what_is_given_wins():
    given = GIVEN | {"iterations": 3, "initialize": "mine.keras", "style_loss": "bn"}
    stages = recipe_settings(TASK, "starry_night", given)
    assert {stage.iterations for stage in stages} == {3}
    # Only the first begins with it; the weight of style is that of the loss of style that was given.
    assert [stage.initialize for stage in stages[:2]] == ["mine.keras", "run/stage_1/network.keras"]
    assert {stage.style_weight for stage in stages} == {STYLE_LOSSES["bn"].weight}


def test_unknown_recipe_and_missing_weights_are_one_line():
    with pytest.raises(UserError, match="--recipe: expected one of .*starry_night.* Received: 'sunny_day'"):
        read_recipe(TASK, "sunny_day")
    without = {name: value for name, value in GIVEN.items() if name != "loss_weights"}
    with pytest.raises(UserError, match="--loss-weights: expected a file of vgg19 weights like .*npz"):
        recipe_settings(TASK, "starry_night", without)


def test_a_recipe_trains_all_stages_and_resumes_behind_the_finished(tmp_path, monkeypatch, capsys):
    write_photos(tmp_path)
    settings = vars(tiny_settings(tmp_path, iterations=2))
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "tiny.json").write_text(json.dumps({"stages": [{"settings": settings}] * 2}))
    monkeypatch.setattr(Task, "home", tmp_path)
    given = {"content": settings["content"], "output": str(tmp_path / "run")}
    flags = [text for name, value in given.items() for text in (f"--{name}", value)]
    train_main(["--recipe", "tiny", *flags])
    second = read_record(tmp_path / "run" / "stage_2")
    assert second["status"] == "finished"
    assert second["settings"]["initialize"] == str(tmp_path / "run" / "stage_1" / "network.keras")
    capsys.readouterr()
    train_main(["--recipe", "tiny", "--resume", *flags])
    assert capsys.readouterr().out.count("finished before") == 2


def test_an_interrupted_stage_says_how_the_recipe_goes_on(tmp_path, capsys, monkeypatch):
    def run_training(task, settings, resume, workers):
        raise Interrupted(signal.SIGTERM, 3, settings.output)

    write_photos(tmp_path)
    monkeypatch.setattr(run, "run_training", run_training)
    with pytest.raises(SystemExit) as stop:
        _train_stage("superres-train", SUPERRES, tiny_settings(tmp_path), False, Alone)
    assert stop.value.code == 128 + signal.SIGTERM
    assert capsys.readouterr().err == (
        f"superres-train: stopped after iteration 3 of {tmp_path / 'run'} and saved; "
        "continue with the same command and --resume\n"
    )
