"""Presets of the training commands: what they set, and what is given wins."""

import dataclasses
import re

import pytest

from fast_style.cli import train_main
from fast_style.common.settings import GROUPS, flag
from fast_style.common.training import run
from fast_style.settings import ARCHITECTURES, TRAINING_PRESETS, StyleSettings
from fast_style.style_losses import STYLE_LOSSES
from superres.cli import train_main as superres_main
from superres.settings import SuperResolutionSettings

NEEDED = ["--style", "a.jpg", "--content", "photos", "--output", "run"]


def settings_of(*flags):
    """What the training would be given."""
    received = []

    def run_training(task, settings, resume, workers):
        received.append(settings)
        return {"iteration": 0, "seconds": 0.0}

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(run, "run_training", run_training)
        train_main([*NEEDED, *flags])
    return vars(received[0])


@pytest.mark.parametrize("name", TRAINING_PRESETS)
def test_a_preset_sets_what_it_names_and_nothing_else(name):
    defaults = vars(StyleSettings(style="a.jpg", content="photos", output="run"))
    named = TRAINING_PRESETS[name] | ARCHITECTURES[TRAINING_PRESETS[name].get("architecture", "paper")]
    given = {"content": "photos"}
    assert settings_of("--preset", name) == defaults | named | TRAINING_PRESETS[name] | given


def test_what_is_given_wins():
    settings = settings_of("--preset", "quick", "--iterations", "7", "--style-weight", "3")
    assert (settings["iterations"], settings["style_weight"], settings["style_size"]) == (7, 3.0, 384)


def test_a_weight_belongs_to_the_loss_that_a_preset_was_made_for():
    """5e-5 is for Gram matrices; another loss of style has a scale of its own."""
    settings = settings_of("--preset", "quick", "--style-loss", "bn")
    assert (settings["style_weight"], settings["style_size"]) == (STYLE_LOSSES["bn"].weight, 384)


def test_the_paper_is_the_papers():
    """Section 4.1: photographs resized to 256x256, batch 4, Adam 1e-3, 40,000 iterations; 3.1: batch normalization."""
    settings = settings_of("--preset", "paper")
    expected = {"normalization": "batch", "margin": 0, "squash": True}
    expected |= {"size": 256, "batch_size": 4, "learning_rate": 1e-3}
    assert {name: settings[name] for name in expected} == expected
    assert (settings["iterations"], settings["upsampling"], settings["loss_network"]) == (40_000, "transposed", "vgg16")


def test_help_says_what_presets_set(capsys):
    with pytest.raises(SystemExit):
        train_main(["--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "paper: --normalization batch --margin 0 --squash --no-flip;" in out
    # argparse breaks lines behind hyphens.
    assert "quick: --initialize starry_night --iterations 600 --batch-size 1" in out.replace("- ", "-")


@pytest.mark.parametrize(("entry", "settings"), [(train_main, StyleSettings), (superres_main, SuperResolutionSettings)])
def test_help_has_each_flag_in_its_group_and_no_python(entry, settings, capsys):
    with pytest.raises(SystemExit):
        entry(["--help"])
    out = capsys.readouterr().out
    assert ">>>" not in out
    parts = re.split(r"^(\S.*):$", out, flags=re.MULTILINE)
    groups = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(groups)[-len(GROUPS) :] == list(GROUPS.values())
    found = {flag: title for title, text in groups.items() for flag in re.findall(r"^  (--[\w-]+)", text, re.MULTILINE)}
    for field in dataclasses.fields(settings):
        group = "needed" if field.metadata.get("required") else field.metadata["group"]
        assert found[flag(field.name)] == GROUPS[group]
    assert (found["--content"], found["--resume"]) == (GROUPS["needed"], GROUPS["run"])


@pytest.mark.parametrize(
    "flags, message",
    [
        (("--preset", "quick", "--recipe", "starry_night"), "--preset: expected it or --recipe. Received: quick and"),
        (("--preset", "slow"), "invalid choice: 'slow'"),
    ],
)
def test_presets_that_are_none(flags, message, capsys):
    with pytest.raises(SystemExit) as stop:
        train_main([*NEEDED, *flags])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
