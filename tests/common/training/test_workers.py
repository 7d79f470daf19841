"""Training on several workers: to the same numbers as one process, by every kind of objective and normalization."""

import json

import pytest

from fast_style.common.task import tasks
from fast_style.common.training import run
from fast_style.common.training.callbacks import Report
from fast_style.common.training.run import run_training
from fast_style.common.training.workers import Alone
from tests.common.tiny_run import write_photos
from tests.common.training.cluster import Workers

COMMON = {"batch_size": 4, "size": 32, "precision": "float32", "log_every": 1, "preview_every": 0}
COMMON |= {"checkpoint_every": 1000, "content": "photos", "loss_weights": "random"}
STYLE = {**COMMON, "width": 2, "content_layers": ("relu1_2",), "style_layers": ("relu1_1",), "style_size": 32}
SRCNN = {**COMMON, "architecture": "srcnn-9-1-5", "factor": 2, "feature_weight": 0.0, "pixel_weight": 1.0}
MOVED = {"stability_weight": 10.0, "stability_motion": 2.0, "stability_light": 0.1, "size": 56}
PAPER = {**COMMON, "width": 4, "residual_blocks": 1, "factor": 2, "feature_weight": 0.0, "pixel_weight": 1.0}
RUNS = {
    # What is drawn for each photograph of a step: noise, light and movement.
    "style": ("fast_style", {**STYLE, "style": "photos/0.png", **MOVED}),
    # What is computed over photographs: batch normalization, and weights that follow the losses of paintings.
    "batch": ("superres", PAPER),
    "paintings": ("fast_style", {**STYLE, "paintings": ("photos/0.png", "photos/1.png"), "style_sizes": (32,)}),
    # Replicas with two and one of three photographs, and with one and none of one.
    "uneven": ("superres", {**SRCNN, "batch_size": 3}),
    "empty": ("superres", {**SRCNN, "batch_size": 1}),
    "float16": ("superres", {**SRCNN, "precision": "mixed_float16"}),
}
PROGRAM = """
import json, sys
from fast_style.common.startup import start_backend
start_backend()
from fast_style.common.training.cluster import read_cluster
from fast_style.common.training.workers import start_workers
from tests.common.training.test_workers import train_all
train_all(json.loads(sys.argv[1]), start_workers(read_cluster()))
"""


def train_all(runs, workers):
    """Trains by settings; the losses of each iteration are in a file beside each run."""
    by_package = {task.package: task for task in tasks()}
    for name, (package, settings) in runs.items():
        task, losses = by_package[package], []

        class Kept(Report):
            def _report(self, logs):
                super()._report(logs)
                losses.append(self.last)  # noqa: B023

        settings = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run, "Report", Kept)
            run_training(task, task.settings(**settings), workers=workers)
        if workers.is_chief:
            with open(f"{name}.json", "w") as file:
                json.dump(losses, file)


def compared(folder, runs, monkeypatch):
    """Losses of runs of one process and of two, {name: (theirs, ours)}, and records of the latter."""
    losses = []
    for kind in ("one", "two"):
        (folder / kind).mkdir()
        write_photos(folder / kind)
        given = {name: (package, {**settings, "output": name}) for name, (package, settings) in runs.items()}
        if kind == "one":
            monkeypatch.chdir(folder / kind)
            train_all(given, Alone())
        else:
            codes, errors = Workers(PROGRAM, json.dumps(given), cwd=folder / kind).wait()
            assert codes == [0, 0], errors
            # Progress is the chief's.
            assert "images/s" in errors[0]
            assert "images/s" not in errors[1]
        losses.append({name: json.loads((folder / kind / f"{name}.json").read_text()) for name in runs})
    return {name: (losses[0][name], losses[1][name]) for name in runs}


def check(name, one, two):
    for iteration, (theirs, ours) in enumerate(zip(one, two, strict=True)):
        assert ours == pytest.approx(theirs, rel=1e-5), (name, iteration)


def test_two_workers_are_one_process(tmp_path, monkeypatch):
    runs = {name: (package, {**settings, "iterations": 4}) for name, (package, settings) in RUNS.items()}
    found = compared(tmp_path, runs, monkeypatch)
    for name, (one, two) in found.items():
        check(name, one, two)
