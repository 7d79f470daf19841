"""A store in the place of S3, options as a command line parses them, and photographs."""

import argparse

import numpy as np
import pytest

from fast_style.common.bulk.flags import add_ray_flags
from fast_style.common.commands.command_line import add_photo_flags
from fast_style.common.images.image_io import encode
from tests.common.bulk.object_store import object_store


@pytest.fixture(scope="session")
def _store():
    with object_store() as store:
        yield store


@pytest.fixture
def store(_store):
    _store.objects.clear()
    _store.puts.clear()
    _store.requests.clear()
    return _store


@pytest.fixture
def parse():
    """A function from words to what the flags of photographs and of Ray parse."""

    def parse(*words):
        parser = argparse.ArgumentParser()
        add_photo_flags(parser, "painted")
        add_ray_flags(parser)
        return parser.parse_args([*map(str, words), "--ray", "local"])

    return parse


def picture(seed=0, height=8, width=12, file_format="png"):
    """Bytes of a photograph of noise."""
    return encode(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8), file_format)
