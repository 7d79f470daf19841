"""Training by JAX is training by TensorFlow: the same settings give the same losses."""

import json
import os
import subprocess
import sys

import keras
import pytest

import fast_style.train
import superres.train
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.training.run_record import read_record
from fast_style.network import TransformationNetwork
from fast_style.pretrained_networks import load_network
from fast_style.settings import StyleSettings
from superres.network import SuperResolutionNetwork
from superres.settings import SuperResolutionSettings

pytest.importorskip("jax")

COMMON = {"iterations": 3, "batch_size": 2, "loss_weights": "random", "precision": "float32", "log_every": 1}
STYLE = {**COMMON, "size": 64, "style_size": 64, "style_weight": 1e-9, "width": 4, "upsampling": "resize"}
STYLE |= {"initialize": "style.keras", "content_layers": ["relu1_1"], "style_layers": ["relu1_1", "relu1_2"]}
SUPERRES = {**COMMON, "size": 64, "width": 4, "residual_blocks": 1, "feature_layers": ["relu1_2"]}
SCHEDULE = {"schedule": "cosine", "warmup": 2}
SKIP = {"normalization": "none", "upsampling": "bilinear", "bicubic_skip": True}
JOBS = {
    "style": {**STYLE, **SCHEDULE, "style_warmup": 2, "style_layer_weights": [1.0, 0.5], "training_margin": 8},
    # Draws of noise and movement differ. Where nothing is learnt, they show in their own term alone.
    "moved": {**STYLE, "learning_rate": 0.0, "stability_weight": 10.0, "stability_shift": 3},
    "turned": {
        **SUPERRES,
        **SKIP,
        "initialize": "skip.keras",
        "learning_rate": 0.0,
        "equivariance_weight": 10.0,
        "texture_weight": 1e-3,
        "pixel_weight": 4.0,
        "tv_weight": 1e-6,
    },
    # Batch normalization: statistics that are no weights, and move where nothing is learnt.
    "paper": {
        **SUPERRES,
        "initialize": "paper.keras",
        "learning_rate": 0.0,
        "validate_every": 3,
        "feature_weight": 0.0,
        "pixel_weight": 1.0,
    },
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of the runs by JAX and by TensorFlow."""
    root = tmp_path_factory.mktemp("backends")
    (root / "photos").mkdir()
    for name, photo in sample_photos().items():
        write_photo(root / "photos" / f"{name}.png", resize_short_side(photo, 72))
    keras.utils.set_random_seed(0)
    options = {"width": 4, "residual_blocks": 1}
    TransformationNetwork(width=4, upsampling="resize").save(root / "style.keras")
    SuperResolutionNetwork(**options, **SKIP).save(root / "skip.keras")
    SuperResolutionNetwork(**options).save(root / "paper.keras")
    jobs = [{**job, "content": str(root / "photos"), "output": name} for name, job in JOBS.items()]
    for job in jobs:
        job["initialize"] = str(root / job["initialize"])
        if "style_size" in job:
            job["style"] = str(root / "photos" / "coffee.png")
        if "validate_every" in job:
            job["validation"] = job["content"]
    (root / "jobs.json").write_text(json.dumps(jobs))
    done = _run("jax", root)
    assert done.returncode == 0, done.stderr
    for job in jobs:
        of_style = "style" in job
        job = {name: tuple(value) if isinstance(value, list) else value for name, value in job.items()}
        job["output"] = str(root / "tensorflow" / job["output"])
        if of_style:
            fast_style.train.train(StyleSettings(**job))
        else:
            superres.train.train(SuperResolutionSettings(**job))
    return root / "jax", root / "tensorflow"


def _run(backend, folder):
    """``jobs.json`` of a folder to run folders in ``<backend>``, under that backend."""
    command = [sys.executable, "-m", "benchmarks.jax_training", "jobs.json", "--output", backend]
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "PYTHONPATH": os.getcwd(),
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["style", "paper"])
def test_three_iterations_give_the_same_losses(folders, name):
    """Of the third: crops, schedule, gradients and optimizer have had their say twice."""
    ours, theirs = (read_record(folder / name)["losses"] for folder in folders)
    assert ours.keys() == theirs.keys()
    assert ours == pytest.approx(theirs, rel=2e-3)


@pytest.mark.parametrize(("name", "drawn"), [("moved", "stability"), ("turned", "equivariance")])
def test_what_is_drawn_shows_in_its_own_term(folders, name, drawn):
    ours, theirs = (read_record(folder / name)["losses"] for folder in folders)
    values = [losses.pop(drawn) for losses in (ours, theirs)]
    # Of different draws: the same size, not the same number.
    assert 0.2 < values[0] / values[1] < 5
    weight = JOBS[name][f"{drawn}_weight"]
    assert ours.pop("loss") - weight * values[0] == pytest.approx(theirs.pop("loss") - weight * values[1], rel=1e-3)
    assert ours == pytest.approx(theirs, rel=1e-3)


def test_validation_is_measured_with_the_statistics_of_training(folders):
    ours, theirs = (read_record(folder / "paper")["validation"][-1] for folder in folders)
    assert ours["iteration"] == theirs["iteration"] == 3
    for entry in (ours, theirs):
        del entry["seconds"]
    assert ours == pytest.approx(theirs, rel=5e-3)


def test_a_run_is_one_to_go_on_from_and_to_ship(folders):
    record = read_record(folders[0] / "style")
    assert record["status"] == "finished"
    assert record["trained_by"] == "benchmarks.jax_training"
    assert record["hardware"]["gpus"] == []
    other = read_record(folders[1] / "style")
    assert record["initialize_sha256"] == other["initialize_sha256"]
    assert record["settings"].keys() == other["settings"].keys()
    load_network(str(folders[0] / "style" / "network.keras"))


def test_another_backend_is_refused(tmp_path):
    (tmp_path / "jobs.json").write_text("[]")
    done = _run("tensorflow", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("KERAS_BACKEND: expected jax. Received: tensorflow")


def test_what_is_not_written_for_jax_is_refused(tmp_path):
    """And nothing is left of a run that cannot begin."""
    (tmp_path / "jobs.json").write_text('[{"architecture": "srcnn-9-1-5", "content": "photos", "output": "run"}]')
    done = _run("jax", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "--architecture: expected paper, the only one here. Received: srcnn-9-1-5"
    )
    assert not (tmp_path / "jax").exists()
