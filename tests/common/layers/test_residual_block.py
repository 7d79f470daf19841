"""ResidualBlock: the identity, cropped where the convolutions are unpadded."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers import ResidualBlock
from tests.common.layers.configuration import assert_mixed, assert_round_trip
from tests.finite_differences import assert_gradient


def silenced(padding, shape):
    """A block whose last normalization multiplies by 0: what is left is the identity."""
    block = ResidualBlock(shape[-1], padding=padding)
    block.build(shape)
    block.second.normalization.gamma.assign(np.zeros(shape[-1]))
    return block


def test_valid_crops_the_identity_by_two_pixels_a_side(rng):
    """Two unpadded 3x3 convolutions take one pixel a side each. Negative values stay: no ReLU follows."""
    images = rng.normal(size=(2, 9, 7, 3)).astype("float32")
    np.testing.assert_array_equal(silenced("valid", images.shape)(images), images[:, 2:-2, 2:-2])


def test_same_keeps_the_identity_whole(rng):
    images = rng.normal(size=(2, 9, 7, 3)).astype("float32")
    np.testing.assert_array_equal(silenced("same", images.shape)(images), images)


@pytest.mark.parametrize("padding, crop", [("valid", 2), ("same", 0)])
def test_equals_two_convolutions_and_the_identity(padding, crop, rng):
    """The five steps by TensorFlow and numpy; ReLU after the first convolution only."""
    images = rng.normal(size=(1, 9, 8, 3)).astype("float32")
    block = ResidualBlock(3, padding=padding)
    outputs = block(images)

    def normalized(x):
        return (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)

    x = tf.nn.conv2d(images, block.first.convolution.kernel, 1, padding.upper()).numpy()
    x = np.maximum(normalized(x), 0)
    x = normalized(tf.nn.conv2d(x, block.second.convolution.kernel, 1, padding.upper()).numpy())
    np.testing.assert_allclose(outputs, images[:, crop : 9 - crop, crop : 8 - crop] + x, atol=1e-5)


@pytest.mark.parametrize("padding, height, width", [("valid", 8, 6), ("same", 12, 10)])
def test_output_shape(padding, height, width):
    block = ResidualBlock(4, padding=padding)
    assert block(np.zeros((1, 12, 10, 4), "float32")).shape == (1, height, width, 4)
    assert block.compute_output_shape((1, 12, 10, 4)) == (1, height, width, 4)
    assert block.compute_output_shape((None, None, None, 4)) == (None, None, None, 4)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_gradient(padding, rng):
    block = ResidualBlock(2, padding=padding, normalization="none")
    images = rng.normal(size=(1, 7, 6, 2)).astype("float32")
    weights = rng.normal(size=block.compute_output_shape(images.shape)).astype("float32")
    # A short step: ReLU has a kink.
    assert_gradient(lambda x: tf.reduce_sum(weights * block(x)), images, step=1e-3)


@pytest.mark.parametrize("normalization", ["instance", "batch", "none"])
@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_mixed_policies(compute_dtype, normalization, rng):
    block = ResidualBlock(4, normalization=normalization, dtype=f"mixed_{compute_dtype}")
    assert_mixed(block, rng.normal(size=(2, 9, 8, 4)).astype("float32"), compute_dtype)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("normalization", ["instance", "batch", "none"])
def test_configuration_round_trip(padding, normalization, rng):
    block = ResidualBlock(3, padding=padding, normalization=normalization)
    assert_round_trip(block, rng.normal(size=(1, 9, 8, 3)).astype("float32"))
