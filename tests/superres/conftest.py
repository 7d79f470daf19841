"""A network that trains and enlarges in an instant, and photographs."""

import keras
import numpy as np
import pytest
from PIL import Image
from skimage import data

from superres.network import SuperResolutionNetwork


@pytest.fixture(scope="session")
def network():
    """x2, next to the bicubic enlargement: the layers add something, but little."""
    keras.utils.set_random_seed(0)
    return SuperResolutionNetwork(2, width=2, residual_blocks=1, bicubic_skip=True)


@pytest.fixture(scope="session")
def network_file(network, tmp_path_factory):
    """The same in a file."""
    path = tmp_path_factory.mktemp("network") / "tiny.keras"
    network.save(path)
    return path


@pytest.fixture(scope="session")
def cat():
    """uint8 (40, 56, 3)."""
    return np.ascontiguousarray(data.chelsea()[60:100, 100:156])


@pytest.fixture
def folder(tmp_path, cat):
    """A folder of ground truth: one image of 40x56, one of 41x57."""
    path = tmp_path / "Set2"
    path.mkdir()
    Image.fromarray(cat).save(path / "cat.png")
    Image.fromarray(data.coffee()[100:141, 200:257]).save(path / "coffee.png")
    return path
