"""Thumbnails: what ships was made by the network beside it."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from common.image_io import read_photo
from common.sample_photos import sample_photos
from common.thumbnail import thumbnail
from fast_style import pretrained_networks as styles
from superres import pretrained_networks as enlargements
from superres.network import SuperResolutionNetwork

SHIPPED = [(styles, name) for name in styles.style_entries()]
SHIPPED += [(enlargements, name) for name in enlargements.network_entries()]


@pytest.mark.parametrize(("package", "name"), SHIPPED, ids=lambda value: value if isinstance(value, str) else "")
def test_the_thumbnail_that_ships_is_the_networks(package, name):
    """As JPEG of quality 90 leaves it, above 28 dB; another style would be below 20."""
    shipped = read_photo(package.FOLDER / f"{name}.jpg").rgb
    assert peak_signal_noise_ratio(shipped, thumbnail(package.load_network(name))) > 28


def test_super_resolution_sees_the_portrait_shrunk():
    """A bicubic skip with an untrained residual near zero: the portrait, blurred."""
    picture = thumbnail(SuperResolutionNetwork(2, width=4, residual_blocks=0, bicubic_skip=True))
    portrait = sample_photos()["astronaut"][:256, 128:384]
    assert (picture.dtype, picture.shape) == (np.uint8, (256, 256, 3))
    assert 20 < peak_signal_noise_ratio(portrait, picture) < 50
