"""Fixtures of the tests of super-resolution's tabs."""

import pytest

import superres
from fast_style.common.networks.source import find_network
from superres.task import TASK
from tests.common.app.contexts import make_context


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """Of an app that was given a network for factor 2."""
    path = tmp_path_factory.mktemp("given") / "twice.keras"
    superres.SRCNN(factor=2).save(path)
    return make_context(tmp_path_factory.mktemp("app"), given=[find_network(path, TASK)])
