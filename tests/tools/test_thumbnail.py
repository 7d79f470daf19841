"""Thumbnails: what ships was made by the network beside it."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from fast_style import pretrained_networks as styles
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.sample_photos import sample_photos
from superres import pretrained_networks as enlargements
from superres.network import SuperResolutionNetwork
from tools.thumbnail import thumbnail

SHIPPED = [(styles, name) for name in styles.style_entries()]
SHIPPED += [(enlargements, name) for name in enlargements.network_entries()]


@pytest.mark.parametrize(("package", "name"), SHIPPED, ids=lambda value: value if isinstance(value, str) else "")
def test_the_thumbnail_that_ships_is_the_networks(package, name):
    """As JPEG of quality 90 leaves it, above 28 dB, and nearer to it than any other thumbnail of its package."""
    own = thumbnail(package.load_network(name), package.apply)
    ratios = {
        other: peak_signal_noise_ratio(read_photo(package.FOLDER / f"{other}.jpg").rgb, own)
        for home, other in SHIPPED
        if home is package
    }
    assert max(ratios, key=ratios.get) == name
    assert ratios[name] > 28


def test_super_resolution_sees_the_portrait_shrunk_and_gives_what_users_get():
    """A bicubic skip with an untrained residual near zero: the portrait, blurred. With its histogram, where asked."""
    options = {"width": 4, "residual_blocks": 0, "bicubic_skip": True}
    picture = thumbnail(SuperResolutionNetwork(2, **options), enlargements.apply)
    portrait = sample_photos()["astronaut"][:256, 128:384]
    assert (picture.dtype, picture.shape) == (np.uint8, (256, 256, 3))
    assert 20 < peak_signal_noise_ratio(portrait, picture) < 50
    matched = thumbnail(SuperResolutionNetwork(2, histogram_matching=True, **options), enlargements.apply)
    assert (matched != picture).any()
