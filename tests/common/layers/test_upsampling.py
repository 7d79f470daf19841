"""UpsamplingBlock: stride 1/2, resize-convolution, sub-pixel convolution."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.layers import UpsamplingBlock
from fast_style.common.layers.upsampling import UPSAMPLINGS, bilinear_double, depth_to_space, nearest_double
from tests.common.layers.configuration import assert_mixed, assert_round_trip


def built(method, channels, filters=4):
    """A block without normalization, its bias zero, so that its output is ReLU of its convolution."""
    block = UpsamplingBlock(filters, method, normalization="none")
    block.build((None, None, None, channels))
    return block


def test_resize_repeats_pixels_then_convolves(rng):
    images = rng.normal(size=(2, 3, 5, 2)).astype("float32")
    block = built("resize", 2)
    doubled = images.repeat(2, axis=1).repeat(2, axis=2)
    expected = tf.nn.relu(tf.nn.conv2d(doubled, block.convolution.kernel, 1, "SAME"))
    np.testing.assert_allclose(block(images), expected, atol=1e-6)


def test_subpixel_rearranges_channels_into_pixels(rng):
    """Shi et al. 2016, in TensorFlow's order: channel (2 a + b) F + f goes to row 2 i + a, column 2 j + b."""
    images = rng.normal(size=(2, 3, 5, 2)).astype("float32")
    block = built("subpixel", 2, filters=3)
    convolved = tf.nn.conv2d(images, block.convolution.kernel, 1, "SAME").numpy()
    expected = np.zeros((2, 6, 10, 3), "float32")
    for a in range(2):
        for b in range(2):
            expected[:, a::2, b::2] = convolved[..., 3 * (2 * a + b) : 3 * (2 * a + b + 1)]
    np.testing.assert_allclose(block(images), np.maximum(expected, 0), atol=1e-6)


def test_transposed_is_the_gradient_of_a_convolution_of_stride_two(rng):
    """What defines it: <conv(y), x> = <y, transposed(x)>, with the kernel's two channel axes exchanged."""
    images = rng.normal(size=(2, 3, 5, 2)).astype("float32")
    block = built("transposed", 2)
    enlarged = tf.zeros((2, 6, 10, 4))
    with tf.GradientTape() as tape:
        tape.watch(enlarged)
        product = tf.reduce_sum(images * tf.nn.conv2d(enlarged, block.convolution.kernel, 2, "SAME"))
    expected = tf.nn.relu(tape.gradient(product, enlarged))
    np.testing.assert_allclose(block(images), expected, atol=1e-6)


@pytest.mark.parametrize("backend", ["tensorflow", "another"])
def test_nearest_double_equals_numpy_repeat(backend, monkeypatch, rng):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    images = rng.normal(size=(2, 3, 1, 5)).astype("float32")
    np.testing.assert_array_equal(nearest_double(tf.constant(images)), images.repeat(2, axis=1).repeat(2, axis=2))


@pytest.mark.parametrize("backend", ["tensorflow", "another"])
def test_bilinear_double_by_hand(backend, monkeypatch):
    """Pixel centres at halves: each new pixel is 3/4 of the nearest and 1/4 of the next; edges are repeated."""
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    images = tf.constant([0.0, 4.0, 8.0], shape=(1, 1, 3, 1))
    expected = np.array([0.0, 1.0, 3.0, 5.0, 7.0, 8.0])
    np.testing.assert_allclose(bilinear_double(images)[0, :, :, 0], [expected, expected], atol=1e-6)


def test_bilinear_interpolates_then_convolves(rng):
    images = rng.normal(size=(2, 3, 5, 2)).astype("float32")
    block = built("bilinear", 2)
    doubled = tf.image.resize(images, (6, 10), "bilinear")
    expected = tf.nn.relu(tf.nn.conv2d(doubled, block.convolution.kernel, 1, "SAME"))
    np.testing.assert_allclose(block(images), expected, atol=1e-6)


def test_depth_to_space_of_other_backends_equals_tensorflow(monkeypatch, rng):
    inputs = tf.constant(rng.normal(size=(2, 3, 5, 12)).astype("float32"))
    expected = depth_to_space(inputs, 3)
    monkeypatch.setattr(keras.backend, "backend", lambda: "another")
    np.testing.assert_array_equal(depth_to_space(inputs, 3), expected)


@pytest.mark.parametrize("normalization", ["instance", "batch", "none"])
@pytest.mark.parametrize("method", UPSAMPLINGS)
def test_height_and_width_double(method, normalization):
    block = UpsamplingBlock(6, method, normalization)
    assert block(np.zeros((2, 5, 1, 3), "float32")).shape == (2, 10, 2, 6)
    assert block.compute_output_shape((2, 5, 1, 3)) == (2, 10, 2, 6)
    assert block.compute_output_shape((None, None, 7, 3)) == (None, None, 14, 6)


@pytest.mark.slow
@pytest.mark.parametrize("method", UPSAMPLINGS)
def test_size_that_is_not_known(method, rng):
    block = UpsamplingBlock(4, method)
    images = rng.normal(size=(2, 5, 4, 3)).astype("float32")
    function = tf.function(block, input_signature=[tf.TensorSpec((None, None, None, 3))])
    np.testing.assert_allclose(function(images), block(images), atol=1e-5)


@pytest.mark.parametrize("method", UPSAMPLINGS)
def test_normalized_then_relu(method, rng):
    """After the normalization each channel has mean 0; ReLU sets what is negative to 0 and keeps the rest."""
    images = rng.normal(size=(1, 6, 6, 3)).astype("float32")
    block = UpsamplingBlock(4, method)
    outputs = np.asarray(block(images))
    assert outputs.min() == 0.0
    block.normalization.beta.assign(np.full(4, 100.0))  # nothing is negative any more
    lifted = np.asarray(block(images))
    np.testing.assert_allclose(lifted.mean((1, 2)), 100.0, rtol=1e-5)
    np.testing.assert_allclose(outputs, np.maximum(lifted - 100.0, 0), atol=1e-4)


@pytest.mark.parametrize("method, out_channels", [("transposed", 4), ("resize", 4), ("bilinear", 4), ("subpixel", 16)])
def test_bias_only_without_normalization(method, out_channels):
    assert built(method, 3).convolution.bias.shape == (out_channels,)
    assert UpsamplingBlock(4, method).convolution.use_bias is False


@pytest.mark.parametrize("method", UPSAMPLINGS)
@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_mixed_policies(compute_dtype, method, rng):
    block = UpsamplingBlock(4, method, dtype=f"mixed_{compute_dtype}")
    assert_mixed(block, rng.normal(size=(2, 6, 5, 3)).astype("float32"), compute_dtype)


@pytest.mark.parametrize("normalization", ["instance", "batch", "none"])
@pytest.mark.parametrize("method", UPSAMPLINGS)
def test_configuration_round_trip(method, normalization, rng):
    block = UpsamplingBlock(4, method, normalization)
    assert_round_trip(block, rng.normal(size=(2, 6, 5, 3)).astype("float32"))


def test_unknown_method_is_refused():
    with pytest.raises(
        UserError, match=r"upsampling: expected one of transposed, resize, bilinear, subpixel. Received: 'nearest'"
    ):
        UpsamplingBlock(4, "nearest")
