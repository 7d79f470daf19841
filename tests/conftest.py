"""Fixtures that tests of every package share."""

import functools
import gc
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.startup import start_tensorflow
from tests.fresh_process import FreshProcesses

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run what takes long, too, as CI does")


def pytest_collection_modifyitems(config, items):
    """Without ``--all``, leaves out what is marked as slow; begins with files that have some.

    Processes take file after file in this order: short ones last, so that none waits long for another.
    """
    long = {item.path for item in items if item.get_closest_marker("slow")}
    if not config.getoption("--all"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
    items.sort(key=lambda item: item.path not in long)


def pytest_configure(config):
    """Starts TensorFlow before a test imports it; not in the process that hands tests to others."""
    if not getattr(config.option, "numprocesses", None):
        start_tensorflow()


def pytest_collection_finish():
    """Modules and tests stay to the end: the garbage collector need not look through TensorFlow's again and again.

    Of the time that tracing a graph takes it is a seventh.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of photographs, paintings and VGG weights beside the checkout, where there is one."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not here: no real VGG weights and photographs to check against")
    return SHARED_DATA


@pytest.fixture(scope="session")
def fresh_processes():
    """Starts programs in processes of their own."""
    processes = FreshProcesses()
    yield processes
    processes.close()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def eager_steps(monkeypatch):
    """Training steps that are not traced: of a few iterations of a tiny network, tracing takes most of the time."""
    from fast_style.common.training.trainer import PerceptualTrainer

    eager = property(lambda self: True, lambda self, value: None)
    monkeypatch.setattr(PerceptualTrainer, "run_eagerly", eager)


@pytest.fixture
def eager_pictures(monkeypatch):
    """Networks that paint without being traced first, which of one small picture takes most of the time."""
    from fast_style.common.networks.image_network import ImageNetwork, _render

    monkeypatch.setattr(
        ImageNetwork, "compiled_render", lambda network, *signature: functools.partial(_render, network)
    )
