"""Thumbnails: what ships was made by the network beside it."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from fast_style.common.images.image_io import read_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.source import shipped_sources
from superres.network import SuperResolutionNetwork
from superres.task import TASK
from tests.levels import quick_first
from tools.thumbnail import thumbnail

SHIPPED = list(shipped_sources().values())


@pytest.mark.parametrize("source", quick_first(SHIPPED, 2), ids=lambda source: source.name)
def test_the_thumbnail_that_ships_is_the_networks(source):
    """As JPEG of quality 90 leaves it, above 28 dB, and nearer to it than any other thumbnail of its package."""
    own = thumbnail(source.load(), source.task)
    ratios = {
        other.name: peak_signal_noise_ratio(read_photo(other.path.with_suffix(".jpg")).rgb, own)
        for other in SHIPPED
        if other.task is source.task
    }
    assert max(ratios, key=ratios.get) == source.name
    assert ratios[source.name] > 28


def test_super_resolution_sees_the_portrait_shrunk_and_gives_what_users_get():
    """A bicubic skip with an untrained residual near zero: the portrait, blurred. With its histogram, where asked."""
    options = {"width": 4, "residual_blocks": 0, "bicubic_skip": True}
    picture = thumbnail(SuperResolutionNetwork(2, **options), TASK)
    portrait = sample_photos()["astronaut"][:256, 128:384]
    assert (picture.dtype, picture.shape) == (np.uint8, (256, 256, 3))
    assert 20 < peak_signal_noise_ratio(portrait, picture) < 50
    matched = thumbnail(SuperResolutionNetwork(2, histogram_matching=True, **options), TASK)
    assert (matched != picture).any()
