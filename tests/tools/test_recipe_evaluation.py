"""What an evaluation found, in a recipe and in the gallery."""

import json

import pytest

from fast_style.common.errors import UserError
from fast_style.common.task import Task
from fast_style.evaluation.recorded_figures import figures
from tools.recipe_evaluation import add_evaluation

TERMS = {"loss": {"mean": 5.0}, "content": {"mean": 4.0}, "style": {"mean": 3e6}, "tv": {"mean": 2e8}}
SUMMARY = {
    "conditions": {"network": {"sha256": "abc"}},
    "sizes": {
        "256": {
            "photographs": ["cat", "dog"],
            "objective": {
                "photo": {"loss": {"mean": 9.0}},
                "network": TERMS,
                "baseline": {"mean": [100.0 - number for number in range(61)]},
            },
            "network_equals_baseline_after": None,
        }
    },
}
FOUND = {
    "256": {
        "photographs": 2,
        "untouched": 9.0,
        "network": {"loss": 5.0, "content": 4.0, "style": 3e6, "tv": 2e8},
        "baseline": {"50": 50.0},
        "network_equals_baseline_after": None,
    }
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An evaluation, and a package with one recipe."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "wave.json").write_text(json.dumps({"name": "wave", "stages": []}))
    (tmp_path / "evaluation.json").write_text(json.dumps(SUMMARY))
    (tmp_path / "pretrained").mkdir()
    entry = {"file": "wave.npz", "sha256": "abc", "config": {}, "licence": "Apache-2.0", "recipe": "wave.json"}
    (tmp_path / "pretrained" / "manifest.json").write_text(json.dumps({"wave": entry}))
    monkeypatch.setattr(Task, "home", tmp_path)
    return tmp_path


def test_means_go_into_the_recipe_and_nothing_else_changes(folder):
    add_evaluation("wave", folder)
    recipe = json.loads((folder / "recipes" / "wave.json").read_text())
    assert recipe == {"name": "wave", "stages": [], "evaluation": FOUND}


def test_an_evaluation_of_another_network_is_refused(folder):
    (folder / "evaluation.json").write_text(json.dumps({**SUMMARY, "conditions": {"network": {"sha256": "other"}}}))
    with pytest.raises(UserError, match="expected an evaluation of wave, sha256 abc. Received: sha256 other"):
        add_evaluation("wave", folder)
    with pytest.raises(UserError, match="evaluation.json: expected an evaluation in JSON"):
        add_evaluation("wave", folder / "nowhere")


def test_the_tables_of_figures_show_them():
    ((title, _, ((heads, (row,)),)),) = figures({"wave": {"evaluation": FOUND}})
    assert title == "Beside optimisation"
    assert heads[:5] == ("name", "size", "photographs", "untouched", "network")
    assert row == ("`wave`", "256x256", 2, "9", "5", "4", "3e+06", "2e+08", "50", "", "more than were run")
    alone = {"512": {**FOUND["256"], "baseline": {}}}
    assert list(figures({"wave": {"evaluation": alone}})) == []
    ((_, _, ((_, (row,)),)),) = figures({"wave": {"evaluation": alone}}, everything=True)
    assert row[1] == "512x512"
    assert row[-1] == "not compared"
    assert list(figures({"wave": {}})) == []
