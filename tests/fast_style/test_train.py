"""Training from start to end: files, resuming, stopping, what goes wrong."""

import hashlib
import json
import os
import shutil
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from common.callbacks import NonFiniteError, Report, SaveCheckpoints, StopOnNonFinite
from common.checkpoint import Checkpoints
from common.errors import UserError
from common.image_io import read_photo
from common.training import Interrupted, resumed_settings
from fast_style.pretrained_networks import load_network
from fast_style.settings import StyleSettings
from fast_style.train import train
from tests.fast_style.tiny_run import tiny_settings, write_inputs


@pytest.fixture
def folder(tmp_path):
    write_inputs(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """The settings of a run of one iteration. Not to be changed."""
    folder = tmp_path_factory.mktemp("first")
    write_inputs(folder)
    settings = tiny_settings(folder, iterations=1)
    train(settings)
    return settings


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
    assert [path.stem for path in Checkpoints(run / "checkpoints").paths()] == [
        "checkpoint-00000004",
        "checkpoint-00000002",
    ]
    preview = read_photo(run / "previews" / "iteration-00000002.png").rgb
    assert preview.shape[1] > 2 * 48  # the photograph and the network's picture beside it
    assert any((run / "tensorboard").iterdir())
    assert len(final_weights(folder)) == 3 * (3 + 10 + 2) + 2  # kernel, gamma, beta of each block; the last layer


def test_training_with_another_loss_of_style(folder):
    """Patches, with the weight that is theirs where none is given: 1; average pooling; the record has both."""
    record = train(tiny_settings(folder, iterations=2, style_loss="mrf", style_weight=None, pooling="average"))
    assert record["loss_network"]["pooling"] == "average"
    assert (record["settings"]["style_loss"], record["settings"]["style_weight"]) == ("mrf", 1.0)
    losses = record["losses"]
    assert losses["style"] > 0
    expected = losses["content"] + losses["style"] + 1e-5 * losses["tv"]
    assert losses["loss"] == pytest.approx(expected, rel=1e-4)


def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(folder):
    """Five iterations at once, and two, a stop, three more: the same order, crops, noise, optimizer state, weights."""
    options = {"iterations": 5, "schedule": "cosine", "warmup": 2, "style_warmup": 4, "stability_weight": 1.0}
    train(tiny_settings(folder, **options, output=str(folder / "whole")))
    options["checkpoint_every"] = 100

    class StopAfterTwo(SaveCheckpoints):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if self.iteration == 2:
                os.kill(os.getpid(), signal.SIGTERM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("common.training.SaveCheckpoints", StopAfterTwo)
        with pytest.raises(Interrupted) as stop:
            train(tiny_settings(folder, **options))
    assert stop.value.signal == signal.SIGTERM
    assert json.loads((folder / "run" / "run.json").read_text())["status"] == "interrupted"
    assert Checkpoints(folder / "run" / "checkpoints").latest().iteration == 2

    record = train(tiny_settings(folder, **options), resume=True)
    assert (record["status"], record["iteration"]) == ("finished", 5)
    for whole, resumed in zip(final_weights(folder, "whole"), final_weights(folder), strict=True):
        np.testing.assert_allclose(resumed, whole, atol=1e-6)


def test_a_signal_in_the_middle_saves_and_stops(folder):
    """SIGINT while iterations go on: training ends early, and what it reached is saved and usable."""
    before = signal.getsignal(signal.SIGINT)

    class FromAnotherThread(Report):
        def on_train_begin(self, logs=None):
            super().on_train_begin(logs)
            threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("common.training.Report", FromAnotherThread)
        with pytest.raises(Interrupted, match="continue with --resume"):
            train(tiny_settings(folder, iterations=100_000, checkpoint_every=100_000, log_every=10_000))
    reached = Checkpoints(folder / "run" / "checkpoints").latest().iteration
    assert 0 < reached < 100_000
    assert json.loads((folder / "run" / "run.json").read_text())["iteration"] == reached
    assert signal.getsignal(signal.SIGINT) is before


def test_a_loss_that_is_not_finite_stops_naming_term_and_iteration(folder):
    """A learning rate of 1e30 breaks the weights."""
    with pytest.raises(NonFiniteError, match=r"is (nan|inf) at iteration \d+; a lower --learning-rate or a longer"):
        train(tiny_settings(folder, iterations=50, learning_rate=1e30, checkpoint_every=100))
    assert json.loads((folder / "run" / "run.json").read_text())["status"] == "not finite"
    assert not (folder / "run" / "network.keras").exists()


def test_what_was_learnt_before_a_loss_was_not_finite_can_be_gone_on_from(folder):
    """The third iteration reports NaN; the network of the second, as it was saved, is left to start from."""
    states = {}

    class Saved(SaveCheckpoints):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            states[self.iteration] = self.model.network.get_weights()

    class Broken(StopOnNonFinite):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, {"content": float("nan")} if self.iteration == 2 else logs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("common.training.SaveCheckpoints", Saved)
        patch.setattr("common.training.StopOnNonFinite", Broken)
        expected = rf"content is nan at iteration 3; what was learnt by iteration 2 is in {folder}/run/network.keras, "
        with pytest.raises(NonFiniteError, match=expected + "to go on from with --initialize and another --output"):
            train(tiny_settings(folder, iterations=50))
    for learnt, kept in zip(states[2], final_weights(folder), strict=True):
        np.testing.assert_array_equal(kept, learnt)
    assert json.loads((folder / "run" / "run.json").read_text())["iteration"] == 2
    train(tiny_settings(folder, iterations=1, initialize=f"{folder}/run/network.keras", output=f"{folder}/second"))


def test_a_step_that_memory_cannot_hold_is_one_line(folder, monkeypatch):
    def train_step(self, photos):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr("fast_style.model.StyleTransfer.train_step", train_step)
    with pytest.raises(UserError, match="--batch-size, --size: expected batches that memory can hold. Received: 2 of"):
        train(tiny_settings(folder))
    assert json.loads((folder / "run" / "run.json").read_text())["status"] == "stopped by an error"


def test_a_network_that_cannot_be_written_is_one_line_and_the_run_goes_on(folder, monkeypatch):
    """A disk that fills up at the very end: nothing half-written, and everything learnt in the checkpoint."""

    def write_bytes(path, content):
        raise UserError(f"{path}: expected a place that can be written. Received: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("common.training.write_bytes", write_bytes)
        with pytest.raises(UserError, match="network.keras: expected a place that can be written"):
            train(tiny_settings(folder))
    assert sorted(path.name for path in (folder / "run").iterdir()) == ["checkpoints", "run.json", "tensorboard"]
    assert train(tiny_settings(folder), resume=True)["status"] == "finished"
    assert (folder / "run" / "network.keras").exists()


def test_starting_from_another_network(folder, first_run):
    """With a learning rate of zero the weights that come out are those that went in."""
    train(tiny_settings(folder, iterations=1, learning_rate=0.0, initialize=f"{first_run.output}/network.keras"))
    for before, after in zip(final_weights(first_run.output, "."), final_weights(folder), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_run_goes_on_without_what_it_began_with(folder, first_run):
    """All of that is in the checkpoint."""
    start = folder / "start.keras"
    shutil.copy(f"{first_run.output}/network.keras", start)
    sha256 = hashlib.sha256(start.read_bytes()).hexdigest()
    assert train(tiny_settings(folder, iterations=2, initialize=str(start)))["initialize_sha256"] == sha256
    start.unlink()
    settings = resumed_settings(StyleSettings, folder / "run", {"iterations": 3})
    record = train(settings, resume=True)
    assert (record["iteration"], record["initialize_sha256"]) == (3, sha256)


def test_a_start_of_another_architecture_is_refused(folder, first_run):
    with pytest.raises(
        UserError,
        match="expected weights of .* TransformationNetwork of width=5.* Received: TransformationNetwork of width=4",
    ):
        train(tiny_settings(folder, width=5, initialize=f"{first_run.output}/network.keras"))


def test_resuming_with_other_settings_is_refused_where_it_matters(first_run):
    with pytest.raises(UserError, match=r"--style-weight: expected 0.0001, as the run was begun. Received: 2.0"):
        resumed_settings(StyleSettings, first_run.output, {"style_weight": 2.0})
    more = resumed_settings(StyleSettings, first_run.output, {"iterations": 9})
    assert (more.iterations, more.style_layers) == (9, first_run.style_layers)


def test_a_run_goes_on_in_the_precision_that_was_measured_at_its_start(first_run, tmp_path):
    record = json.loads((Path(first_run.output) / "run.json").read_text())
    record["settings"]["precision"], record["precision"] = "auto", "mixed_bfloat16"
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert resumed_settings(StyleSettings, tmp_path, {}).precision == "mixed_bfloat16"
    # As the record is once it was resumed: auto was asked for, and is in the command that goes on.
    record["settings"]["precision"] = "mixed_bfloat16"
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert resumed_settings(StyleSettings, tmp_path, {"precision": "auto"}).precision == "mixed_bfloat16"
    with pytest.raises(UserError, match="--precision: expected 'mixed_bfloat16', as the run was begun"):
        resumed_settings(StyleSettings, tmp_path, {"precision": "float32"})


def test_bad_photographs_stop_the_training(folder):
    """Two of six are more than 1 % and more than one. What was learnt until then is kept."""
    for name in ("0.png", "1.png"):
        (folder / "photos" / name).write_text("no image")
    with pytest.raises(UserError, match=r"at most 1 of 6 photographs .* Received: 2, the last .*(0|1)\.png"):
        train(tiny_settings(folder, iterations=20, checkpoint_every=100))
    record = json.loads((folder / "run" / "run.json").read_text())
    latest = Checkpoints(folder / "run" / "checkpoints").latest()
    assert record["status"] == "stopped by an error"
    assert record["iteration"] == (latest.iteration if latest else 0)
    assert record["bad_photographs"] == [str(folder / "photos" / name) for name in ("0.png", "1.png")]


def test_one_bad_photograph_of_a_few_is_left_out_and_named(folder, capsys):
    (folder / "photos" / "0.png").write_text("no image")
    record = train(tiny_settings(folder))
    assert (record["status"], record["bad_photographs"]) == ("finished", [str(folder / "photos" / "0.png")])
    assert f"skipped {folder / 'photos' / '0.png'}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 7}, "batch_size: expected at most 6"),
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
        ({"margin": -8}, "--margin: expected at least 0. Received: -8"),
        ({"training_margin": -8}, "--training-margin: expected at least 0. Received: -8"),
        ({"seed": 2**32}, "--seed: expected less than 4294967296. Received: 4294967296"),
        ({"tv_weight": -1.0}, "tv_weight: expected a number of at least 0. Received: -1.0"),
        ({"precision": "int8"}, "--precision: expected one of .* Received: 'int8'"),
        ({"schedule": "linear"}, "--schedule: expected one of constant, cosine. Received: 'linear'"),
        ({"content": "nowhere"}, "nowhere: expected a folder of photographs. Received: no such folder"),
        ({"style": "nowhere.jpg"}, "nowhere.jpg: expected an image file. Received: no such file"),
        ({"loss_weights": "nowhere.npz"}, "loss weights: expected .* Received: nowhere.npz"),
        ({"initialize": "nowhere"}, "--initialize: style: expected one of .* Received: 'nowhere'"),
    ],
)
def test_bad_settings_are_named_before_anything_is_trained(folder, changes, message):
    with pytest.raises(UserError, match=message):
        train(tiny_settings(folder, **changes))
    assert not (folder / "run").exists()


def test_a_folder_with_files_in_it_is_not_written_into(folder):
    (folder / "run").mkdir()
    (folder / "run" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="--output: expected a new or empty folder. Received: .*files in it"):
        train(tiny_settings(folder))
    assert [path.name for path in (folder / "run").iterdir()] == ["thesis.txt"]


def test_a_full_disk_is_found_before_training(folder, monkeypatch):
    """The free space is the one thing faked: 1 MiB."""
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=2**20))
    with pytest.raises(UserError, match="--output: expected at least 200 MiB free .* Received: 1 MiB"):
        train(tiny_settings(folder))


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
        patch.setattr("common.training.Report", KeepFirst)
        record = train(settings)
    assert record["losses"]["loss"] < first["loss"]
    assert len(record["loss_network"]["sha256"]) == 64
