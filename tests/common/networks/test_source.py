"""From a name or a file to a network with its facts."""

import json
import os

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.files import file_digest
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import as_network, find_network, no_file, shipped_sources
from fast_style.common.task import tasks
from fast_style.network import TransformationNetwork
from fast_style.task import TASK
from superres.network import SuperResolutionNetwork
from superres.task import TASK as SUPERRES


@pytest.fixture
def network():
    keras.utils.set_random_seed(3)
    return TransformationNetwork(width=4, upsampling="resize")


def test_what_is_no_file_of_a_network_is_said(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    assert no_file(tmp_path / "nowhere") == "no such file"
    assert no_file(run) == "a folder"
    for name in ("network.keras", "checkpoint-00000002.npz"):
        (run / name).write_bytes(b"")
    assert no_file(run) == f"a folder; the network of a run is {run / 'network.keras'}"
    assert "a training checkpoint" in no_file(run / "checkpoint-00000002.npz")
    assert no_file(run / "network.keras") is None


@pytest.mark.slow
def test_a_network_is_loaded_once_until_it_changes(tmp_path, network):
    path = tmp_path / "small.keras"
    network.save(path)
    first = find_network(path).network
    assert find_network(str(path)).network is first
    with dtype_policy("mixed_bfloat16"):
        assert find_network(path).network is not first
    network.to_rgb.bias.assign([1.0, 2.0, 3.0])
    network.save(path)
    os.utime(path, ns=(0, 0))
    np.testing.assert_array_equal(find_network(path).network.to_rgb.bias, [1.0, 2.0, 3.0])


def test_a_name_tells_task_file_and_licence():
    for task in tasks():
        for name, entry in Presets(task).manifest().items():
            source = find_network(name)
            assert (source.task, source.name, source.ships) == (task, name, True)
            assert source.sha256 == file_digest(source.path) == entry["sha256"]
            assert (source.licence, source.factor) == (entry["licence"], entry["config"].get("factor", 1))
            assert source.recipe["name"] == name
    assert list(shipped_sources()) == [name for task in tasks() for name in Presets(task).manifest()]


def test_a_file_tells_the_same_without_being_loaded(tmp_path, monkeypatch):
    SuperResolutionNetwork(2, width=1, residual_blocks=0).save(tmp_path / "small.keras")
    monkeypatch.setattr(keras.saving, "load_model", None)
    source = find_network(tmp_path / "small.keras")
    assert (source.task, source.name, source.factor, source.ships) == (SUPERRES, "small", 2, False)
    assert (source.licence, source.recipe) == (None, None)
    assert source.sha256 == file_digest(tmp_path / "small.keras")


def test_a_path_need_not_be_one_of_pathlibs(tmp_path):
    """`str` of an entry of a folder is not its path."""
    SuperResolutionNetwork(2, width=1, residual_blocks=0).save(tmp_path / "small.keras")
    (entry,) = os.scandir(tmp_path)
    assert find_network(entry).path == tmp_path / "small.keras"
    assert as_network(entry, SUPERRES) is as_network(tmp_path / "small.keras", SUPERRES)


def test_a_run_is_called_by_its_folder_and_has_its_record(tmp_path, network):
    (tmp_path / "wave").mkdir()
    network.save(tmp_path / "wave" / "network.keras")
    (tmp_path / "wave" / "run.json").write_text(json.dumps({"settings": {"style": "/home/me/wave.jpg"}}))
    source = find_network(tmp_path / "wave" / "network.keras")
    assert (source.name, source.recipe) == ("wave", {"settings": {"style": "wave.jpg"}})


def test_a_network_of_another_task_is_refused_before_it_is_loaded(tmp_path, network):
    network.save(tmp_path / "style.keras")
    expected = "a .keras file of a SuperResolutionNetwork or SRCNN. Received: .*, a fast_style>TransformationNetwork"
    with pytest.raises(UserError, match=f"--network: expected {expected}"):
        find_network(tmp_path / "style.keras", SUPERRES, "--network")
    with pytest.raises(UserError, match="expected a SuperResolutionNetwork or SRCNN, the name of one that ships"):
        as_network(network, SUPERRES)
    assert as_network(network, TASK) is network
