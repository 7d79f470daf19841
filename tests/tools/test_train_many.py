"""A list of trainings in one process: each structure is compiled once, and each run is that of the command."""

import json
import os
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.training.learning_rate import learning_rate
from fast_style.common.training.run_record import read_record
from fast_style.network import TransformationNetwork
from fast_style.settings import StyleSettings
from fast_style.task import load_network
from superres.settings import SuperResolutionSettings
from tests.common.tiny_run import write_photos
from tools.train_many import Schedule, settings_of, structure, train_many

pytest.importorskip("jax")

STYLE = {"size": 32, "style_size": 32, "width": 4, "content_layers": ["relu1_1"], "style_layers": ["relu1_1"]}
STYLE |= {"loss_weights": "random", "precision": "float32", "batch_size": 2, "preview_every": 0, "log_every": 1}
STYLE |= {"initialize": "start.keras", "style": "photos/0.png", "content": "photos"}


# Commands one after the other in one process, each with its exit code behind what it wrote.
PROGRAM = """
import json, sys
from fast_style.cli import train_main
from tools.train_many import main
for command, arguments in json.loads(sys.argv[1]):
    try:
        code = {"many": main, "alone": train_main}[command](arguments) or 0
    except SystemExit as stop:
        code = stop.code or 0
    print(f"\\nended with {code}", file=sys.stderr)
"""
MANY = ["jobs.json", "--output", "runs"]


def run(folder, *commands):
    """[(exit code, standard error)] of commands by JAX, with what it compiles."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": os.getcwd(), "JAX_LOG_COMPILES": "1"}
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(commands)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    texts = re.split(r"\nended with (\d+)\n", done.stderr)
    return list(zip(map(int, texts[1::2]), texts[::2], strict=False))


@pytest.mark.slow
def test_a_second_job_of_a_structure_compiles_nothing_and_is_the_commands_run(tmp_path):
    """Another painting, weight, rate and schedule: the losses are those of the training command, by Keras' schedule."""
    write_photos(tmp_path)
    keras.utils.set_random_seed(0)
    TransformationNetwork(width=4).save(tmp_path / "start.keras")
    second = {**STYLE, "style": "photos/1.png", "style_weight": 1e-3, "schedule": "cosine", "warmup": 2, "seed": 3}
    second |= {"iterations": 4, "learning_rate": 2e-3}
    third = {**STYLE, "initialize": "first", "share": 1.0, "initial_share": 0.4}
    jobs = [{**STYLE, "output": "first", "iterations": 2}, {**second, "output": "second"}, {**third, "output": "third"}]
    jobs += [{"output": "fourth", "like": "third", "initialize": "third", "iterations": 1}]
    (tmp_path / "jobs.json").write_text(json.dumps(jobs))
    flags = [
        text
        for name, value in {**second, "output": "alone"}.items()
        for text in (f"--{name.replace('_', '-')}", *(value if isinstance(value, list) else [str(value)]))
    ]
    commands = ("many", [*MANY, "--seconds", "1"]), ("alone", flags), ("many", MANY)
    (many, errors), (alone, errors_alone), (again, errors_again) = run(tmp_path, *commands)
    assert (many, alone, again) == (0, 0, 0), (errors, errors_alone, errors_again)
    assert errors.count("Finished XLA compilation of jit(train_step)") == 1
    records = [read_record(tmp_path / "runs" / name) for name in ("first", "second", "third", "fourth")]
    assert [record["status"] for record in records] == ["finished"] * 4
    assert records[2]["iteration"] == records[2]["settings"]["iterations"] == 100  # the least, as no time is left
    assert records[2]["initialize_sha256"] != records[0]["initialize_sha256"]
    assert records[1]["losses"] == pytest.approx(read_record(tmp_path / "alone")["losses"], rel=1e-4)
    assert errors_again.count("finished before") == 4
    assert np.isfinite(load_network(str(tmp_path / "runs" / "third" / "network.keras")).get_weights()[0]).all()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"warmup": 10},
        {"schedule": "cosine"},
        {"schedule": "cosine", "warmup": 10},
    ],
)
def test_the_schedule_is_that_of_the_training_command(options):
    settings = StyleSettings(iterations=50, learning_rate=3e-3, **options)
    rate, schedule = learning_rate(settings), Schedule(settings)
    for step in (0, 1, 5, 10, 11, 30, 49):
        expected = float(rate(step)) if callable(rate) else rate
        assert float(schedule(step)) == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_a_structure_is_what_a_step_is_compiled_for():
    """Values of weights, painting and run are none of it; whether there is a weight is."""
    plain = structure(StyleSettings(style="a.jpg", output="one", iterations=5))
    assert structure(StyleSettings(style="b.jpg", output="two", style_weight=3.0, seed=4, learning_rate=0.1)) == plain
    for other in ({"stability_weight": 1.0}, {"width": 8}, {"batch_size": 2}, {"style_loss": "bn"}, {"size": 512}):
        assert structure(StyleSettings(style="a.jpg", **other)) != plain


def test_a_job_tells_its_task_by_its_settings(tmp_path):
    common = {"content": "photos", "output": "run"}
    task, settings = settings_of({**common, "style": "a.jpg"}, tmp_path)
    assert (task.name, type(settings), settings.output) == ("style-transfer", StyleSettings, str(tmp_path / "run"))
    assert type(settings_of({**common, "factor": 2}, tmp_path)[1]) is SuperResolutionSettings
    with pytest.raises(UserError, match="expected settings of one task. Received: content, output, of style-transfer"):
        settings_of(common, tmp_path)
    with pytest.raises(UserError, match="expected settings of one task. Received: .* of none"):
        settings_of({**common, "stile": "a.jpg"}, tmp_path)
    with pytest.raises(UserError, match="--content: expected a value"):
        settings_of({"style": "a.jpg", "output": "run"}, tmp_path)


def test_names_of_runs_are_not_those_of_networks_that_ship(tmp_path):
    """A job that begins at another does not begin at a shipped network of that name, where the other is not trained."""
    jobs = [{**STYLE, "output": "wave", "initialize": None}, {**STYLE, "output": "calm", "initialize": "wave"}]
    with pytest.raises(UserError, match="calm, initialize: expected .*runs/wave/network.keras. Received: no such file"):
        train_many(jobs, tmp_path / "runs", only=["calm"])
    with pytest.raises(UserError, match="--only: expected some of wave, calm. Received: udnie$"):
        train_many(jobs, tmp_path / "runs", only=["udnie"])
    with pytest.raises(UserError, match=r"Received: wvae; did you mean wave\?"):
        train_many(jobs, tmp_path / "runs", only=["wvae"])
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_another_backend_is_refused(tmp_path, fresh_processes):
    (tmp_path / "jobs.json").write_text("[]")
    command = "from tools.train_many import main; main()"
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    done = fresh_processes.run(command, "jobs.json", "--output", "runs", cwd=tmp_path, env=environment)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("KERAS_BACKEND: expected jax. Received: tensorflow")
