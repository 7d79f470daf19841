"""Training from start to end: files, resuming, stopping, what goes wrong."""

import dataclasses
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
from fast_style.common.training.callbacks import Report
from fast_style.common.training.checkpoint import Checkpoints
from fast_style.common.training.run import Interrupted
from fast_style.common.training.run_record import read_record
from fast_style.settings import StyleSettings
from fast_style.task import load_network
from fast_style.train import train
from tests.common.tiny_run import sigterm_after
from tests.fast_style.tiny_run import tiny_settings, write_inputs

pytestmark = pytest.mark.usefixtures("eager_steps")


@pytest.fixture
def folder(tmp_path):
    write_inputs(tmp_path)
    return tmp_path


def final_weights(folder, run="run"):
    return load_network(str(Path(folder) / run / "network.keras")).get_weights()


def test_a_run_leaves_network_checkpoints_previews_logs_and_record(folder):
    record = train(
        tiny_settings(folder, preview_every=2, validation=str(folder / "photos"), validate_every=2, log_every=2)
    )
    run = folder / "run"
    assert record == json.loads((run / "run.json").read_text())
    assert (record["status"], record["iteration"]) == ("finished", 4)
    assert record["settings"]["tv_weight"] == 1e-5
    assert record["loss_network"] == {"architecture": "vgg16", "weights": "random", "sha256": None}
    assert {"python", "tensorflow", "keras", "numpy"} <= set(record["versions"])
    assert record["hardware"]["cores"] == os.cpu_count()
    assert record["losses"]["loss"] > 0
    assert [entry["iteration"] for entry in record["validation"]] == [2, 4]
    assert [path.stem for path in Checkpoints(run / "checkpoints").saved().values()] == [
        "checkpoint-00000004",
        "checkpoint-00000002",
    ]
    preview = read_photo(run / "previews" / "iteration-00000002.png").rgb
    assert preview.shape[1] > 2 * 48  # the photograph and the network's picture beside it
    assert any((run / "tensorboard").iterdir())
    assert len(final_weights(folder)) == 3 * (3 + 10 + 2) + 2  # kernel, gamma, beta of each block; the last layer


@pytest.mark.slow
def test_training_with_another_loss_of_style(folder):
    """Patches, with the weight that is theirs where none is given: 1; average pooling; the record has both."""
    record = train(tiny_settings(folder, iterations=2, style_loss="mrf", style_weight=None, pooling="average"))
    assert record["loss_network"]["pooling"] == "average"
    assert (record["settings"]["style_loss"], record["settings"]["style_weight"]) == ("mrf", 1.0)
    losses = record["losses"]
    assert losses["style"] > 0
    expected = losses["content"] + losses["style"] + 1e-5 * losses["tv"]
    assert losses["loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow
def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(folder):
    """Five iterations at once, and two, a stop, three more: the same order, crops, noise, optimizer state, weights."""
    options = {"iterations": 5, "schedule": "cosine", "warmup": 2, "style_warmup": 4, "stability_weight": 1.0}
    options["noise_channels"] = 2
    train(tiny_settings(folder, **options, output=str(folder / "whole")))
    options["checkpoint_every"] = 100

    with sigterm_after(2), pytest.raises(Interrupted) as stop:
        train(tiny_settings(folder, **options))
    assert stop.value.signal == signal.SIGTERM
    assert json.loads((folder / "run" / "run.json").read_text())["status"] == "interrupted"
    assert max(Checkpoints(folder / "run" / "checkpoints").saved()) == 2

    record = train(tiny_settings(folder, **options), resume=True)
    assert (record["status"], record["iteration"]) == ("finished", 5)
    for whole, resumed in zip(final_weights(folder, "whole"), final_weights(folder), strict=True):
        np.testing.assert_allclose(resumed, whole, atol=1e-6)


@pytest.mark.slow
def test_a_start_of_another_architecture_is_refused(folder, tiny_network):
    with pytest.raises(
        UserError,
        match="expected weights of .* TransformationNetwork of width=5.* Received: TransformationNetwork of width=4",
    ):
        train(tiny_settings(folder, width=5, initialize=str(tiny_network)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 7}, "--batch-size: expected at most 6"),
        ({"iterations": 0}, "--iterations: expected at least 1. Received: 0"),
        ({"learning_rate": -1.0}, "--learning-rate: expected at least 0. Received: -1.0"),
        ({"style_layers": ("relu9_9",)}, "layers: expected names of vgg16 .* Received: relu9_9"),
        (
            {"style_layers": ("relu1_1", "relu1_1")},
            "style_layers: expected layers that differ. Received: relu1_1 ",
        ),
        (
            {"style_layers": ("relu5_1",), "size": 8},
            "--size: expected at least 16 pixels .* relu5_1. Received: 8",
        ),
        ({"style_layers": ("relu4_1",), "style_size": 4}, "style: expected a painting, .* at least 8 pixels a side"),
        ({"style_warmup": -5}, "--style-warmup: expected at least 0. Received: -5"),
        ({"stability_shift": -1}, "--stability-shift: expected at least 0. Received: -1"),
        ({"stability_shift": 3}, "--stability-shift: expected 0 without --stability-weight. Received: 3"),
        (
            {"stability_shift": 3, "stability_weight": 1.0},
            "--size: expected at least 48 pixels with --stability-shift. Received: 32",
        ),
        ({"stability_motion": -1.0}, "--stability-motion: expected at least 0. Received: -1.0"),
        ({"stability_light": 2.0}, "--stability-light: expected at most 1. Received: 2.0"),
        ({"stability_motion": 2.5}, "--stability-motion: expected 0 without --stability-weight. Received: 2.5"),
        ({"stability_light": 0.1}, "--stability-light: expected 0 without --stability-weight. Received: 0.1"),
        ({"stability_jpeg": 30.0}, "--stability-jpeg: expected 100 without --stability-weight. Received: 30.0"),
        (
            {"stability_weight": 1.0, "stability_jpeg": 30.0, "size": 32},
            "--size: expected at least 48 pixels with --stability-jpeg. Received: 32",
        ),
        (
            {"stability_motion": 2.5, "stability_shift": 3, "stability_weight": 1.0, "size": 59},
            "--size: expected at least 60 pixels with --stability-motion. Received: 59",
        ),
        (
            {"stability_shift": 20, "stability_weight": 1.0, "size": 79},
            "--size: expected at least 80 pixels with --stability-shift. Received: 79",
        ),
        ({"content_weight": 0.0, "style_weight": 0.0, "tv_weight": 0.0}, "-weight: expected one above 0"),
        ({"margin": -8}, "--margin: expected at least 0. Received: -8"),
        ({"training_margin": -8}, "--training-margin: expected at least 0. Received: -8"),
        ({"seed": 2**32}, "--seed: expected at most 4294967295. Received: 4294967296"),
        ({"tv_weight": -1.0}, "--tv-weight: expected a number of at least 0. Received: -1.0"),
        ({"precision": "int8"}, "--precision: expected one of .* Received: 'int8'"),
        ({"schedule": "linear"}, "--schedule: expected one of constant, cosine. Received: 'linear'"),
        ({"content": "nowhere"}, "nowhere: expected a folder of photographs. Received: no such folder"),
        ({"style": "nowhere.jpg"}, "nowhere.jpg: expected an image file. Received: no such file"),
        ({"loss_weights": "nowhere.npz"}, "loss weights: expected .* Received: nowhere.npz"),
        ({"initialize": "nowhere"}, "--initialize: expected one of .* Received: 'nowhere'"),
    ],
)
def test_bad_settings_are_named_before_anything_is_trained(folder, changes, message):
    with pytest.raises(UserError, match=message):
        train(tiny_settings(folder, **changes))
    assert not (folder / "run").exists()


@pytest.mark.slow
def test_settings_of_numpy_and_pathlib(folder):
    settings = tiny_settings(folder, iterations=np.int64(1), learning_rate=np.float32(1e-3))
    train(dataclasses.replace(settings, output=Path(settings.output), style=Path(settings.style)))
    record = read_record(folder / "run")["settings"]
    assert (record["iterations"], record["learning_rate"]) == (1, pytest.approx(1e-3))
    assert record["style"] == str(settings.style)


@pytest.mark.parametrize("changes", [{"width": 9}, {"noise_channels": 3}, {"architecture": "fast"}, {"margin": 24}])
def test_an_added_painting_has_the_network_of_the_others(folder, changes):
    settings = StyleSettings(add="b.png", to="paintings_fast", content="samples", output=str(folder / "run"), **changes)
    (name,) = changes
    with pytest.raises(UserError, match=f"--{name.replace('_', '-')}: expected none with --add, because --to"):
        train(settings)


@pytest.mark.slow
def test_training_on_shared_photographs_with_real_weights(shared_data, tmp_path):
    """The real loss network, painting and photographs: six iterations bring the loss down."""
    settings = {
        "style": str(shared_data / "styles" / "wave.jpg"),
        "content": str(shared_data / "photos" / "train"),
        "output": str(tmp_path / "run"),
        "loss_network": "vgg19",
        "loss_weights": str(shared_data / "weights" / "vgg19_conv1_1-conv5_1.npz"),
    }
    settings = StyleSettings(**settings, iterations=6, batch_size=2, size=64, width=8, log_every=1, preview_every=0)
    first = {}

    class KeepFirst(Report):
        def _report(self, logs):
            first.setdefault("loss", logs["loss"])
            super()._report(logs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fast_style.common.training.run.Report", KeepFirst)
        record = train(settings)
    assert record["losses"]["loss"] < first["loss"]
    assert len(record["loss_network"]["sha256"]) == 64
