"""The networks that ship: whole, described, painting and enlarging. One pass over all, each loaded once."""

import functools

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from fast_style.common.files import file_digest
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import shipped_sources
from fast_style.network import TransformationNetwork
from fast_style.stylization import stylize
from fast_style.task import TASK as STYLE_TRANSFER
from superres.task import TASK as SUPER_RESOLUTION
from tests.levels import quick_first
from tools.thumbnail import thumbnail

pytestmark = pytest.mark.usefixtures("eager_pictures")

SHIPPED = shipped_sources()
STYLES, ENLARGEMENTS = list(shipped_sources(STYLE_TRANSFER)), list(shipped_sources(SUPER_RESOLUTION))


@functools.cache
def network(name):
    return SHIPPED[name].load()


@functools.cache
def picture(name):
    return thumbnail(network(name), SHIPPED[name].task)


def manifest_entry(name):
    return Presets(SHIPPED[name].task).manifest()[name]


def test_those_that_are_named_in_the_documents_ship():
    assert "starry_night" in STYLES
    assert {"x4_pixel", "x4_feature", "x4_srcnn", "x8_pixel"} <= set(ENLARGEMENTS)


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_the_one_of_its_manifest(name):
    source, entry = SHIPPED[name], manifest_entry(name)
    assert file_digest(source.path) == entry["sha256"]
    assert source.record_path.is_file()
    assert {"title", "summary", "licence"} <= set(entry)
    assert isinstance(network(name), source.task.base.resolve())


def test_starry_night_weighs_what_float16_weights_weigh():
    """1,677,635 parameters (tests/fast_style/test_network.py) of 2 bytes, and some names."""
    assert 3_355_270 < SHIPPED["starry_night"].path.stat().st_size < 3_400_000


@pytest.mark.slow
@pytest.mark.parametrize("name", quick_first(SHIPPED, 2))
def test_the_thumbnail_beside_it_is_its_own(name):
    """As JPEG of quality 90 leaves it, above 28 dB, and nearer to it than any other thumbnail of its package."""
    ratios = {
        other.name: peak_signal_noise_ratio(read_photo(other.path.with_suffix(".jpg")).rgb, picture(name))
        for other in SHIPPED.values()
        if other.task is SHIPPED[name].task
    }
    assert max(ratios, key=ratios.get) == name
    assert ratios[name] > 28


@pytest.mark.parametrize("name", quick_first(STYLES, 2))
def test_a_style_paints(name):
    """A picture that differs from the photograph, keeps its content, and is not washed out.

    Content: brightness of photograph and picture, both blurred to 16x16 cells, correlate by more than
    0.3. Not washed out: a standard deviation of at least 25 of 255. What it looks like is for the eye.
    """
    assert isinstance(network(name), TransformationNetwork)
    photo = sample_photos()["astronaut"][:256, 128:384]
    # The thumbnail of several paintings is of nine; here it is the first.
    result = stylize(photo, network(name)) if network(name).conditions else picture(name)
    assert result.shape == photo.shape
    assert np.abs(result.astype(float) - photo).mean() > 10
    cells = [image.mean(-1).reshape(16, 16, 16, 16).mean((1, 3)).ravel() for image in (photo.astype(float), result)]
    assert np.corrcoef(*cells)[0, 1] > 0.3
    assert result.std() > 25


@pytest.mark.slow
@pytest.mark.parametrize("name", quick_first(STYLES, 2))
def test_bfloat16_paints_the_same_picture(name):
    """What `--precision auto` chooses on some processors: at least 40 dB of PSNR, 54 to 57 were found."""
    photo = sample_photos()["coffee"][:128, 128:256]
    pictures = [stylize(photo, one) for one in (network(name), in_precision(network(name), "mixed_bfloat16"))]
    assert peak_signal_noise_ratio(*pictures) > 40


@pytest.mark.parametrize("name", ENLARGEMENTS)
def test_an_enlargement_enlarges(name):
    """And names what `superres networks` prints."""
    factor = network(name).factor
    assert network(name).render(np.zeros((1, 3, 2, 3), "uint8")).shape == (1, 3 * factor, 2 * factor, 3)
    assert "degradation" in manifest_entry(name)
