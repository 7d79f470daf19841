"""The objective of eq. 5."""

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.losses import feature_loss, style_loss, total_variation
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.objective import KEPT_SIZES, StyleObjective
from fast_style.style_losses import STYLE_LOSSES


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
    terms = {name: value.numpy() for name, value in sut.terms(outputs, sut.targets(photos)).items()}

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
    np.testing.assert_allclose(sut.terms(photos, sut.targets(photos))["content"], 0, atol=1e-3)


def test_the_painting_itself_has_no_style_loss(loss_network):
    style, sut = objective(loss_network)
    painting = style[None].astype("float32")
    terms = sut.terms(painting, sut.targets(painting))
    assert float(terms["style"][0]) < 1e-6 * float(sut.terms(images(1), sut.targets(images(1)))["style"][0])


def test_content_network_is_no_deeper_than_its_layer(loss_network):
    _, sut = objective(loss_network, content_layers=("relu1_2",))
    assert [layer.name for layer in sut._target_network.model.layers][-1] == "block1_conv2"


@pytest.mark.parametrize("name", ["content_weight", "style_weight", "tv_weight"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_weights_must_be_numbers_of_at_least_zero(loss_network, name, value):
    with pytest.raises(UserError, match=f"{name}: expected a number of at least 0. Received: {value}"):
        objective(loss_network, **{name: value})


def test_layer_weights_must_match_the_layers(loss_network):
    with pytest.raises(UserError, match="style_layer_weights: expected 2 numbers, one a style layer. Received: 1"):
        objective(loss_network, style_layer_weights=(1.0,))


def test_scaling_of_gatys_is_that_of_their_equations(loss_network):
    """1/2 sum (F - P)^2 and 1 / (4 N^2 M^2) sum (G - A)^2 of unscaled matrices, for one size of all pictures."""
    style = np.random.default_rng(9).integers(0, 256, (16, 16, 3), np.uint8)
    layers = {"content_layers": ("relu2_2",), "style_layers": ("relu1_2", "relu2_2")}
    sut = StyleObjective(style, loss_network, **layers, scaling="gatys")
    photos, outputs = images(1), images(2)
    terms = sut.terms(outputs, sut.targets(photos))
    of = {
        name: {layer: np.asarray(value, np.float64) for layer, value in loss_network(picture).items()}
        for name, picture in (("style", style[None].astype("float32")), ("photo", photos), ("output", outputs))
    }
    content = 0.5 * np.sum((of["output"]["relu2_2"] - of["photo"]["relu2_2"]) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(terms["content"], content, rtol=1e-4)
    for layer in layers["style_layers"]:
        f, a = (
            of[name][layer].reshape(of[name][layer].shape[0], -1, of[name][layer].shape[-1])
            for name in ("output", "style")
        )
        n, m = f.shape[2], f.shape[1]
        difference = np.einsum("bmi,bmj->bij", f, f) - np.einsum("bmi,bmj->bij", a, a)
        expected = np.sum(difference**2, axis=(1, 2)) / (4 * n**2 * m**2)
        np.testing.assert_allclose(terms[f"style/{layer}"], expected, rtol=1e-3)


def test_the_mean_over_a_gram_matrix_is_the_sum_over_its_entries_number(loss_network):
    """64 channels at relu1_2, 128 at relu2_2: eq. 4 over 64^2 and 128^2, so that early layers count more."""
    outputs = images(2)
    (_, paper), (_, mean) = objective(loss_network), objective(loss_network, style_scaling="mean")
    sums, means = (sut.terms(outputs, sut.targets(outputs)) for sut in (paper, mean))
    for layer, channels in (("relu1_2", 64), ("relu2_2", 128)):
        np.testing.assert_allclose(means[f"style/{layer}"], sums[f"style/{layer}"] / channels**2, rtol=1e-5)
    assert mean.settings.style_weight == 8.0


def test_several_paintings_are_averaged_by_their_shares(loss_network):
    """Shares of 1 and 3 are a quarter of the one's loss and three quarters of the other's."""
    paintings = [np.random.default_rng(seed).integers(0, 256, (20, 12, 3), np.uint8) for seed in (7, 8)]
    layers = {"content_layers": (), "style_layers": ("relu1_2",)}
    outputs = images(2)
    one, other = (StyleObjective(p, loss_network, **layers).terms(outputs, {})["style"] for p in paintings)
    both = StyleObjective(paintings, loss_network, **layers, style_blend=(1, 3)).terms(outputs, {})["style"]
    np.testing.assert_allclose(both, (one + 3 * other) / 4, rtol=1e-5)
    equal = StyleObjective(paintings, loss_network, **layers).terms(outputs, {})["style"]
    np.testing.assert_allclose(equal, (one + other) / 2, rtol=1e-5)


@pytest.mark.parametrize("name", STYLE_LOSSES)
def test_every_loss_of_style_takes_its_place_in_the_objective(loss_network, name):
    style, sut = objective(loss_network, style_loss=name, content_weight=0.0, tv_weight=0.0, style_weight=2.0)
    features, outputs = loss_network(style[None].astype("float32")), images(2)
    terms = sut.terms(outputs, sut.targets(outputs))
    of_output = loss_network(outputs)
    expected = sum(STYLE_LOSSES[name].loss(features[n])(of_output[n]).numpy() for n in ("relu1_2", "relu2_2"))
    np.testing.assert_allclose(terms["style"], expected, rtol=1e-4)
    np.testing.assert_allclose(terms["loss"], 2 * expected, rtol=1e-4)


def test_resized_reads_the_painting_anew_and_weights_the_total_variation(loss_network):
    """From the painting as it was given, not from a smaller copy: 20x12 at a short side of 6, then of 12 again."""
    style, sut = objective(loss_network, tv_weight=0.5, style_loss="bn")
    small = sut.resized(6, sum_factor=4.0)
    assert (small.style_image.shape, small.settings.tv_weight, small.settings.style_loss) == ((10, 6, 3), 2.0, "bn")
    np.testing.assert_array_equal(small.resized(12).style_image, style)


def test_resized_keeps_a_few_sizes(loss_network):
    _, sut = objective(loss_network)
    small = sut.resized(6)
    assert sut.resized(6) is small
    assert sut.resized(6, sum_factor=4.0) is not small
    for size in range(7, 6 + KEPT_SIZES):
        sut.resized(size)
    assert sut.resized(6) is not small


def test_a_painting_must_be_uint8(loss_network):
    with pytest.raises(UserError, match="style_image: expected a path or a uint8 array .* Received: float64 array"):
        StyleObjective(np.zeros((20, 12, 3)), loss_network, style_size=6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style_loss": "sum"}, "style_loss: expected one of gram, .* Received: 'sum'"),
        ({"scaling": "none"}, "scaling: expected one of paper, gatys. Received: 'none'"),
        ({"style_blend": (1.0, 2.0)}, "style_blend: expected 1 numbers, one a painting. Received: 2"),
        ({"style_scaling": "sum"}, "style_scaling: expected one of paper, mean. Received: 'sum'"),
        ({"style_blend": (0.0,)}, "style_blend: expected shares that are not all 0. Received: only 0"),
        ({"style_size": 0}, "style_size: expected at least 1 pixel. Received: 0"),
    ],
)
def test_bad_options_are_named(loss_network, options, message):
    with pytest.raises(UserError, match=message):
        objective(loss_network, **options)
