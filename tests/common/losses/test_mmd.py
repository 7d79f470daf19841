"""Maximum mean discrepancy: against its definition, a double sum of kernels over positions."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.losses import GaussianMmdStyle, LinearMmdStyle, PolynomialMmdStyle, style_loss
from tests.finite_differences import assert_gradient

CHANNELS = 4


def features(seed, height=3, width=5, batch=1):
    return np.random.default_rng(seed).uniform(0, 2, (batch, height, width, CHANNELS)).astype("float32")


def squared_mmd(kernel, x, y):
    """E k(x, x') - 2 E k(x, y) + E k(y, y') over all pairs of positions, in float64."""
    x, y = (np.asarray(part, np.float64).reshape(-1, CHANNELS) for part in (x, y))

    def mean(a, b):
        return np.mean([[kernel(v, w) for w in b] for v in a])

    return mean(x, x) - 2 * mean(x, y) + mean(y, y)


def test_linear_kernel():
    x, y = features(1), features(2, 4, 2)
    loss = LinearMmdStyle(y)(x)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [squared_mmd(lambda v, w: v @ w / CHANNELS, x, y)], rtol=1e-4)


def test_linear_kernel_by_hand():
    """Means (2, 4) and (1, 1) of two channels: (1 + 9) / 2 = 5, whatever the number of positions."""
    x = np.array([[[[1.0, 4.0], [3.0, 4.0]]]], "float32")
    assert float(LinearMmdStyle(np.ones((1, 3, 3, 2), "float32"))(x)[0]) == 5.0


@pytest.mark.parametrize("offset", [0.0, 0.7])
def test_polynomial_kernel(offset):
    x, y = features(1), features(2, 4, 2)
    expected = squared_mmd(lambda v, w: (v @ w / CHANNELS + offset) ** 2, x, y)
    np.testing.assert_allclose(PolynomialMmdStyle(y, offset)(x), [expected], rtol=1e-3)


def test_polynomial_kernel_without_offset_is_eq_4():
    x, y = features(1), features(2)
    np.testing.assert_allclose(PolynomialMmdStyle(y, 0.0)(x), style_loss(y, x), rtol=1e-6)


def test_default_offset_is_the_mean_kernel_of_the_painting():
    x, y = features(1), features(2)
    points = y.reshape(-1, CHANNELS).astype(float)
    offset = np.mean(points @ points.T) / CHANNELS
    np.testing.assert_allclose(PolynomialMmdStyle(y)(x), PolynomialMmdStyle(y, offset)(x), rtol=1e-5)


def test_gaussian_kernel():
    """With 20,000 frequencies the kernel's error is 1 / sqrt(40000) = 0.005 a pair, and less for means of many."""
    x, y = features(1), features(2, 4, 2) + 0.5
    points = y.reshape(-1, CHANNELS).astype(float)
    variance = np.mean(np.sum((points[:, None] - points[None]) ** 2, axis=2))
    loss = GaussianMmdStyle(y, frequencies=20_000)
    np.testing.assert_allclose(loss.variance, variance, rtol=1e-5)
    expected = squared_mmd(lambda v, w: np.exp(-np.sum((v - w) ** 2) / (2 * variance)), x, y)
    assert expected > 0.1
    np.testing.assert_allclose(loss(x), [expected], atol=0.005)


def test_gaussian_kernel_of_fixed_frequencies():
    """Exactly the squared MMD of the kernel ``mean cos w^T (x - y)`` over the frequencies that it has."""
    x, y = features(1), features(2, 4, 2)
    loss = GaussianMmdStyle(y, frequencies=8)
    frequencies = np.asarray(loss.frequencies, np.float64)
    expected = squared_mmd(lambda v, w: np.mean(np.cos((v - w) @ frequencies)), x, y)
    np.testing.assert_allclose(loss(x), [expected], rtol=1e-4)


@pytest.mark.parametrize("loss_class", [LinearMmdStyle, PolynomialMmdStyle, GaussianMmdStyle])
def test_order_of_positions_does_not_matter(loss_class):
    """The painting's own features, shuffled, have no loss; those of each image of a batch have their own."""
    y = features(2)
    shuffled = np.random.default_rng(0).permutation(y.reshape(-1, CHANNELS)).reshape(y.shape)
    batch = np.concatenate([shuffled, features(1)])
    values = loss_class(y)(batch).numpy()
    assert values[0] < 1e-5 * values[1]


@pytest.mark.parametrize("loss_class", [LinearMmdStyle, PolynomialMmdStyle, GaussianMmdStyle])
def test_gradient_against_finite_differences(loss_class):
    loss = loss_class(features(2))
    assert_gradient(lambda x: tf.reduce_sum(loss(x)), features(1, batch=2))


@pytest.mark.parametrize(
    "kind, options, message",
    [
        (PolynomialMmdStyle, {"offset": -100.0}, r"offset: expected a number of at least 0\. Received: -100\.0"),
        (PolynomialMmdStyle, {"offset": float("nan")}, r"offset: expected a number of at least 0\. Received: nan"),
        (GaussianMmdStyle, {"frequencies": 0}, r"frequencies: expected a whole number of at least 1\. Received: 0"),
        (GaussianMmdStyle, {"seed": -1}, r"seed: expected a whole number of at least 0\. Received: -1"),
    ],
)
def test_numbers_that_are_none(kind, options, message):
    with pytest.raises(UserError, match=f"^{message}$"):
        kind(np.zeros((1, 4, 4, CHANNELS), "float32"), **options)
