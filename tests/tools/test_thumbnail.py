"""Thumbnails of networks; those that ship are in tests/test_shipped_networks.py."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from fast_style.common.images.sample_photos import sample_photos
from fast_style.stylization import stylize
from fast_style.task import TASK as STYLE
from superres.network import SuperResolutionNetwork
from superres.task import TASK
from tests.fast_style.tiny_paintings import trained
from tools.thumbnail import thumbnail


def test_super_resolution_sees_the_portrait_shrunk_and_gives_what_users_get():
    """A bicubic skip with an untrained residual near zero: the portrait, blurred. With its histogram, where asked."""
    options = {"width": 4, "residual_blocks": 0, "bicubic_skip": True}
    picture = thumbnail(SuperResolutionNetwork(2, **options), TASK)
    portrait = sample_photos()["astronaut"][:256, 128:384]
    assert (picture.dtype, picture.shape) == (np.uint8, (256, 256, 3))
    assert 20 < peak_signal_noise_ratio(portrait, picture) < 50
    matched = thumbnail(SuperResolutionNetwork(2, histogram_matching=True, **options), TASK)
    assert (matched != picture).any()


@pytest.mark.slow
def test_of_several_paintings_each_has_its_place(eager_pictures):
    """Conditions that differ in their colours; the tenth has no place."""
    network = trained(conditions=[f"painting {number}" for number in range(10)])
    picture = thumbnail(network, STYLE)
    assert (picture.dtype, picture.shape) == (np.uint8, (256, 256, 3))
    portrait = sample_photos()["astronaut"][:256, 128:384]
    for number, (row, column) in enumerate(np.ndindex(3, 3)):
        shown = picture[row * 85 + 10 : row * 85 + 75, column * 85 + 10 : column * 85 + 75].mean((0, 1))
        painted = stylize(portrait, network, style=f"painting {number}")
        assert np.abs(shown - painted[30:225, 30:225].mean((0, 1))).max() < 4
