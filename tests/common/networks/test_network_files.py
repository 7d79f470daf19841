"""Networks in files: the shelf of those that ship, and `.keras` files."""

import json
import os

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks import precision
from fast_style.common.networks.network_files import (
    Shelf,
    copy_weights,
    in_precision,
    load_keras_file,
    loaded_once,
    no_file,
    rebuilt,
)
from fast_style.common.networks.precision import dtype_policy
from fast_style.network import TransformationNetwork


@pytest.fixture
def network():
    keras.utils.set_random_seed(3)
    return TransformationNetwork(width=4, upsampling="resize")


def test_shelf_keeps_float16_weights_config_and_what_is_said(tmp_path, network):
    shelf = Shelf(tmp_path, TransformationNetwork)
    shelf.add("small", network, title="A small one", licence="Apache-2.0")
    entry = json.loads((tmp_path / "manifest.json").read_text())["small"]
    assert (entry["title"], entry["class"], entry["config"]["upsampling"]) == (
        "A small one",
        "TransformationNetwork",
        "resize",
    )
    loaded = shelf.load("small")
    for before, after in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(before.astype("float16").astype("float32"), after)


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


def test_a_network_is_loaded_once_until_it_changes(tmp_path, network):
    path = tmp_path / "small.keras"
    network.save(path)
    first = loaded_once(load, path)
    assert loaded_once(load, str(path)) is first
    with dtype_policy("mixed_bfloat16"):
        assert loaded_once(load, path) is not first
    network.to_rgb.bias.assign([1.0, 2.0, 3.0])
    network.save(path)
    os.utime(path, ns=(0, 0))
    np.testing.assert_array_equal(loaded_once(load, path).to_rgb.bias, [1.0, 2.0, 3.0])


def load(path):
    return load_keras_file(path, TransformationNetwork)


def test_a_second_network_leaves_the_first(tmp_path, network):
    shelf = Shelf(tmp_path, TransformationNetwork)
    shelf.add("first", network)
    shelf.add("second", network)
    assert list(shelf.manifest()) == ["first", "second"]


def test_a_file_that_was_changed_is_refused(tmp_path, network):
    shelf = Shelf(tmp_path, TransformationNetwork)
    shelf.add("small", network)
    content = bytearray((tmp_path / "small.npz").read_bytes())
    content[-30] ^= 1
    (tmp_path / "small.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"expected small.npz with sha256 \w{64}. Received: \w{64}; install"):
        shelf.load("small")


def test_an_unknown_name_is_refused_with_those_that_ship(tmp_path, network):
    shelf = Shelf(tmp_path, TransformationNetwork)
    shelf.add("small", network)
    with pytest.raises(UserError, match="network: expected one of small, or a file. Received: 'large'"):
        shelf.load("large")


def test_weights_that_float16_cannot_hold_do_not_ship(tmp_path, network):
    network.to_rgb.bias.assign([1e6, 0, 0])
    with pytest.raises(UserError, match="expected weights that float16 can hold"), np.errstate(over="ignore"):
        Shelf(tmp_path, TransformationNetwork).add("small", network)
    assert list(tmp_path.iterdir()) == []


def test_keras_file_round_trip(tmp_path, network):
    network.save(tmp_path / "n.keras")
    loaded = load_keras_file(tmp_path / "n.keras", TransformationNetwork)
    for before, after in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_code_in_a_keras_file_is_never_run(tmp_path):
    """A Lambda layer whose code would leave a folder behind: the file is refused by what it is, unread."""
    trap = tmp_path / "executed"
    path = str(trap)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: [x, __import__("os").mkdir(path)][0])])
    trap.rmdir()  # building the model ran it here
    model.save(tmp_path / "trap.keras")
    with pytest.raises(
        UserError, match="a .keras file of a TransformationNetwork. Received: .*trap.keras, a Sequential"
    ):
        load_keras_file(tmp_path / "trap.keras", TransformationNetwork)
    assert not trap.exists()


def test_weights_of_another_architecture_are_not_copied(network):
    with pytest.raises(UserError, match="expected .* TransformationNetwork of width=8.* Received: .* of width=4"):
        copy_weights(network, TransformationNetwork(width=8))


def test_a_precision_is_another_network_only_where_it_is_another(network):
    assert in_precision(network, "float32") is network
    reduced = in_precision(network, "mixed_bfloat16")
    assert (reduced.compute_dtype, reduced.variable_dtype) == ("bfloat16", "float32")
    assert reduced.to_rgb.compute_dtype == "bfloat16"
    for before, after in zip(network.get_weights(), reduced.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_auto_takes_what_is_quickest_forward(network, monkeypatch):
    """A network of a run in bfloat16 paints in float32 where that is quicker."""
    with dtype_policy("mixed_bfloat16"):
        trained = rebuilt(network, "mixed_bfloat16")
    asked = []
    monkeypatch.setattr(precision, "fastest_precision", lambda training: asked.append(training) or "float32")
    assert in_precision(trained).compute_dtype == "float32"
    assert asked == [False]


def test_an_unknown_precision_is_refused(network):
    with pytest.raises(UserError, match="precision: expected one of auto, .* Received: 'half'"):
        in_precision(network, "half")
