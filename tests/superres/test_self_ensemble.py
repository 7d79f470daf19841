"""The mean over eight orientations."""

import numpy as np
import pytest
import tensorflow as tf

from superres.enlarging_network import EnlargingNetwork
from superres.orientation import ORIENTATIONS, turn
from superres.self_ensemble import enlarge_by_ensemble


class Weave(EnlargingNetwork):
    """Each pixel four times, and 6 more at the first of each four."""

    def call(self, images, training=None):
        images = tf.cast(images, "float32")
        weave = tf.constant([[6.0, 0.0], [0.0, 0.0]])[None, :, :, None]
        height, width = tf.shape(images)[1], tf.shape(images)[2]
        return tf.repeat(tf.repeat(images, 2, axis=1), 2, axis=2) + tf.tile(weave, (1, height, width, 1))


def test_a_weave_cancels_out():
    """By hand: each place has the 6 in two of eight orientations, 12 / 8 = 1.5, and 200 + 1.5 rounds to 202."""
    image = np.full((1, 3, 5, 3), 200, "uint8")
    network = Weave(2)
    assert set(network.render(image).numpy().ravel()) == {200, 206}
    result = enlarge_by_ensemble(network, image)
    assert (result.shape, result.dtype) == ((1, 6, 10, 3), np.uint8)
    assert (result == 202).all()


def test_white_stays_white():
    """Eight times 255 is more than 8 bits hold."""
    assert (enlarge_by_ensemble(Weave(2), np.full((1, 2, 2, 3), 255, "uint8")) == 255).all()


@pytest.mark.parametrize(
    "orientation", [ORIENTATIONS[1], *(pytest.param(one, marks=pytest.mark.slow) for one in ORIENTATIONS[2:])]
)
def test_a_turned_photograph_gives_the_turned_result(orientation, cat, network):
    """Which the network alone does not."""
    turned = np.asarray(turn(cat[None], orientation))
    expected = np.asarray(turn(enlarge_by_ensemble(network, cat[None]), orientation))
    np.testing.assert_array_equal(enlarge_by_ensemble(network, turned), expected)
    assert (network.render(turned).numpy() != np.asarray(turn(network.render(cat[None]), orientation))).any()
