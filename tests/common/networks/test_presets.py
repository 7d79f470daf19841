"""The networks that ship with a task, by their manifest."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.presets import Presets
from fast_style.network import TransformationNetwork
from fast_style.task import TASK


@pytest.fixture
def network():
    keras.utils.set_random_seed(3)
    return TransformationNetwork(width=4, upsampling="resize")


def presets(folder):
    """Those of style transfer, in a folder of the test's own."""
    return Presets(dataclasses.replace(TASK, folder=folder))


def test_it_keeps_float16_weights_config_and_what_is_said(tmp_path, network):
    kept = presets(tmp_path)
    kept.add("small", network, title="A small one", licence="Apache-2.0")
    entry = json.loads((tmp_path / "pretrained" / "manifest.json").read_text())["small"]
    assert (entry["title"], entry["class"], entry["config"]["upsampling"]) == (
        "A small one",
        "TransformationNetwork",
        "resize",
    )
    loaded = kept.load("small")
    for before, after in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(before.astype("float16").astype("float32"), after)


def test_a_second_network_leaves_the_first(tmp_path, network):
    kept = presets(tmp_path)
    kept.add("first", network)
    kept.add("second", network)
    assert list(kept.manifest()) == ["first", "second"]


def test_a_file_that_was_changed_is_refused(tmp_path, network):
    kept = presets(tmp_path)
    kept.add("small", network)
    content = bytearray((tmp_path / "pretrained" / "small.npz").read_bytes())
    content[-30] ^= 1
    (tmp_path / "pretrained" / "small.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"expected small.npz with sha256 \w{64}. Received: \w{64}; install"):
        kept.load("small")


def test_an_unknown_name_is_refused_with_those_that_ship(tmp_path, network):
    kept = presets(tmp_path)
    kept.add("small", network)
    with pytest.raises(UserError, match="network: expected one of small, or a file. Received: 'large'"):
        kept.load("large")


def test_weights_that_float16_cannot_hold_do_not_ship(tmp_path, network):
    network.to_rgb.bias.assign([1e6, 0, 0])
    with pytest.raises(UserError, match="expected weights that float16 can hold"), np.errstate(over="ignore"):
        presets(tmp_path).add("small", network)
    assert list(tmp_path.iterdir()) == []


def test_a_class_has_those_of_its_own():
    assert list(TransformationNetwork.presets) == list(Presets(TASK).manifest())
    network = TransformationNetwork.from_preset("starry_night_fast")
    assert (type(network), network.width) == (TransformationNetwork, 16)
    with pytest.raises(UserError, match="expected one of starry_night, .*Received: 'nothing'"):
        TransformationNetwork.from_preset("nothing")
