"""The normalised network of Gatys et al., and average pooling."""

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.loss_network import build_loss_network

LAYERS = ("relu1_1", "relu1_2", "relu2_1", "relu2_2")


def photos():
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (12, 16, 3), np.uint8), random.integers(0, 256, (20, 8, 3), np.uint8)]


def features(network):
    """The activations over all photographs: by layer, (positions, filters)."""
    outputs = [network(photo[None].astype("float32")) for photo in photos()]
    return {
        name: np.concatenate([np.asarray(o[name])[0].reshape(-1, o[name].shape[-1]) for o in outputs])
        for name in LAYERS
    }


@pytest.fixture
def weights(tmp_path):
    """A file with kernels of a random network and biases as large as what they are added to."""
    model = build_loss_network("vgg19", LAYERS, "random").model
    random, arrays = np.random.default_rng(3), {}
    for layer in (layer for layer in model.layers if layer.name.startswith("block") and layer.weights):
        kernel, bias = layer.get_weights()
        arrays |= {f"{layer.name}/kernel": kernel, f"{layer.name}/bias": random.normal(0, 50, bias.shape)}
    np.savez(tmp_path / "vgg19.npz", **arrays)
    return str(tmp_path / "vgg19.npz")


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_the_mean_activation_of_every_filter_is_one_and_nothing_else_changes(pooling, weights):
    """Each filter's activations are those of the plain network, divided by their mean."""
    plain = features(build_loss_network("vgg19", LAYERS, weights, pooling=pooling))
    network = build_loss_network("vgg19", LAYERS, weights, pooling=pooling, normalize_over=photos())
    normalised = features(network)
    assert network.record()["normalized_over_photographs"] == 2
    for name in LAYERS:
        alive = plain[name].mean(0) > 0
        assert alive.mean() > 0.8
        np.testing.assert_allclose(normalised[name].mean(0)[alive], 1.0, rtol=1e-3)
        expected = plain[name][:, alive] / plain[name].mean(0)[alive]
        np.testing.assert_allclose(normalised[name][:, alive], expected, rtol=1e-2, atol=1e-3)


def test_average_pooling_takes_means_of_four():
    """relu2_1 is the second block's convolution of the means; a flat picture has the same features either way."""
    layers = ("relu1_2", "relu2_1")
    network = build_loss_network("vgg16", layers, "random", pooling="average")
    image = np.random.default_rng(1).uniform(0, 255, (1, 8, 8, 3)).astype("float32")
    outputs = {name: np.asarray(value) for name, value in network(image).items()}
    means = outputs["relu1_2"].reshape(1, 4, 2, 4, 2, 64).mean((2, 4))
    convolution = network.model.get_layer("block2_conv1")
    np.testing.assert_allclose(outputs["relu2_1"], convolution(means), rtol=1e-4, atol=1e-3)
    assert not any(isinstance(layer, keras.layers.MaxPooling2D) for layer in network.model.layers)
    assert network.record() == {"architecture": "vgg16", "weights": "random", "sha256": None, "pooling": "average"}


def test_an_unknown_pooling_is_refused():
    with pytest.raises(UserError, match="pooling: expected one of max, average. Received: 'median'"):
        build_loss_network("vgg16", ("relu1_1",), "random", pooling="median")
