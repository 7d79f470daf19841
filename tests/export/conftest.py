"""Small networks of both tasks, and what is exported from them once for all tests."""

import io

import keras
import numpy as np
import pytest
from PIL import Image

from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.source import find_network
from fast_style.export.tf_serving import export_serving
from fast_style.network import TransformationNetwork
from superres.network import SuperResolutionNetwork


def colourful(network):
    """Gives the last layer, which starts near zero, outputs of a trained network's spread."""
    kernel = network.to_rgb.kernel
    kernel.assign(np.random.default_rng(1).normal(size=kernel.shape) * (0.6 / np.prod(kernel.shape[:3])) ** 0.5)
    return network


@pytest.fixture(autouse=True)
def small_photographs(monkeypatch):
    """What files of any size are compared at when they are exported: of 256x256 pixels at other times."""
    for form in ("onnx", "tflite"):
        monkeypatch.setattr(f"fast_style.export.{form}.DYNAMIC_SIZES", [(48, 64), (33, 41)])


def picture(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def encoded(array, file_format="PNG", **options):
    """Bytes of an image file."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def network_files(tmp_path_factory):
    """``{"style": path, "x2": path}`` of small untrained networks."""
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("networks")
    networks = {
        "style": TransformationNetwork(width=4),
        "x2": SuperResolutionNetwork(2, width=4, residual_blocks=1, bicubic_skip=True),
    }
    for name, network in networks.items():
        colourful(network).save(folder / f"{name}.keras")
    return {name: folder / f"{name}.keras" for name in networks}


@pytest.fixture(scope="session")
def sources(network_files):
    """``{name: Source}`` of the same."""
    return {name: find_network(path) for name, path in network_files.items()}


@pytest.fixture(scope="session")
def serving_folder(network_files, tmp_path_factory):
    """A folder for TF Serving with both networks, whose versions are SavedModels. Not to be changed."""
    folder = tmp_path_factory.mktemp("serving") / "models"
    models = {name: str(path) for name, path in network_files.items()}
    export_serving(folder, models, warmup=[(8, 12), (5, 7)], max_pixels=10_000)
    return folder


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory):
    """A folder with the three sample photographs."""
    folder = tmp_path_factory.mktemp("photos")
    for name, image in sample_photos().items():
        write_photo(folder / f"{name}.png", image)
    return folder
