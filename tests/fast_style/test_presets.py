"""The networks that ship: whole, described, and painting."""

import hashlib

import numpy as np
import pytest

from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.rebuilding import in_precision
from fast_style.network import TransformationNetwork
from fast_style.stylization import stylize
from fast_style.task import TASK, load_network
from tests.levels import quick_first


def test_starry_night_ships():
    assert "starry_night" in Presets(TASK).manifest()


@pytest.mark.parametrize("name", Presets(TASK).manifest())
def test_shipped_network_is_the_one_of_its_manifest(name):
    entry = Presets(TASK).manifest()[name]
    content = ((TASK.home / "pretrained") / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert (TASK.home / "recipes" / entry["recipe"]).is_file()
    assert {"title", "summary", "licence"} <= set(entry)
    assert isinstance(load_network(name), TransformationNetwork)


def test_starry_night_weighs_what_float16_weights_weigh():
    """1,677,635 parameters (tests/fast_style/test_network.py) of 2 bytes, and some names."""
    assert (
        3_355_270
        < ((TASK.home / "pretrained") / Presets(TASK).manifest()["starry_night"]["file"]).stat().st_size
        < 3_400_000
    )


@pytest.mark.parametrize("name", quick_first(Presets(TASK).manifest(), 2))
def test_shipped_network_paints(name):
    """A picture that differs from the photograph, keeps its content, and is not washed out.

    Content: brightness of photograph and picture, both blurred to 16x16 cells, correlate by more than
    0.3. Not washed out: a standard deviation of at least 25 of 255. What it looks like is for the eye.
    """
    photo = sample_photos()["astronaut"][:256, 128:384]
    result = stylize(photo, load_network(name))
    assert result.shape == photo.shape
    assert np.abs(result.astype(float) - photo).mean() > 10
    cells = [image.mean(-1).reshape(16, 16, 16, 16).mean((1, 3)).ravel() for image in (photo.astype(float), result)]
    assert np.corrcoef(*cells)[0, 1] > 0.3
    assert result.std() > 25


@pytest.mark.parametrize("name", quick_first(Presets(TASK).manifest(), 2))
def test_bfloat16_paints_the_same_picture(name):
    """What `--precision auto` chooses on some processors: at least 40 dB of PSNR, 54 to 57 were found."""
    photo = sample_photos()["coffee"][:128, 128:256]
    network = load_network(name)
    difference = stylize(photo, network).astype(float) - stylize(photo, in_precision(network, "mixed_bfloat16"))
    assert 10 * np.log10(255**2 / np.square(difference).mean()) > 40
