import numpy as np
import pytest
from keras import ops

from fast_style.common.images.margin import add_margin, cut_margin
from fast_style.network import TransformationNetwork

# 21 is less than a margin of 24 alone, and not a multiple of 4.
PHOTOS = np.random.default_rng(0).uniform(0, 255, (2, 48, 21, 3)).astype("float32")


@pytest.mark.slow
@pytest.mark.parametrize("margin", [0, 8, 24])
def test_training_with_the_margin_paints_what_a_network_in_use_does(margin):
    network = TransformationNetwork(width=4, margin=margin)
    # The last layer starts near zero, which would hide what is behind it.
    network.to_rgb.kernel.assign(50 * network.to_rgb.kernel)
    used = ops.convert_to_numpy(network(PHOTOS, training=False))
    painted = cut_margin(network(add_margin(PHOTOS, margin), training=True), margin)
    np.testing.assert_allclose(ops.convert_to_numpy(painted), used, atol=1e-3)


def test_what_is_added_is_cut_off():
    assert add_margin(PHOTOS, 24).shape == (2, 96, 69, 3)
    np.testing.assert_array_equal(cut_margin(add_margin(PHOTOS, 24), 24), PHOTOS)
    np.testing.assert_array_equal(cut_margin(add_margin(PHOTOS, 0), 0), PHOTOS)
