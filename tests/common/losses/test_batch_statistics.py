"""Means and deviations of channels as a loss of style."""

import numpy as np
import tensorflow as tf

from fast_style.common.losses import BatchStatisticsStyle
from tests.finite_differences import assert_gradient


def test_by_hand():
    """Channel 1: mean 20, deviation 10 against 50, 0: 900 + 100; channel 2: 7, 0 against 7, 0. Half of 1000.

    The deviation of a constant is sqrt(1e-3) = 0.03 instead of 0, which is 0.4 % of the second summand.
    """
    x = np.array([[[[10.0, 7.0], [30.0, 7.0]]]], "float32")
    painting = np.tile(np.array([50.0, 7.0], "float32"), (1, 4, 3, 1))
    loss = BatchStatisticsStyle(painting)(x)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [500.0], rtol=1e-3)


def test_against_numpy(rng):
    x, y = rng.normal(5, 2, (2, 4, 3, 6)).astype("float32"), rng.normal(5, 2, (1, 6, 5, 6)).astype("float32")
    mean = (x.mean((1, 2)) - y.mean((1, 2))) ** 2
    deviation = (x.std((1, 2)) - y.std((1, 2))) ** 2
    np.testing.assert_allclose(BatchStatisticsStyle(y)(x), (mean + deviation).mean(1), rtol=1e-3)


def test_gradient_against_finite_differences(rng):
    loss = BatchStatisticsStyle(rng.normal(size=(1, 3, 4, 5)).astype("float32"))
    assert_gradient(lambda x: tf.reduce_sum(loss(x)), rng.normal(size=(2, 3, 4, 5)))


def test_constant_features_have_a_finite_gradient():
    x = tf.ones((1, 4, 4, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = BatchStatisticsStyle(np.zeros((1, 4, 4, 2), "float32"))(x)
    assert np.isfinite(tape.gradient(loss, x)).all()
