"""Total variation: the sum of squared differences between neighbouring pixels."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.losses import TotalVariationLoss, total_variation
from fast_style.common.networks.precision import dtype_policy
from tests.finite_differences import assert_gradient

IMAGE = np.array([[1.0, 2.0], [4.0, 8.0]], "float32").reshape(1, 2, 2, 1)


def test_by_hand():
    """Down: 3^2 + 6^2 = 45; right: 1^2 + 4^2 = 17."""
    value = total_variation(IMAGE)
    assert value.dtype == tf.float32
    np.testing.assert_allclose(value, [62.0])


def test_channels_and_images():
    """A channel of twice the values adds 4 * 62; a constant image has none."""
    image = np.concatenate([IMAGE, 2 * IMAGE], axis=-1)
    np.testing.assert_allclose(total_variation(np.concatenate([image, np.full_like(image, 9.0)])), [310.0, 0.0])


def test_is_a_sum_and_not_a_mean():
    """A checkerboard of 0 and 1, 4x5: 3 * 5 differences of 1 down and 4 * 4 to the right."""
    board = (np.add.outer(np.arange(4), np.arange(5)) % 2).astype("float32").reshape(1, 4, 5, 1)
    np.testing.assert_allclose(total_variation(board), [31.0])


@pytest.mark.parametrize("shape, expected", [((1, 1, 1, 3), 0.0), ((1, 1, 2, 1), 1.0), ((1, 2, 1, 1), 1.0)])
def test_one_pixel_wide(shape, expected):
    """A ramp of step 1 along the one axis that has two pixels."""
    pixels = np.arange(np.prod(shape[1:3])).reshape(1, *shape[1:3], 1)
    np.testing.assert_allclose(total_variation(np.broadcast_to(pixels, shape).astype("float32")), [expected])


def test_gradient_by_hand():
    """At 1: 2 (1 - 4) + 2 (1 - 2) = -8; at 2: 2 (2 - 8) + 2 = -10; at 4: 6 + 2 (4 - 8) = -2; at 8: 12 + 8 = 20."""
    image = tf.constant(IMAGE)
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_sum(total_variation(image))
    np.testing.assert_allclose(np.ravel(tape.gradient(value, image)), [-8.0, -10.0, -2.0, 20.0])


def test_gradient_against_finite_differences(rng):
    assert_gradient(lambda x: tf.reduce_sum(total_variation(x)), rng.normal(size=(2, 4, 3, 2)))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "uint8"])
def test_computes_in_float32_whatever_the_input(dtype):
    """Stripes of 0 and 255, 4x4: 4 * 3 differences of 255^2 = 65025, together 780300."""
    stripes = tf.cast(np.tile([0.0, 255.0], (4, 2)).reshape(1, 4, 4, 1), dtype)
    value = total_variation(stripes)
    assert value.dtype == tf.float32
    np.testing.assert_allclose(value, [780300.0])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_keras_loss_is_float32_under_mixed_policies(policy):
    with dtype_policy(policy):
        value = TotalVariationLoss()(IMAGE, 255 * IMAGE)
    assert value.dtype == tf.float32
    np.testing.assert_allclose(value, 62.0 * 65025)


def test_keras_loss_is_the_mean_over_the_batch_and_ignores_the_target():
    """(62 + 4 * 62) / 2."""
    images = np.concatenate([IMAGE, 2 * IMAGE])
    np.testing.assert_allclose(TotalVariationLoss()(100 * images, images), 155.0)


def test_serialisation_round_trip():
    loss = TotalVariationLoss(name="tv", reduction="sum")
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is TotalVariationLoss
    assert copy.get_config() == loss.get_config()
    np.testing.assert_allclose(copy(IMAGE, IMAGE), 62.0)
