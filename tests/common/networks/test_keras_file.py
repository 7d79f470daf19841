"""Networks in `.keras` files."""

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.keras_file import load_keras_file
from fast_style.network import TransformationNetwork


@pytest.fixture
def network():
    keras.utils.set_random_seed(3)
    return TransformationNetwork(width=4, upsampling="resize")


def test_keras_file_round_trip(tmp_path, network):
    network.save(tmp_path / "n.keras")
    loaded = load_keras_file(tmp_path / "n.keras", (TransformationNetwork,))
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
        load_keras_file(tmp_path / "trap.keras", (TransformationNetwork,))
    assert not trap.exists()
