"""The objective of eq. 5."""

import numpy as np
import pytest

from common.errors import UserError
from common.loss_network import build_loss_network
from common.losses import feature_loss, style_loss, total_variation
from fast_style.objective import StyleObjective


@pytest.fixture(scope="module")
def loss_network():
    return build_loss_network("vgg16", ("relu1_2", "relu2_2"), weights="random")


def images(seed, side=16):
    return np.random.default_rng(seed).uniform(0, 255, (2, side, side, 3)).astype("float32")


def objective(loss_network, **options):
    style = np.random.default_rng(9).integers(0, 256, (20, 12, 3), np.uint8)
    options = {"content_layers": ("relu2_2",), "style_layers": ("relu1_2", "relu2_2"), **options}
    return style, StyleObjective(style, loss_network, **options)


def test_terms_are_the_losses_and_their_weighted_sum(loss_network):
    """Each term from its own function on features taken apart; the sum with weights 2, 3, 5 and layers 1, 10."""
    style, sut = objective(
        loss_network, content_weight=2.0, style_weight=3.0, tv_weight=5.0, style_layer_weights=(1.0, 10.0)
    )
    photos, outputs = images(1), images(2)
    terms = {name: value.numpy() for name, value in sut.terms(outputs, sut.content_features(photos)).items()}

    of = {
        "style": loss_network(style[None].astype("float32")),
        "photo": loss_network(photos),
        "output": loss_network(outputs),
    }
    content = feature_loss(of["photo"]["relu2_2"], of["output"]["relu2_2"]).numpy()
    layers = [style_loss(of["style"][n], of["output"][n]).numpy() for n in ("relu1_2", "relu2_2")]
    tv = total_variation(outputs).numpy()
    np.testing.assert_allclose(terms["content"], content, rtol=1e-4)
    np.testing.assert_allclose(terms["style/relu1_2"], layers[0], rtol=1e-4)
    np.testing.assert_allclose(terms["style/relu2_2"], layers[1], rtol=1e-4)
    np.testing.assert_allclose(terms["style"], layers[0] + 10 * layers[1], rtol=1e-4)
    np.testing.assert_allclose(terms["tv"], tv, rtol=1e-5)
    np.testing.assert_allclose(terms["loss"], 2 * content + 3 * (layers[0] + 10 * layers[1]) + 5 * tv, rtol=1e-4)


def test_the_photograph_itself_has_no_content_loss(loss_network):
    _, sut = objective(loss_network)
    photos = images(3)
    np.testing.assert_allclose(sut.terms(photos, sut.content_features(photos))["content"], 0, atol=1e-3)


def test_the_painting_itself_has_no_style_loss(loss_network):
    style, sut = objective(loss_network)
    painting = style[None].astype("float32")
    terms = sut.terms(painting, sut.content_features(painting))
    assert float(terms["style"][0]) < 1e-6 * float(sut.terms(images(1), sut.content_features(images(1)))["style"][0])


def test_content_network_is_no_deeper_than_its_layer(loss_network):
    _, sut = objective(loss_network, content_layers=("relu1_2",))
    assert [layer.name for layer in sut._content_network.model.layers][-1] == "block1_conv2"


@pytest.mark.parametrize("name", ["content_weight", "style_weight", "tv_weight"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_weights_must_be_numbers_of_at_least_zero(loss_network, name, value):
    with pytest.raises(UserError, match=f"{name}: expected a number of at least 0. Received: {value}"):
        objective(loss_network, **{name: value})


def test_layer_weights_must_match_the_layers(loss_network):
    with pytest.raises(UserError, match="style_layer_weights: expected 2 numbers, one a style layer. Received: 1"):
        objective(loss_network, style_layer_weights=(1.0,))
