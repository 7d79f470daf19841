"""Training by JAX is training by TensorFlow: the same commands, and the same losses but for what is drawn by chance."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.training.run_record import read_record
from fast_style.network import TransformationNetwork
from fast_style.settings import StyleSettings
from fast_style.style_losses import STYLE_LOSSES
from fast_style.task import load_network
from superres.network import SuperResolutionNetwork
from superres.settings import SuperResolutionSettings
from superres.srcnn import SRCNN

pytest.importorskip("jax")
pytestmark = pytest.mark.slow

COMMON = {"batch_size": 2, "loss_weights": "random", "precision": "float32", "log_every": 1, "size": 64}
COMMON |= {"preview_every": 0, "checkpoint_every": 5}
STYLE = {**COMMON, "iterations": 10, "style_size": 64, "style_weight": 1e-9, "initialize": "style.keras"}
STYLE |= {"width": 4, "upsampling": "resize", "content_layers": ("relu1_1",), "style_layers": ("relu1_1", "relu1_2")}
SUPERRES = {**COMMON, "iterations": 10, "width": 4, "residual_blocks": 1, "feature_layers": ("relu1_2",)}
SKIP = {"normalization": "none", "upsampling": "bilinear", "bicubic_skip": True}
# Each term trains by itself, or nearly, so that its gradient is compared and not another's.
RUNS = {
    "style": {
        **STYLE,
        **{"schedule": "cosine", "warmup": 2, "style_warmup": 2, "style_layer_weights": (1.0, 0.5)},
        **{"training_margin": 8, "tv_weight": 1e-3},
    },
    # Draws of noise and movement differ. Where nothing is learnt, they show in their own term alone.
    "moved": {**STYLE, "learning_rate": 0.0, "stability_weight": 10.0, "stability_shift": 3, "iterations": 3},
    "smooth": {
        **{**STYLE, "learning_rate": 0.0, "stability_weight": 10.0, "iterations": 3},
        # A field of noise whose strengths stay 0: places, that are drawn too, do not show.
        **{"stability_motion": 3.0, "stability_light": 0.1, "stability_jpeg": 40.0, "noise_channels": 2},
    },
    "turned": {
        **SUPERRES,
        **SKIP,
        "initialize": "skip.keras",
        "learning_rate": 0.0,
        "equivariance_weight": 10.0,
        "texture_weight": 1e-3,
        "pixel_weight": 4.0,
        "tv_weight": 1e-6,
        "iterations": 3,
    },
    "texture": {**SUPERRES, **SKIP, "initialize": "skip.keras", "texture_weight": 1e-3, "pixel_weight": 4.0},
    # Batch normalization: statistics that are no weights.
    "paper": {**SUPERRES, "initialize": "paper.keras", "validate_every": 5, "feature_weight": 0.0, "pixel_weight": 1.0},
    "srcnn": {
        **{k: v for k, v in SUPERRES.items() if k not in ("width", "residual_blocks")},
        "initialize": "srcnn.keras",
        "architecture": "srcnn-9-1-5",
        "pixel_channels": "y",
        "feature_weight": 0.0,
        "pixel_weight": 1.0,
    },
}
SCRIPT = """
import dataclasses, json, sys
from fast_style.common.startup import start_backend
start_backend()
from fast_style.common.task import tasks
from fast_style.common.training.run import run_training
by_package = {task.package: task for task in tasks()}
for package, settings in json.load(open("runs.json")):
    task = by_package[package]
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    run_training(task, task.settings(**settings | {"output": f"{sys.argv[1]}/{settings['output']}"}))
"""
# Each loss of style, and its gradient by the picture.
GRADIENTS = """
import sys
import keras, numpy as np
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.objective import StyleObjective
from fast_style.style_losses import STYLE_LOSSES
painting, picture = np.load("images.npy")
network = build_loss_network("vgg16", ("relu1_2",), "random")
found = {}
for name in STYLE_LOSSES:
    layers = {"content_layers": (), "style_layers": ("relu1_2",)}
    objective = StyleObjective(painting, network, style_loss=name, style_weight=1.0, tv_weight=0.0, **layers)
    def loss(pictures):
        return keras.ops.sum(objective.terms(pictures, {})["loss"])
    pictures = keras.ops.convert_to_tensor(picture[None], "float32")
    if sys.argv[1] == "jax":
        import jax
        value, gradient = jax.jit(jax.value_and_grad(loss))(pictures)
    else:
        import tensorflow as tf
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            value = loss(pictures)
        gradient = tape.gradient(value, pictures)
    found[f"{name}/value"], found[f"{name}/gradient"] = np.asarray(value), np.asarray(gradient)
np.savez(f"{sys.argv[1]}.npz", **found)
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory, fresh_processes):
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
    SRCNN(4).save(root / "srcnn.keras")
    runs = []
    for name, settings in RUNS.items():
        package = "fast_style" if "style_weight" in settings else "superres"
        settings = {**settings, "content": "photos", "output": name}
        if package == "fast_style":
            settings["style"] = "photos/coffee.png"
        if "validate_every" in settings:
            settings["validation"] = "photos"
        runs.append((package, settings))
    (root / "runs.json").write_text(json.dumps(runs))
    np.save(root / "images.npy", np.random.default_rng(0).integers(0, 256, (2, 32, 40, 3), np.uint8))
    options = {"PYTHONPATH": os.getcwd(), "JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "KERAS_BACKEND": "jax"}
    command = [sys.executable, "-c", SCRIPT + GRADIENTS, "jax"]
    with (
        open(root / "errors", "w+") as errors,
        subprocess.Popen(command, cwd=root, env=os.environ | options, stderr=errors) as jax,
    ):
        theirs = fresh_processes.run(SCRIPT + GRADIENTS, "tensorflow", cwd=root)
        assert theirs.returncode == 0, theirs.stderr
        assert jax.wait() == 0, (root / "errors").read_text()
    return root / "jax", root / "tensorflow"


@pytest.mark.parametrize("name", STYLE_LOSSES)
def test_every_loss_of_style_has_one_value_and_gradient(folders, name):
    """Within 1 % of the largest entry: convolutions are summed in another order."""
    ours, theirs = (np.load(folder.with_suffix(".npz")) for folder in folders)
    assert ours[f"{name}/value"] == pytest.approx(theirs[f"{name}/value"], rel=1e-4)
    scale = np.abs(theirs[f"{name}/gradient"]).max()
    np.testing.assert_allclose(ours[f"{name}/gradient"], theirs[f"{name}/gradient"], atol=0.01 * scale)
    assert scale > 0


DRAWN = {"moved": "stability", "smooth": "stability", "turned": "equivariance"}


@pytest.mark.parametrize("name", [name for name in RUNS if name not in DRAWN])
def test_the_last_iteration_has_the_same_losses(folders, name):
    """Crops, schedule, gradients and optimizer have had their say in all iterations before."""
    ours, theirs = (read_record(folder / name)["losses"] for folder in folders)
    assert ours.keys() == theirs.keys()
    assert ours == pytest.approx(theirs, rel=5e-3)


@pytest.mark.parametrize(("name", "drawn"), DRAWN.items())
def test_what_is_drawn_shows_in_its_own_term(folders, name, drawn):
    ours, theirs = (read_record(folder / name)["losses"] for folder in folders)
    values = [losses.pop(drawn) for losses in (ours, theirs)]
    # Of different draws: the same size, not the same number.
    assert 0.2 < values[0] / values[1] < 5
    weight = RUNS[name][f"{drawn}_weight"]
    assert ours.pop("loss") - weight * values[0] == pytest.approx(theirs.pop("loss") - weight * values[1], rel=1e-3)
    assert ours == pytest.approx(theirs, rel=1e-3)


def test_every_term_is_among_the_runs():
    rows = {row.name for settings in (StyleSettings, SuperResolutionSettings) for row in settings.terms}
    weighted = {name.removesuffix("_weight") for run in RUNS.values() for name in run if name.endswith("_weight")}
    assert rows - {"content", "feature"} <= weighted  # those two have a weight by default


def test_validation_is_measured_with_the_statistics_of_training(folders):
    ours, theirs = (read_record(folder / "paper")["validation"][-1] for folder in folders)
    assert ours["iteration"] == theirs["iteration"] == 10
    for entry in (ours, theirs):
        del entry["seconds"]
    assert ours == pytest.approx(theirs, rel=1e-2)


def test_a_run_by_jax_is_one_to_go_on_from_and_to_ship(folders):
    record = read_record(folders[0] / "style")
    assert (record["status"], record["hardware"]["gpus"]) == ("finished", [])
    other = read_record(folders[1] / "style")
    assert record["initialize_sha256"] == other["initialize_sha256"]
    assert record["settings"].keys() == other["settings"].keys()
    assert "jax" in record["versions"]
    weights = load_network(str(folders[0] / "style" / "network.keras")).get_weights()
    assert all(np.isfinite(array).all() for array in weights)
    assert len(list((folders[0] / "style" / "checkpoints").iterdir())) == 2


MANY_PAINTINGS = """
import numpy as np
import fast_style
network = fast_style.TransformationNetwork(width=2, conditions=2)
photos, weights = np.zeros((2, 32, 32, 3), "float32"), np.eye(2, dtype="float32")
network.compile("sgd", loss="mse")
network.fit([photos, weights], photos, verbose=0)
print(network.predict([photos, weights], verbose=0).shape, network([photos, weights]).shape)
try:
    fast_style.stylize(np.zeros((64, 64, 3), np.uint8), network, streaming="exact")
except ValueError as error:
    print(error)
"""


def test_many_paintings_by_jax_and_what_it_does_not_do(tmp_path, fresh_processes):
    """Its trainer calls networks otherwise than TensorFlow's; strips are TensorFlow's alone."""
    done = fresh_processes.run(MANY_PAINTINGS, env={**os.environ, "KERAS_BACKEND": "jax"}, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "(2, 32, 32, 3) (2, 32, 32, 3)",
        "--streaming: expected off, as Keras computes by jax. Received: exact",
    ], done.stderr


def test_another_backend_is_refused(tmp_path, fresh_processes):
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    command = "from fast_style.cli import main; main(['stylize', 'a.png', '--style', 'wave', '--engine', 'tensorflow'])"
    (tmp_path / "a.png").write_bytes(b"")
    done = fresh_processes.run(command, env=environment, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "KERAS_BACKEND: expected tensorflow. Received: jax" in done.stderr
