"""Pixel loss: ||output - target||^2 / (C H W)."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.losses import PixelLoss, pixel_loss
from fast_style.common.networks.precision import dtype_policy
from tests.finite_differences import assert_gradient

# One image of height 1, width 2 and 2 channels, and one of zeros.
OUTPUT = np.array([[[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, 0.0], [0.0, 0.0]]]], "float32")
TARGET = np.array([[[[0.0, 0.0], [0.0, 6.0]]], [[[2.0, 2.0], [2.0, 2.0]]]], "float32")


def test_by_hand():
    """First image: (1 + 4 + 9 + 4) / 4 = 4.5; second: 4 * 4 / 4 = 4."""
    loss = pixel_loss(TARGET, OUTPUT)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [4.5, 4.0])


def test_keras_loss_is_the_mean_over_the_batch():
    """(4.5 + 4) / 2."""
    assert float(PixelLoss()(TARGET, OUTPUT)) == 4.25


def test_gradient_by_hand():
    """2 (output - target) / (C H W), C H W = 4."""
    output = tf.constant(OUTPUT)
    with tf.GradientTape() as tape:
        tape.watch(output)
        loss = tf.reduce_sum(pixel_loss(TARGET, output))
    np.testing.assert_allclose(tape.gradient(loss, output), (OUTPUT - TARGET) / 2)


def test_gradient_against_finite_differences(rng):
    target = rng.normal(size=(2, 3, 4, 2)).astype("float32")
    assert_gradient(lambda x: tf.reduce_sum(pixel_loss(target, x)), rng.normal(size=(2, 3, 4, 2)))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "uint8"])
def test_computes_in_float32_whatever_the_input(dtype):
    """Black against white is 255^2 = 65025 a pixel; 100 of them in float16 overflow (65504) in the sum."""
    black, white = tf.cast(tf.zeros((1, 10, 10, 3)), dtype), tf.cast(tf.fill((1, 10, 10, 3), 255.0), dtype)
    loss = pixel_loss(black, white)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [65025.0])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_keras_loss_is_float32_under_mixed_policies(policy):
    """2^2 and 0.002^2: in bfloat16 and float16 their sum is 4; float32 keeps the 4e-6."""
    output = np.array([2.0, 0.002], "float32").reshape(1, 1, 2, 1)
    with dtype_policy(policy):
        loss = PixelLoss()(np.zeros_like(output), output)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, (4.0 + 4e-6) / 2, rtol=1e-7)


@pytest.mark.parametrize("shape", [(1, 1, 3, 2), (1, 2, 2, 2), (1, 1, 2, 3), (1, 1, 1, 2)])
def test_differing_shapes_are_refused(shape):
    expected = (
        r"pixel loss: target and output must have one \(height, width, channels\)\. "
        rf"Received: target \(1, 2, 2\), output \({shape[1]}, {shape[2]}, {shape[3]}\)"
    )
    with pytest.raises(UserError, match=expected):
        pixel_loss(np.zeros((1, 1, 2, 2), "float32"), np.zeros(shape, "float32"))


def test_differing_ranks_are_refused():
    """A forgotten batch axis would broadcast: (4, 4, 4) against (1, 4, 4, 4)."""
    with pytest.raises(UserError, match=r"Received: target \(4, 4, 4\), output \(4, 4\)"):
        pixel_loss(np.zeros((1, 4, 4, 4), "float32"), np.zeros((4, 4, 4), "float32"))


def test_sizes_that_are_not_known_when_traced():
    function = tf.function(pixel_loss, input_signature=[tf.TensorSpec((None, None, None, 2))] * 2)
    np.testing.assert_allclose(function(TARGET, OUTPUT), [4.5, 4.0])


def test_serialisation_round_trip():
    loss = PixelLoss(name="per_pixel", reduction="sum")
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is PixelLoss
    assert copy.get_config() == loss.get_config()
    assert float(copy(TARGET, OUTPUT)) == 8.5
