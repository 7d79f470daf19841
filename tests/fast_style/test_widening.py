"""Wider networks to go on from: they paint the same, and their filters part."""

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork, begun_as
from fast_style.task import load_network
from fast_style.widening import widened
from tests.fast_style.test_streaming import photograph, trained


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalization": "batch", "upsampling": "resize"},
        {"conditions": ["a", "b"], "noise_channels": 3, "upsampling": "bilinear"},
        {"normalization": "none", "reflection_padding": 0},
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_a_wider_network_paints_the_same(options, times):
    network, rgb = trained(**options), photograph(41, 30)[None]
    wider = widened(network, 4 * times)
    assert wider.get_config() == {**network.get_config(), "width": 4 * times}
    expected = np.asarray(network(rgb))
    assert expected.std() > 1
    np.testing.assert_allclose(wider(rgb), expected, atol=5e-3)


def test_copies_of_a_filter_are_given_different_gradients():
    """Adam steps by the sign of gradients at first: copies whose gradients differ by a factor would stay the same."""
    import tensorflow as tf

    wider, rgb = widened(trained(), 8), photograph(41, 30)[None]
    kernel = wider.blocks[1].convolution.kernel
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(wider(rgb, training=True) - 100.0))
    gradient = tape.gradient(loss, kernel.value).numpy()
    one, other = np.split(gradient.reshape(-1, gradient.shape[-1]), 2, axis=1)
    cosines = (one * other).sum(0) / np.linalg.norm(one, axis=0) / np.linalg.norm(other, axis=0)
    assert cosines.max() < 0.99


def test_a_training_begins_at_a_narrower_network():
    plain, rgb = trained(upsampling="resize"), photograph(41, 30)[None]
    network = begun_as(plain, TransformationNetwork(width=8, upsampling="bilinear", noise_channels=2))
    assert (network.width, network.upsampling, network.noise_channels) == (8, "bilinear", 2)
    same = begun_as(plain, TransformationNetwork(width=8, upsampling="resize"))
    np.testing.assert_allclose(same(rgb), plain(rgb), atol=5e-3)
    for width in (2, 6):  # no multiple: what copies weights says so
        assert begun_as(plain, TransformationNetwork(width=width, upsampling="resize")) is plain


def test_the_starts_that_the_guide_names_fit():
    """docs/guide/train.md, "Many paintings in one network" and "Fewer iterations"."""
    for name, options in (
        ("paintings", {"conditions": ["a", "b"]}),
        ("wave_fast", {"noise_channels": 3}),
    ):
        network = TransformationNetwork(upsampling="bilinear", margin=8, **options)
        begun = begun_as(load_network(name), network)
        own = {"name": None, "conditions": None, "noise_seed": None, "margin": None}
        assert {**begun.get_config(), **own} == {**network.get_config(), **own}


def test_the_error_describes_the_network_that_was_given():
    layers = {"content_layers": ("relu1_1",), "style_layers": ("relu1_1",), "loss_weights": "random", "style_size": 32}
    wider = TransformationNetwork(width=8, upsampling="bilinear")
    model = StyleTransfer(np.zeros((40, 40, 3), "uint8"), wider, **layers)
    with pytest.raises(UserError, match="architecture TransformationNetwork of width=8, .* Received: .* of width=4, "):
        model.initialize(TransformationNetwork(width=4, upsampling="transposed"))


@pytest.mark.parametrize("width", [2, 6])
def test_no_multiple_is_refused(width):
    with pytest.raises(UserError, match=f"width: expected a multiple of 4. Received: {width}"):
        widened(trained(), width)
