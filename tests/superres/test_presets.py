"""Networks by name and by file."""

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import find_network
from fast_style.common.task import Task
from superres.network import SuperResolutionNetwork
from superres.srcnn import SRCNN
from superres.task import TASK, default_network, load_network


@pytest.fixture
def shipped(tmp_path, monkeypatch, network):
    """A folder of shipped networks: one of each class."""
    monkeypatch.setattr(Task, "home", tmp_path)
    keras.utils.set_random_seed(0)
    srcnn = SRCNN(2)
    Presets(TASK).add("tiny", network, title="a test", licence=None)
    Presets(TASK).add("srcnn", srcnn, title="a test", licence=None)
    x4 = SuperResolutionNetwork(4, width=1, residual_blocks=0, histogram_matching=True)
    Presets(TASK).add("tiny_x4", x4, licence=None)
    return {"tiny": network, "srcnn": srcnn}


@pytest.mark.parametrize("name", ["tiny", "srcnn"])
def test_shipped_network_comes_back(name, shipped):
    """Weights are float16 in the file: a relative error of 2^-11."""
    loaded = load_network(name, 2)
    assert type(loaded) is type(shipped[name])
    image = np.random.default_rng(0).integers(0, 256, (1, 9, 8, 3)).astype("uint8")
    np.testing.assert_allclose(loaded(image), shipped[name](image), atol=0.5)


def test_manifest_records_histogram_matching(shipped):
    assert Presets(TASK).manifest()["tiny_x4"]["config"]["histogram_matching"] is True
    assert load_network("tiny_x4").histogram_matching is True


def test_default_is_the_first_of_a_factor(shipped):
    assert default_network(2) == "tiny"
    assert default_network(4) == "tiny_x4"
    with pytest.raises(UserError, match="none ships for factor 8"):
        default_network(8)


def test_damaged_file_is_refused(shipped, tmp_path):
    (tmp_path / "pretrained" / "tiny.npz").write_bytes(b"damaged")
    with pytest.raises(UserError, match="network tiny: expected tiny.npz with sha256"):
        load_network("tiny")


@pytest.mark.parametrize("make", [lambda: SuperResolutionNetwork(8, width=1, residual_blocks=0), lambda: SRCNN(8, 5)])
def test_file_of_either_class(make, tmp_path):
    network = make()
    network.save(tmp_path / "n.keras")
    assert type(load_network(str(tmp_path / "n.keras"), 8)) is type(network)
    with pytest.raises(UserError, match="network: expected one of factor 4. Received: .*n.keras, of factor 8"):
        load_network(str(tmp_path / "n.keras"), 4)


def test_shipped_network_of_another_factor_is_refused_without_loading_it(shipped):
    with pytest.raises(UserError, match="network: expected one of factor 8. Received: tiny, of factor 2"):
        find_network("tiny", TASK, factor=8)


def test_neither_name_nor_file():
    with pytest.raises(UserError, match="or a .keras file. Received: 'nope'"):
        find_network("nope", TASK)


def test_file_of_something_else(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])
    model.save(tmp_path / "code.keras")
    with pytest.raises(
        UserError, match="expected a .keras file of a SuperResolutionNetwork or SRCNN. Received: .*, a "
    ):
        load_network(str(tmp_path / "code.keras"))
    (tmp_path / "text.keras").write_text("text")
    with pytest.raises(UserError, match="not a .keras file"):
        load_network(str(tmp_path / "text.keras"))
