import functools

import numpy as np
import pytest
from keras import ops

from fast_style.network import MARGIN, TransformationNetwork
from fast_style.training_margin import with_margin

# 21 is less than the margin and the padding together, and not a multiple of 4.
PHOTOS = np.random.default_rng(0).uniform(0, 255, (2, 48, 21, 3)).astype("float32")


@pytest.fixture(scope="module")
def network():
    network = TransformationNetwork(width=4)
    # The last layer starts near zero, which would hide what is behind it.
    network.to_rgb.kernel.assign(50 * network.to_rgb.kernel)
    return network


def test_training_with_the_margin_paints_what_a_network_in_use_does(network):
    used = ops.convert_to_numpy(network(PHOTOS, training=False))
    painted = with_margin(functools.partial(network, training=True), PHOTOS, MARGIN)
    np.testing.assert_allclose(ops.convert_to_numpy(painted), used, atol=1e-3)


def test_without_it_borders_differ(network):
    used = ops.convert_to_numpy(network(PHOTOS, training=False))
    painted = ops.convert_to_numpy(with_margin(functools.partial(network, training=True), PHOTOS, 0))
    assert painted.shape == used.shape
    assert np.abs(painted - used)[:, 0].max() > 1
