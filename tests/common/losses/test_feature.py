"""Feature reconstruction loss: eq. 2 of the paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.losses import FeatureLoss, feature_loss
from fast_style.common.networks.precision import dtype_policy
from tests.finite_differences import assert_gradient

# Two images of height 2, width 1 and 3 channels.
OUTPUT = np.arange(12, dtype="float32").reshape(2, 2, 1, 3)


def test_eq_2_by_hand():
    """Against zeros: (0 + 1 + 4 + 9 + 16 + 25) / 6 = 55 / 6; (36 + 49 + 64 + 81 + 100 + 121) / 6 = 451 / 6."""
    loss = feature_loss(np.zeros_like(OUTPUT), OUTPUT)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [55 / 6, 451 / 6], rtol=1e-6)


def test_keras_loss_is_the_mean_over_the_batch():
    """(55 + 451) / 12."""
    np.testing.assert_allclose(FeatureLoss()(np.zeros_like(OUTPUT), OUTPUT), 506 / 12, rtol=1e-6)


def test_gradient_against_finite_differences(rng):
    target = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    assert_gradient(lambda x: tf.reduce_sum(feature_loss(target, x)), rng.normal(size=(2, 3, 4, 5)))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_computes_in_float32_whatever_the_input(dtype):
    """Features of 1024 against 0: 1024^2 = 1048576, beyond float16's 65504."""
    features = tf.cast(tf.fill((1, 4, 4, 8), 1024.0), dtype)
    loss = feature_loss(tf.zeros_like(features), features)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [1048576.0])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_keras_loss_is_float32_under_mixed_policies(policy):
    with dtype_policy(policy):
        loss = FeatureLoss()(tf.zeros((1, 4, 4, 8)), tf.fill((1, 4, 4, 8), 1024.0))
    assert loss.dtype == tf.float32
    assert float(loss) == 1048576.0


def test_differing_shapes_are_refused():
    expected = (
        r"feature loss: target and output must have one \(height, width, channels\)\. "
        r"Received: target \(2, 1, 3\), output \(1, 2, 3\)"
    )
    with pytest.raises(UserError, match=expected):
        feature_loss(OUTPUT, OUTPUT.reshape(2, 1, 2, 3))


def test_keras_loss_refuses_differing_shapes():
    with pytest.raises(UserError, match="feature loss: target and output"):
        FeatureLoss()(OUTPUT, OUTPUT.reshape(2, 1, 2, 3))


def test_serialisation_round_trip():
    loss = FeatureLoss(name="relu2_2", reduction="sum")
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is FeatureLoss
    assert copy.get_config() == loss.get_config()
    np.testing.assert_allclose(copy(np.zeros_like(OUTPUT), OUTPUT), 506 / 6, rtol=1e-6)
