"""A third task costs a file: it trains, stops, goes on, ships, is applied and exported, without an edit elsewhere."""

import dataclasses
import os
import signal

import numpy as np
import pytest

import tests.toy_task
from fast_style.common import task as tasks
from fast_style.common.commands.train import run_train_command
from fast_style.common.errors import UserError
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.layers.block import Block
from fast_style.common.networks.source import as_network, find_network, shipped_sources
from fast_style.common.training.callbacks import Report
from fast_style.common.training.run_record import read_record
from fast_style.export.equalization import equalized
from fast_style.export.fresh_process import FreshProcess
from fast_style.export.saved_model import export_saved_model
from fast_style.export.tflite import export_tflite
from fast_style.export.verification import verify
from superres.tiles import enlarge_in_tiles
from tests.common.tiny_run import write_photos
from tools.ship import ship


@pytest.fixture
def task(tmp_path, monkeypatch):
    """The task, known to this process, with what ships of it in a folder of the test's."""
    monkeypatch.setattr(tasks, "_registered", {})
    toy = dataclasses.replace(tests.toy_task.TASK, folder=tmp_path / "package")
    tasks.register(toy)
    return toy


@pytest.mark.slow
def test_from_photographs_to_an_export(task, tmp_path, monkeypatch, capsys, eager_steps, eager_pictures):
    write_photos(tmp_path)
    flags = ["--content", str(tmp_path / "photos"), "--output", str(tmp_path / "run"), "--size", "32"]
    flags += ["--batch-size", "2", "--iterations", "4", "--precision", "float32", "--preview-every", "2"]
    flags += ["--log-every", "1", "--noise", "10"]

    class Interrupting(Report):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if self.iteration == 2:
                os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr("fast_style.common.training.run.Report", Interrupting)
        with pytest.raises(SystemExit) as stopped:
            run_train_command("toy-train", task, "Train.", flags)
    assert stopped.value.code == 128 + signal.SIGINT
    assert read_record(tmp_path / "run")["iteration"] == 2
    run_train_command("toy-train", task, "Train.", ["--resume", *flags[2:4]])
    record = read_record(tmp_path / "run")
    assert (record["status"], record["iteration"], set(record["losses"])) == ("finished", 4, {"loss", "pixel"})

    ship(task, "quiet", [tmp_path / "run"], title="Quiet", summary="4 iterations")
    assert list(shipped_sources(task)) == ["quiet"]
    source = find_network("quiet")
    assert (source.task, source.recipe["title"], source.factor) == (task, "Quiet", 1)
    assert (tmp_path / "package" / "pretrained" / "quiet.jpg").is_file()

    cat = sample_photos()["chelsea"][:45, :67]
    picture = task.apply(cat, as_network("quiet", task))
    assert (picture.dtype, picture.shape) == (np.uint8, cat.shape)

    export_saved_model(source, tmp_path / "saved_model")
    export_tflite(source, tmp_path / "quiet.tflite", size=(32, 48))
    with FreshProcess() as process:
        for artifact in ("saved_model", "quiet.tflite"):
            assert all(one.holds for one in verify(tmp_path / artifact, process=process))


def test_its_networks_work_in_tiles_and_for_8_bits():
    """A 5x5 convolution: 2 pixels to each side."""
    network = tests.toy_task.DenoisingNetwork()
    assert (network.receptive_radius, network.is_local) == (2, True)
    cat = np.ascontiguousarray(sample_photos()["chelsea"][:40, :50])
    tiled, whole = enlarge_in_tiles(cat, network, 16), np.asarray(network.render(cat[None]))[0]
    assert np.abs(tiled.astype(int) - whole).max() <= 1
    for mine, theirs in zip(equalized(network, [cat]).get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("use", [enlarge_in_tiles, lambda cat, network, tile: equalized(network, [cat])])
def test_a_layer_that_states_nothing_is_refused_in_one_line(use):
    network = tests.toy_task.DenoisingNetwork()
    network.layer.__class__ = type("Mystery", (network.layer.__class__,), {"steps": Block.steps})
    with pytest.raises(UserError, match=r"expected layers that are blocks .*Received: convolution.*, a Mystery"):
        use(np.zeros((20, 20, 3), np.uint8), network, 16)
