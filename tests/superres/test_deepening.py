"""Deeper networks to go on from: they enlarge the same, and learn."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from superres.deepening import deepened
from superres.model import SuperResolution
from superres.network import SuperResolutionNetwork

PHOTO = np.random.default_rng(0).integers(0, 256, (1, 12, 16, 3)).astype(np.uint8)


def trained(**options):
    """A network whose output is more than the bicubic enlargement."""
    keras.utils.set_random_seed(3)
    network = SuperResolutionNetwork(**{"width": 4, "residual_blocks": 1, **options})
    network.to_rgb.kernel.assign(network.to_rgb.kernel * 30)
    return network


@pytest.mark.parametrize(
    "options",
    [
        {"normalization": "none", "upsampling": "bilinear", "bicubic_skip": True},
        {"normalization": "batch"},
        {"normalization": "instance", "factor": 8, "upsampling": "subpixel"},
        {"normalization": "none", "residual_blocks": 0},
    ],
)
def test_a_deeper_network_enlarges_the_same(options):
    network = trained(**options)
    deeper = deepened(network, 3)
    assert deeper.get_config() == {**network.get_config(), "residual_blocks": 3}
    np.testing.assert_array_equal(deeper(PHOTO), network(PHOTO))
    assert np.asarray(network(PHOTO)).std() > 1


@pytest.mark.parametrize("normalization", ["none", "instance"])
def test_new_blocks_learn(normalization):
    deeper = deepened(trained(normalization=normalization), 2)
    block = deeper.blocks[2].second
    last = block.convolution.kernel if normalization == "none" else block.normalization.gamma
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(deeper(PHOTO, training=True) - 100.0))
    gradient = tape.gradient(loss, last.value)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 0


def test_a_training_begins_at_a_shallower_network():
    shallow = trained(normalization="none")
    model = SuperResolution(
        SuperResolutionNetwork(width=4, residual_blocks=3, normalization="none"), feature_weight=0, pixel_weight=1
    )
    model.initialize(shallow)
    np.testing.assert_array_equal(model.network(PHOTO), shallow(PHOTO))
    with pytest.raises(UserError, match="network: expected weights of the architecture"):
        model.initialize(trained(normalization="none", residual_blocks=4))
    with pytest.raises(UserError, match="Received: .* residual_blocks=1, normalization=batch"):
        model.initialize(trained(normalization="batch"))


def test_fewer_blocks_are_refused():
    with pytest.raises(UserError, match="residual_blocks: expected at least 2. Received: 1"):
        deepened(trained(residual_blocks=2), 1)
