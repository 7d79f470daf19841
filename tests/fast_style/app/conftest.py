"""Fixtures of the tests of style transfer's tabs."""

import numpy as np
import pytest

from fast_style.common.images.image_io import write_photo
from fast_style.common.networks.source import find_network
from fast_style.network import TransformationNetwork
from fast_style.task import TASK
from tests.common.app.contexts import make_context
from tests.fast_style.tiny_paintings import trained


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """Of an app that was given a network of several paintings, "many", and in which a style "tiny" was trained."""
    many = tmp_path_factory.mktemp("given") / "many.keras"
    trained().save(many)
    context = make_context(tmp_path_factory.mktemp("app"), given=[find_network(many, TASK)])
    run = context.folder.path / "runs" / "tiny"
    run.mkdir(parents=True)
    TransformationNetwork(width=1).save(run / "network.keras")
    (context.folder.path / "trainings" / TASK.package / "tiny").mkdir(parents=True)
    return context


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "cat.jpg"
    write_photo(path, np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8), "jpg")
    return path
