"""Fixtures of the style tests."""

import keras
import pytest

from fast_style.network import TransformationNetwork


@pytest.fixture(scope="session")
def tiny_network(tmp_path_factory):
    """A small untrained network in a ``.keras`` file."""
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("network") / "tiny.keras"
    TransformationNetwork(width=4).save(path)
    return path
