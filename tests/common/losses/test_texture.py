"""Texture loss: the style loss of patches."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.losses import TextureLoss, style_loss, texture_loss
from tests.finite_differences import assert_gradient


def test_by_hand():
    """Patches of one position with one channel: Gram matrices are squares. ((4 - 1)^2 + (9 - 9)^2) / 2 = 4.5."""
    target, output = np.array([[[[1.0], [3.0]]]]), np.array([[[[2.0], [-3.0]]]])
    loss = texture_loss(target, output, 1)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [4.5])


def test_it_is_the_mean_style_loss_of_patches(rng):
    """Two rows of three; what is left over at the bottom and right does not count."""
    target, output = rng.normal(size=(2, 2, 9, 14, 5)).astype("float32")
    places = [
        (slice(4 * row, 4 * row + 4), slice(4 * column, 4 * column + 4)) for row in range(2) for column in range(3)
    ]
    expected = np.mean([style_loss(target[:, y, x], output[:, y, x]) for y, x in places], axis=0)
    np.testing.assert_allclose(texture_loss(target, output, 4), expected, rtol=1e-5)
    output[:, 8:], output[:, :, 12:] = 0, 0
    np.testing.assert_allclose(texture_loss(target, output, 4), expected, rtol=1e-5)


def test_where_in_a_patch_does_not_count_and_which_patch_does(rng):
    target = rng.normal(size=(1, 4, 8, 3)).astype("float32")
    turned = np.concatenate([target[:, :, 3::-1], target[:, ::-1, 4:]], axis=2)
    np.testing.assert_allclose(texture_loss(target, turned, 4), [0.0], atol=1e-6)
    assert texture_loss(target, target[:, :, ::-1], 4)[0] > 1e-3


def test_a_blur_costs_more_than_texture_in_another_place(rng):
    """Which is what it is for; to the squared distance of features the blur is the better of the two."""
    target, other = rng.normal(size=(2, 1, 16, 16, 8)).astype("float32")
    blur = np.zeros_like(target)
    assert texture_loss(target, blur) > 3 * texture_loss(target, other)
    assert np.square(target - blur).mean() < np.square(target - other).mean()


def test_gradient(rng):
    target, output = rng.normal(size=(2, 1, 4, 4, 2)).astype("float32")
    assert_gradient(lambda x: texture_loss(target, x, 2)[0], output)


def test_keras_loss_is_the_mean_over_the_batch_and_survives_saving(rng):
    target, output = rng.normal(size=(2, 3, 8, 8, 2)).astype("float32")
    loss = keras.losses.deserialize(keras.losses.serialize(TextureLoss(patch=4)))
    np.testing.assert_allclose(loss(target, output), np.mean(texture_loss(target, output, 4)), rtol=1e-5)


def test_shapes_that_differ():
    with pytest.raises(UserError, match="texture loss: target and output must have one"):
        texture_loss(np.zeros((1, 8, 8, 4)), np.zeros((1, 16, 16, 4)))


def test_features_smaller_than_a_patch():
    with pytest.raises(UserError, match="texture loss: expected features of at least 8x8. Received: 9x7"):
        texture_loss(np.zeros((1, 7, 9, 2)), np.zeros((1, 7, 9, 2)))


@pytest.mark.parametrize("patch", [0, -1])
def test_a_patch_without_positions(patch):
    features, message = np.zeros((1, 8, 8, 2)), f"^patch: expected a whole number of at least 1. Received: {patch}$"
    with pytest.raises(UserError, match=message):
        texture_loss(features, features, patch)
    with pytest.raises(UserError, match=message):
        TextureLoss(patch=patch)
