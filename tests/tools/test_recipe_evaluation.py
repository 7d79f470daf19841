"""What an evaluation found, in a recipe and in the gallery."""

import dataclasses
import json

import pytest

from fast_style.common.errors import UserError
from fast_style.common.json_files import write_json
from fast_style.common.networks import source as sources
from fast_style.common.task import tasks
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


SUPERRES_SUMMARY = {
    "degradation": "bicubic",
    "networks": {"tiny": "other", "mine": "abc"},
    "datasets": {
        "Set2": {
            "bicubic": {"psnr": 28.4251, "ssim": 0.81114},
            "tiny": {"psnr": 1.0, "ssim": 0.1},
            "mine": {"psnr": 30.006, "ssim": 0.86355, "feature": 12.0},
        }
    },
}
SUPERRES_FOUND = {
    "Set2": {
        "degradation": "bicubic",
        "bicubic": {"psnr": 28.43, "ssim": 0.8111},
        "network": {"psnr": 30.01, "ssim": 0.8636},
    }
}
STYLES, ENLARGEMENTS = "style-transfer", "super-resolution"


@pytest.fixture(params=[(STYLES, SUMMARY, FOUND), (ENLARGEMENTS, SUPERRES_SUMMARY, SUPERRES_FOUND)])
def evaluated(request, tmp_path, monkeypatch):
    """(folder of an evaluation, package with one recipe, what it is to have): of each task."""
    name, summary, found = request.param
    task = next(one for one in tasks() if one.name == name)
    package = tmp_path / "package"
    write_json(package / "recipes" / "wave.json", {"name": "wave", "stages": []})
    write_json(tmp_path / "evaluation.json", summary)
    entry = {"file": "wave.npz", "sha256": "abc", "config": {}, "licence": "Apache-2.0", "recipe": "wave.json"}
    write_json(package / "pretrained" / "manifest.json", {"wave": entry})
    monkeypatch.setattr(sources, "tasks", lambda: [dataclasses.replace(task, folder=package)])
    return tmp_path, package, found


def test_what_was_found_goes_into_the_recipe_and_nothing_else_changes(evaluated):
    folder, package, found = evaluated
    add_evaluation("wave", folder)
    recipe = json.loads((package / "recipes" / "wave.json").read_text())
    assert recipe == {"name": "wave", "stages": [], "evaluation": found}


def test_an_evaluation_of_another_network_is_refused(evaluated):
    folder, package, _ = evaluated
    evaluation = (folder / "evaluation.json").read_text()
    (folder / "evaluation.json").write_text(evaluation.replace("abc", "cab"))
    with pytest.raises(UserError, match="expected an evaluation of wave, sha256 abc. Received: sha256 .*cab"):
        add_evaluation("wave", folder)
    with pytest.raises(UserError, match="evaluation.json: expected an evaluation in JSON"):
        add_evaluation("wave", folder / "nowhere")
    with pytest.raises(UserError, match=r"name: expected one of wave. Received: wav; did you mean wave\?"):
        add_evaluation("wav", folder)
    assert json.loads((package / "recipes" / "wave.json").read_text()) == {"name": "wave", "stages": []}


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
