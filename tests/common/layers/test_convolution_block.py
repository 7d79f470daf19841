"""ConvolutionBlock: convolution, normalization, ReLU."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.layers import ConvolutionBlock
from tests.common.layers.configuration import assert_mixed, assert_round_trip


def test_closed_form_without_normalization():
    """1x1 kernel 2, bias -3: pixels 1 and 4 give -1, which ReLU makes 0, and 5."""
    block = ConvolutionBlock(1, 1, normalization="none")
    block.build((None, None, None, 1))
    block.set_weights([np.full((1, 1, 1, 1), 2.0), np.array([-3.0])])
    outputs = block(np.array([1.0, 4.0], "float32").reshape(1, 1, 2, 1))
    np.testing.assert_allclose(np.ravel(outputs), [0.0, 5.0], rtol=1e-6)


def test_without_activation_negative_values_stay():
    block = ConvolutionBlock(1, 1, normalization="none", activation=None)
    block.build((None, None, None, 1))
    block.set_weights([np.full((1, 1, 1, 1), 2.0), np.array([-3.0])])
    outputs = block(np.array([1.0, 4.0], "float32").reshape(1, 1, 2, 1))
    np.testing.assert_allclose(np.ravel(outputs), [-1.0, 5.0], rtol=1e-6)


def test_equals_convolution_then_normalization_then_relu(rng):
    """The three steps by TensorFlow and numpy."""
    images = rng.normal(size=(2, 6, 5, 3)).astype("float32")
    block = ConvolutionBlock(4, 3)
    outputs = block(images)
    x = tf.nn.conv2d(images, block.convolution.kernel, 1, "SAME").numpy()
    x = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
    np.testing.assert_allclose(outputs, np.maximum(x, 0), atol=1e-5)


@pytest.mark.parametrize(
    "normalization, names",
    [
        ("instance", ["kernel", "gamma", "beta"]),
        ("batch", ["kernel", "gamma", "beta", "moving_mean", "moving_variance"]),
        ("none", ["kernel", "bias"]),
    ],
)
def test_there_is_a_bias_only_where_no_normalization_subtracts_it(normalization, names):
    block = ConvolutionBlock(4, 3, normalization=normalization)
    block.build((None, None, None, 3))
    assert sorted(v.name for v in block.variables) == sorted(names)


@pytest.mark.parametrize(
    "strides, padding, height, width",
    [(1, "same", 9, 8), (2, "same", 5, 4), (1, "valid", 7, 6), (2, "valid", 4, 3)],
)
def test_shapes(strides, padding, height, width):
    """From 9x8 with a 3x3 kernel: ceil(9 / 2) = 5; 9 - 2 = 7; ceil(7 / 2) = 4."""
    block = ConvolutionBlock(6, 3, strides=strides, padding=padding)
    assert block(np.zeros((2, 9, 8, 3), "float32")).shape == (2, height, width, 6)
    assert block.compute_output_shape((2, 9, 8, 3)) == (2, height, width, 6)


def test_batch_normalization_tells_training_from_inference(rng):
    """Inference uses the moving averages, at first mean 0 and variance 1; training the batch's own."""
    images = rng.normal(3.0, 2.0, size=(2, 6, 5, 3)).astype("float32")
    block = ConvolutionBlock(4, 3, normalization="batch", activation=None)
    inference = block(images, training=False)
    convolved = tf.nn.conv2d(images, block.convolution.kernel, 1, "SAME").numpy()
    np.testing.assert_allclose(inference, convolved / np.sqrt(1 + 1e-5), atol=1e-5)
    training = np.asarray(block(images, training=True))
    np.testing.assert_allclose(training.mean((0, 1, 2)), 0.0, atol=1e-5)
    # A tenth of the way from 0 to the batch's mean: momentum 0.9.
    moved = block.normalization.moving_mean.numpy()
    np.testing.assert_allclose(moved, 0.1 * convolved.mean((0, 1, 2)), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("normalization", ["instance", "batch", "none"])
@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_mixed_policies(compute_dtype, normalization, rng):
    block = ConvolutionBlock(4, 3, normalization=normalization, dtype=f"mixed_{compute_dtype}")
    assert_mixed(block, rng.normal(size=(2, 6, 5, 3)).astype("float32"), compute_dtype)


@pytest.mark.parametrize("normalization", ["instance", "batch", "none"])
def test_configuration_round_trip(normalization, rng):
    block = ConvolutionBlock(4, 5, strides=2, padding="valid", normalization=normalization, activation=None)
    assert_round_trip(block, rng.normal(size=(2, 9, 8, 3)).astype("float32"))


def test_unknown_normalization_is_refused():
    with pytest.raises(UserError, match=r"normalization: expected one of instance, batch, none. Received: 'group'"):
        ConvolutionBlock(4, 3, normalization="group")
