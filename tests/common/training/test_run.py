"""Running a training: stopping, resuming, starting from another network, what goes wrong; of the smallest network."""

import dataclasses
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

from fast_style.common.errors import UserError
from fast_style.common.training import run
from fast_style.common.training.callbacks import NonFiniteError, Report, SaveCheckpoints, StopOnNonFinite, Validate
from fast_style.common.training.checkpoint import Checkpoints
from fast_style.common.training.lock import locked
from fast_style.common.training.run import Interrupted, resumed_settings
from superres.model import SuperResolution
from superres.settings import SuperResolutionSettings
from superres.task import load_network
from superres.train import train
from tests.common.tiny_run import tiny_settings, write_photos
from tests.tampering import refusal, tampered_values

pytestmark = pytest.mark.usefixtures("eager_steps")


@pytest.fixture
def folder(tmp_path):
    write_photos(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """The settings of a run of one iteration. Not to be changed."""
    folder = tmp_path_factory.mktemp("first")
    write_photos(folder)
    settings = tiny_settings(folder, iterations=1)
    train(settings)
    return settings


def final_weights(folder, run="run"):
    return load_network(str(Path(folder) / run / "network.keras")).get_weights()


@pytest.mark.slow
def test_a_signal_in_the_middle_saves_and_stops(folder):
    """SIGINT while iterations go on: training ends early, and what it reached is saved and usable."""
    before = signal.getsignal(signal.SIGINT)

    class FromAnotherThread(Report):
        def on_train_begin(self, logs=None):
            super().on_train_begin(logs)
            threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fast_style.common.training.run.Report", FromAnotherThread)
        with pytest.raises(Interrupted, match="continue with --resume"):
            train(tiny_settings(folder, iterations=100_000, checkpoint_every=100_000, log_every=10_000))
    reached = max(Checkpoints(folder / "run" / "checkpoints").saved())
    assert 0 < reached < 100_000
    assert json.loads((folder / "run" / "run.json").read_text())["iteration"] == reached
    assert signal.getsignal(signal.SIGINT) is before


def test_a_loss_that_is_not_finite_stops_naming_term_and_iteration(folder):
    """A learning rate of 1e30 breaks the weights."""
    with pytest.raises(NonFiniteError, match=r"is (nan|inf) at iteration \d+; a lower --learning-rate or a longer"):
        train(tiny_settings(folder, iterations=50, learning_rate=1e30, checkpoint_every=100))
    assert json.loads((folder / "run" / "run.json").read_text())["status"] == "not finite"
    assert not (folder / "run" / "network.keras").exists()


@pytest.mark.slow
def test_what_was_learnt_before_a_loss_was_not_finite_can_be_gone_on_from(folder):
    """The third iteration reports NaN; the network of the second, as it was saved, is left to start from."""
    states = {}

    class Saved(SaveCheckpoints):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            states[self.iteration] = self.model.network.get_weights()

    class Broken(StopOnNonFinite):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, {"pixel": float("nan")} if self.iteration == 2 else logs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fast_style.common.training.run.SaveCheckpoints", Saved)
        patch.setattr("fast_style.common.training.run.StopOnNonFinite", Broken)
        expected = rf"pixel is nan at iteration 3; what was learnt by iteration 2 is in {folder}/run/network.keras, "
        with pytest.raises(NonFiniteError, match=expected + "to go on from with --initialize and another --output"):
            train(tiny_settings(folder, iterations=50))
    for learnt, kept in zip(states[2], final_weights(folder), strict=True):
        np.testing.assert_array_equal(kept, learnt)
    assert json.loads((folder / "run" / "run.json").read_text())["iteration"] == 2
    train(tiny_settings(folder, iterations=1, initialize=f"{folder}/run/network.keras", output=f"{folder}/second"))


def test_what_was_learnt_is_kept_whatever_fails(folder):
    """An error that nobody expected, behind iteration 3 of 50, with a checkpoint at every 100; it goes on exactly."""

    class Failing(StopOnNonFinite):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if self.iteration == 3:
                raise RuntimeError("of a library")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fast_style.common.training.run.StopOnNonFinite", Failing)
        with pytest.raises(RuntimeError, match="of a library"):
            train(tiny_settings(folder, iterations=50, checkpoint_every=100))
    record = json.loads((folder / "run" / "run.json").read_text())
    kept = max(Checkpoints(folder / "run" / "checkpoints").saved(), default=0)
    assert (record["status"], record["iteration"], kept) == ("stopped by an error", 3, 3)
    train(resumed_settings(SuperResolutionSettings, folder / "run", {"iterations": 5}), resume=True)
    whole = folder / "whole"
    train(tiny_settings(folder, iterations=5, output=str(whole)))
    for ours, theirs in zip(final_weights(folder), final_weights(whole, "."), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("iterations", [2, 4])
def test_a_validation_that_failed_is_made_up_for(folder, iterations):
    """At the end, and in the middle: a run that goes on has the record of one that was never stopped."""

    def fails(self):
        raise RuntimeError("of a library")

    settings = {"validation": str(folder / "photos"), "validate_every": 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Validate, "validate", fails)
        with pytest.raises(RuntimeError, match="of a library"):
            train(tiny_settings(folder, iterations=iterations, **settings))
    record = train(resumed_settings(SuperResolutionSettings, folder / "run", {}), resume=True)
    whole = train(tiny_settings(folder, iterations=iterations, **settings, output=str(folder / "whole")))
    found, expected = ([{**entry, "seconds": 0} for entry in each["validation"]] for each in (record, whole))
    assert found == expected
    assert [entry["iteration"] for entry in found] == list(range(2, iterations + 1, 2))


@pytest.mark.parametrize("failed_ahead", [None, UserError("of photographs")])
def test_half_a_step_is_not_kept(folder, monkeypatch, failed_ahead):
    """The fourth step moves the weights and fails: what is there is neither iteration 3 nor iteration 4.

    So it is where the stream of photographs, which is some batches ahead, has failed, too; the error is the step's.
    """
    step, open_photographs, opened = SuperResolution.train_step, run.open_photographs, []

    def keep(settings):
        opened.append(open_photographs(settings))
        return opened[0]

    def train_step(self, photos):
        terms = step(self, photos)
        if self.optimizer.iterations == 4:
            opened[0].error = failed_ahead
            raise RuntimeError("of a library")
        return terms

    monkeypatch.setattr(run, "open_photographs", keep)
    monkeypatch.setattr(SuperResolution, "train_step", train_step)
    with pytest.raises(RuntimeError, match="of a library"):
        train(tiny_settings(folder, iterations=50, checkpoint_every=2))
    record = json.loads((folder / "run" / "run.json").read_text())
    kept = list(Checkpoints(folder / "run" / "checkpoints").saved())
    assert (record["status"], record["iteration"], kept) == ("stopped by an error", 2, [2])


def test_a_step_that_memory_cannot_hold_is_one_line(folder, monkeypatch):
    def train_step(self, photos):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr("superres.model.SuperResolution.train_step", train_step)
    with pytest.raises(UserError, match="--batch-size, --size: expected batches that memory can hold. Received: 2 of"):
        train(tiny_settings(folder))
    assert json.loads((folder / "run" / "run.json").read_text())["status"] == "stopped by an error"


@pytest.mark.slow
def test_a_network_that_cannot_be_written_is_one_line_and_the_run_goes_on(folder, monkeypatch):
    """A disk that fills up at the very end: nothing half-written, and everything learnt in the checkpoint."""

    def write_bytes(path, content):
        raise UserError(f"{path}: expected a place that can be written. Received: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("fast_style.common.training.run.write_bytes", write_bytes)
        with pytest.raises(UserError, match="network.keras: expected a place that can be written"):
            train(tiny_settings(folder))
    assert sorted(path.name for path in (folder / "run").iterdir()) == ["checkpoints", "run.json", "tensorboard"]
    assert train(tiny_settings(folder), resume=True)["status"] == "finished"
    assert (folder / "run" / "network.keras").exists()


@pytest.mark.slow
def test_starting_from_another_network(folder, first_run):
    """With a learning rate of zero the weights that come out are those that went in."""
    train(tiny_settings(folder, iterations=1, learning_rate=0.0, initialize=f"{first_run.output}/network.keras"))
    for before, after in zip(final_weights(first_run.output, "."), final_weights(folder), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.slow
def test_a_run_goes_on_without_what_it_began_with(folder, first_run):
    """All of that is in the checkpoint."""
    start = folder / "start.keras"
    shutil.copy(f"{first_run.output}/network.keras", start)
    sha256 = hashlib.sha256(start.read_bytes()).hexdigest()
    assert train(tiny_settings(folder, iterations=2, initialize=str(start)))["initialize_sha256"] == sha256
    start.unlink()
    settings = resumed_settings(SuperResolutionSettings, folder / "run", {"iterations": 3})
    record = train(settings, resume=True)
    assert (record["iteration"], record["initialize_sha256"]) == (3, sha256)


def test_a_run_may_leave_the_mean_of_what_it_learnt_and_what_it_began_with(folder, first_run):
    """Interrupted or not, and also where the file it began with is gone: in whole and in parts to the bit the same."""
    start = folder / "start.keras"
    shutil.copy(f"{first_run.output}/network.keras", start)
    options = {"initialize": str(start), "checkpoint_every": 1}
    train(tiny_settings(folder, iterations=3, output=str(folder / "trained"), **options))
    train(tiny_settings(folder, iterations=3, output=str(folder / "mean"), initial_share=0.25, **options))
    train(tiny_settings(folder, iterations=2, output=str(folder / "parts"), initial_share=0.25, **options))
    begun, trained, mean = (
        final_weights(*of) for of in ((first_run.output, "."), (folder, "trained"), (folder, "mean"))
    )
    for one, other, result in zip(begun, trained, mean, strict=True):
        assert np.abs(one - other).max() > 0
        np.testing.assert_allclose(result, 0.25 * one + 0.75 * other, atol=1e-6)
    start.unlink()
    train(resumed_settings(SuperResolutionSettings, folder / "parts", {"iterations": 3}), resume=True)
    for one, other in zip(mean, final_weights(folder, "parts"), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_mean_with_no_network_is_refused(folder):
    with pytest.raises(UserError, match="--initial-share: expected 0 without --initialize. Received: 0.5"):
        train(tiny_settings(folder, initial_share=0.5))


def test_resuming_with_other_settings_is_refused_where_it_matters(first_run):
    with pytest.raises(UserError, match=r"--tv-weight: expected 0.0, as the run was begun. Received: 2.0"):
        resumed_settings(SuperResolutionSettings, first_run.output, {"tv_weight": 2.0})
    more = resumed_settings(SuperResolutionSettings, first_run.output, {"iterations": 9})
    assert (more.iterations, more.feature_layers) == (9, first_run.feature_layers)


def test_a_run_goes_on_in_the_precision_that_was_measured_at_its_start(first_run, tmp_path):
    record = json.loads((Path(first_run.output) / "run.json").read_text())
    record["settings"]["precision"], record["precision"] = "auto", "mixed_bfloat16"
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert resumed_settings(SuperResolutionSettings, tmp_path, {}).precision == "mixed_bfloat16"
    # As the record is once it was resumed: auto was asked for, and is in the command that goes on.
    record["settings"]["precision"] = "mixed_bfloat16"
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert resumed_settings(SuperResolutionSettings, tmp_path, {"precision": "auto"}).precision == "mixed_bfloat16"
    with pytest.raises(UserError, match="--precision: expected 'mixed_bfloat16', as the run was begun"):
        resumed_settings(SuperResolutionSettings, tmp_path, {"precision": "float32"})


def test_bad_photographs_stop_the_training(folder):
    """Two of six are more than 1 % and more than one. What was learnt until then is kept."""
    for name in ("0.png", "1.png"):
        (folder / "photos" / name).write_text("no image")
    with pytest.raises(UserError, match=r"at most 1 of 6 photographs .* Received: 2, the last .*(0|1)\.png"):
        train(tiny_settings(folder, iterations=20, checkpoint_every=100))
    record = json.loads((folder / "run" / "run.json").read_text())
    latest = max(Checkpoints(folder / "run" / "checkpoints").saved(), default=0)
    assert record["status"] == "stopped by an error"
    assert record["iteration"] == latest
    assert record["bad_photographs"] == [str(folder / "photos" / name) for name in ("0.png", "1.png")]


@pytest.mark.slow
def test_one_bad_photograph_of_a_few_is_left_out_and_named(folder, capsys):
    (folder / "photos" / "0.png").write_text("no image")
    record = train(tiny_settings(folder))
    assert (record["status"], record["bad_photographs"]) == ("finished", [str(folder / "photos" / "0.png")])
    assert f"skipped {folder / 'photos' / '0.png'}" in capsys.readouterr().err


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


@pytest.mark.slow
def test_a_run_goes_on_from_an_older_checkpoint_where_the_newest_is_damaged(folder, capsys):
    """With the weights of a run that was never broken, and a line that says so."""
    train(tiny_settings(folder))
    expected = final_weights(folder)
    checkpoints = Checkpoints(folder / "run" / "checkpoints").saved()
    checkpoints[4].write_bytes(checkpoints[4].read_bytes()[:1000])
    capsys.readouterr()
    assert train(tiny_settings(folder), resume=True)["status"] == "finished"
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "resuming" in line]
    assert line.startswith(
        "resuming after iteration 2; newer checkpoints that are damaged are passed over: checkpoint-00000004.npz ("
    )
    for before, after in zip(expected, final_weights(folder), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.slow
def test_a_run_whose_checkpoints_are_all_damaged_is_not_begun_anew(folder):
    """It would write over what can perhaps be mended."""
    train(tiny_settings(folder))
    for path in (folder / "run" / "checkpoints").iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match="expected a whole checkpoint to go on from, or none to begin anew"):
        train(tiny_settings(folder), resume=True)


@pytest.mark.parametrize("resume", [False, True])
def test_a_second_training_in_one_folder_is_refused(folder, first_run, resume):
    """Until the first is over. Neither touches a file of the other."""
    shutil.copytree(first_run.output, folder / "run")
    before = {path: path.read_bytes() for path in (folder / "run").rglob("*") if path.is_file()}
    with locked(folder / "run"):
        with pytest.raises(UserError, match="--output: expected a folder that no other training is writing. Received"):
            train(tiny_settings(folder), resume=resume)
        assert {path: path.read_bytes() for path in before} == before
    if resume:
        assert train(tiny_settings(folder, iterations=1), resume=True)["status"] == "finished"


def test_nothing_is_left_of_a_training_that_cannot_begin(folder):
    for changes in ({"initialize": "none"}, {"content": "nowhere"}, {"loss_weights": "no.npz", "feature_weight": 1.0}):
        with pytest.raises(UserError):
            train(tiny_settings(folder, output=str(folder / "new" / "run"), **changes))
        assert not (folder / "new").exists()


def test_a_tampered_record_is_one_line(first_run, tmp_path):
    """100 records with one value that is odd each."""
    record = json.loads((Path(first_run.output) / "run.json").read_text())
    refused = []
    for tampered in tampered_values(record, 100):
        (tmp_path / "run.json").write_text(json.dumps(tampered))
        refused.append(refusal(resumed_settings, SuperResolutionSettings, tmp_path, {}))
    refused = list(filter(None, refused))
    assert len(refused) > 30
    assert all(line.startswith(f"{tmp_path / 'run.json'}: ") for line in refused)


@pytest.mark.slow
def test_what_passes_of_a_tampered_record_is_gone_on_from_or_one_line(folder, first_run):
    record = json.loads((Path(first_run.output) / "run.json").read_text())
    shutil.copytree(first_run.output, folder / "run")
    given = {"output": str(folder / "run"), "content": str(folder / "photos")}

    def go_on():
        settings = resumed_settings(SuperResolutionSettings, folder / "run", {"iterations": 1})
        train(dataclasses.replace(settings, **given), resume=True)

    for tampered in tampered_values(record, 25, seed=1):
        (folder / "run" / "run.json").write_text(json.dumps(tampered))
        refusal(go_on)
