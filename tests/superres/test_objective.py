"""The objective of super-resolution, by hand where that is possible."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.losses import feature_loss, style_loss
from fast_style.common.networks.loss_network import build_loss_network
from superres.objective import SuperResolutionObjective


@pytest.fixture(scope="module")
def loss_network():
    return build_loss_network("vgg16", ("relu1_2", "relu2_2"), "random")


def images(seed, height=8, width=8):
    return tf.constant(np.random.default_rng(seed).uniform(0, 255, (2, height, width, 3)), "float32")


def test_pixel_and_total_variation_by_hand():
    """Flat images that differ by 10 in R, 20 in G, 30 in B: (100 + 400 + 900) / 3; no variation."""
    objective = SuperResolutionObjective(feature_weight=0, pixel_weight=2.0, tv_weight=3.0)
    target = tf.ones((1, 4, 4, 3)) * 100
    terms = objective.terms(target + tf.constant([10.0, 20.0, 30.0]), objective.targets(target))
    np.testing.assert_allclose(terms["pixel"], [1400 / 3], rtol=1e-5)
    np.testing.assert_allclose(terms["loss"], [2 * 1400 / 3], rtol=1e-5)
    assert set(terms) == set(objective.term_names) == {"loss", "pixel", "tv"}


def test_pixel_loss_of_luma_by_hand():
    """All channels 10 more: Y grows by 10 * 219 / 255, of which the square is 73.76."""
    objective = SuperResolutionObjective(feature_weight=0, pixel_weight=1.0, pixel_channels="y")
    target = tf.ones((1, 4, 4, 3)) * 100
    np.testing.assert_allclose(
        objective.terms(target + 10, objective.targets(target))["loss"], [(10 * 219 / 255) ** 2], rtol=1e-4
    )


def test_luma_has_no_colour():
    """What is added is orthogonal to the weights of Y: 128.553 R - 65.481 G."""
    objective = SuperResolutionObjective(feature_weight=0, pixel_weight=1.0, pixel_channels="y")
    target = tf.ones((1, 4, 4, 3)) * 100
    terms = objective.terms(target + tf.constant([12.8553, -6.5481, 0.0]), objective.targets(target))
    np.testing.assert_allclose(terms["loss"], [0.0], atol=1e-6)


def test_terms_are_unweighted_and_loss_is_their_weighted_sum(loss_network):
    layers = ("relu1_2", "relu2_2")
    objective = SuperResolutionObjective(
        loss_network, feature_layers=layers, feature_weight=0.5, pixel_weight=2.0, tv_weight=0.1
    )
    outputs, targets = images(1), images(2)
    terms = objective.terms(outputs, objective.targets(targets))
    received, wanted = loss_network(outputs), loss_network(targets)
    for name in layers:
        np.testing.assert_allclose(terms[f"feature/{name}"], feature_loss(wanted[name], received[name]), rtol=1e-5)
    np.testing.assert_allclose(terms["feature"], terms["feature/relu1_2"] + terms["feature/relu2_2"], rtol=1e-5)
    np.testing.assert_allclose(
        terms["loss"], 0.5 * terms["feature"] + 2.0 * terms["pixel"] + 0.1 * terms["tv"], rtol=1e-5
    )
    assert set(terms) == set(objective.term_names)


def test_texture_is_that_of_patches_of_16_pixels(loss_network):
    """16 positions in front of the first pooling and 8 behind it: both of three patches, and none of the rest."""
    layers = ("relu1_2", "relu2_2")
    objective = SuperResolutionObjective(
        loss_network, feature_weight=0, pixel_weight=1.0, texture_weight=1e-3, texture_layers=layers
    )
    outputs, targets = images(1, 20, 50), images(2, 20, 50)
    terms = objective.terms(outputs, objective.targets(targets))
    received, wanted = loss_network(outputs), loss_network(targets)
    for name, side in zip(layers, (16, 8), strict=True):
        patches = [slice(side * column, side * (column + 1)) for column in range(3)]
        by_patch = [style_loss(wanted[name][:, :side, p], received[name][:, :side, p]) for p in patches]
        np.testing.assert_allclose(terms[f"texture/{name}"], np.mean(by_patch, axis=0), rtol=1e-4)
    np.testing.assert_allclose(terms["texture"], terms["texture/relu1_2"] + terms["texture/relu2_2"], rtol=1e-5)
    np.testing.assert_allclose(terms["loss"], terms["pixel"] + 1e-3 * terms["texture"], rtol=1e-5)
    assert set(terms) == set(objective.term_names)


@pytest.mark.parametrize(
    ("weights", "layers"),
    [((1, 0), ["relu2_2"]), ((0, 1), ["relu1_2"]), ((1, 1), ["relu2_2", "relu1_2"]), ((0, 0), [])],
)
def test_layers_are_those_of_terms_with_a_weight(loss_network, weights, layers):
    options = {"feature_weight": weights[0], "texture_weight": weights[1], "pixel_weight": 1.0}
    assert list(SuperResolutionObjective(loss_network, **options).layers) == layers


def test_restored_photograph_costs_nothing(loss_network):
    objective = SuperResolutionObjective(loss_network, pixel_weight=1.0)
    np.testing.assert_allclose(objective.terms(images(1), objective.targets(images(1)))["loss"], [0.0, 0.0])


@pytest.mark.parametrize(
    "options, message",
    [
        ({"feature_weight": 0}, "feature_weight, pixel_weight: expected one above 0. Received: only 0"),
        ({"pixel_weight": -1.0}, "pixel_weight: expected a number of at least 0. Received: -1.0"),
        ({"tv_weight": float("nan")}, "tv_weight: expected a number of at least 0. Received: nan"),
        ({"feature_weight": float("inf")}, "feature_weight: expected a number of at least 0. Received: inf"),
        ({"feature_weight": 0, "pixel_weight": 1, "pixel_channels": "yuv"}, "pixel_channels: expected one of rgb, y"),
        ({}, "loss_network: expected one for a feature weight above 0. Received: none"),
        ({"texture_weight": -1.0}, "texture_weight: expected a number of at least 0. Received: -1.0"),
        (
            {"feature_weight": 0, "pixel_weight": 1, "texture_weight": 1},
            "loss_network: expected one for a texture weight above 0. Received: none",
        ),
    ],
)
def test_settings_that_are_none(options, message):
    with pytest.raises(UserError, match=message):
        SuperResolutionObjective(**options)
