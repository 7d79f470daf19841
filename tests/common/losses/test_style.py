"""Style reconstruction loss: eqs. 3 and 4 of the paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.losses import StyleLoss, gram_loss, gram_matrix, style_loss
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.processor import has_avx512
from tests.finite_differences import assert_gradient

# Height 1, width 2, 2 channels: the pixels (1, 2) and (3, 4).
FEATURES = np.array([[[[1.0, 2.0], [3.0, 4.0]]]], "float32")
# psi psi^T = [[1 + 9, 2 + 12], [2 + 12, 4 + 16]], over C H W = 4.
GRAM = np.array([[[2.5, 3.5], [3.5, 5.0]]])
# Half a unit in the last place of 8 bits; a whole one without AVX-512, where sums are cut off and not rounded.
BFLOAT16_ROUNDING = 2**-8 if has_avx512() else 2**-7


def test_eq_3_by_hand():
    gram = gram_matrix(FEATURES)
    assert gram.dtype == tf.float32
    np.testing.assert_allclose(gram, GRAM)


def test_eq_3_against_einsum(rng):
    features = rng.normal(size=(2, 5, 3, 4)).astype("float32")
    expected = np.einsum("bijc,bijd->bcd", features, features) / (4 * 5 * 3)
    np.testing.assert_allclose(gram_matrix(features), expected, rtol=1e-5, atol=1e-6)


def test_bfloat16_features_are_added_up_in_float32(rng):
    """Ones times 1 + 2^-7, 40,000 of them: added up in bfloat16, whose sums stop growing at 256, far too little."""
    features = tf.cast(np.full((1, 200, 200, 2), 1 + 2**-7), "bfloat16")
    np.testing.assert_allclose(gram_matrix(features), np.full((1, 2, 2), (1 + 2**-7) ** 2 / 2), rtol=BFLOAT16_ROUNDING)
    features = tf.cast(rng.normal(size=(2, 30, 20, 8)), "bfloat16")
    exact = gram_matrix(tf.cast(features, "float32"))
    assert gram_matrix(features).dtype == tf.float32
    np.testing.assert_allclose(gram_matrix(features), exact, rtol=BFLOAT16_ROUNDING, atol=1e-6)


def test_the_gradient_of_bfloat16_features_is_that_of_float32(rng):
    features = tf.cast(rng.normal(size=(2, 6, 5, 3)), "bfloat16")
    target = rng.normal(size=(1, 3, 3)).astype("float32")

    def gradient(features):
        with tf.GradientTape() as tape:
            tape.watch(features)
            loss = gram_loss(target, gram_matrix(features))
        return tf.cast(tape.gradient(loss, features), "float32")

    expected = gradient(tf.cast(features, "float32"))
    np.testing.assert_allclose(gradient(features), expected, atol=0.02 * np.abs(expected).max())


def test_eq_4_by_hand():
    """Against zeros, the squared Frobenius norm 6.25 + 12.25 + 12.25 + 25 = 55.75, not divided by C^2 = 4."""
    loss = style_loss(np.zeros_like(FEATURES), FEATURES)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [55.75])
    np.testing.assert_allclose(gram_loss(np.zeros((1, 2, 2), "float32"), GRAM), [55.75])


def test_defined_for_different_sizes():
    """Where every pixel is (3, 4), the Gram matrix is [[9, 12], [12, 16]] / 2 at any size."""
    small, large = (np.broadcast_to(np.array([3, 4], "float32"), (1, *size, 2)) for size in ((3, 5), (8, 2)))
    np.testing.assert_allclose(gram_matrix(large), [[[4.5, 6.0], [6.0, 8.0]]], rtol=1e-6)
    np.testing.assert_allclose(style_loss(small, large), [0.0], atol=1e-9)


def test_one_target_serves_a_batch():
    """Twice the features have four times the Gram matrix: (4 - 1)^2 * 55.75 = 501.75; the same, 0."""
    outputs = np.concatenate([FEATURES, 2 * FEATURES])
    np.testing.assert_allclose(style_loss(FEATURES, outputs), [0.0, 501.75])


def test_keras_loss_is_the_mean_over_the_batch():
    """(55.75 + 16 * 55.75) / 2: against zeros, four times the Gram matrix has 16 times the norm squared."""
    outputs = np.concatenate([FEATURES, 2 * FEATURES])
    np.testing.assert_allclose(StyleLoss()(np.zeros_like(FEATURES), outputs), 17 * 55.75 / 2)


def test_keras_loss_takes_different_sizes():
    np.testing.assert_allclose(StyleLoss()(np.zeros((1, 3, 3, 2), "float32"), FEATURES), 55.75)


def test_order_of_pixels_does_not_matter(rng):
    features = rng.normal(size=(1, 4, 5, 3)).astype("float32")
    np.testing.assert_allclose(style_loss(features, features[:, ::-1, ::-1]), [0.0], atol=1e-9)


def test_gradient_against_finite_differences(rng):
    target = rng.normal(size=(1, 5, 2, 3)).astype("float32")
    assert_gradient(lambda x: tf.reduce_sum(style_loss(target, x)), 2 * rng.normal(size=(2, 3, 4, 3)))


@pytest.mark.parametrize(("dtype", "rounding"), [("float16", 1e-4), ("bfloat16", BFLOAT16_ROUNDING)])
def test_sums_are_float32_whatever_the_input(dtype, rounding):
    """300^2 = 90000 is beyond float16's 65504, and a sum of bfloat16 numbers stops growing.

    One channel of 300 on 64x64 pixels: 4096 * 90000 / 4096 = 90000, squared 8.1e9. A sum of 4096
    float32 numbers is good to 1e-4; of bfloat16 features it is rounded once, or cut off.
    """
    features = tf.cast(tf.fill((1, 64, 64, 1), 300.0), dtype)
    assert gram_matrix(features).dtype == tf.float32
    np.testing.assert_allclose(gram_matrix(features), [[[90000.0]]], rtol=rounding)
    loss = style_loss(tf.zeros_like(features), features)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [8.1e9], rtol=2 * rounding)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_keras_loss_is_float32_under_mixed_policies(policy):
    with dtype_policy(policy):
        loss = StyleLoss()(tf.zeros((1, 2, 2, 1)), tf.fill((1, 2, 2, 1), 300.0))
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, 8.1e9, rtol=1e-5)


def test_sizes_that_are_not_known_when_traced():
    function = tf.function(style_loss, input_signature=[tf.TensorSpec((None, None, None, 2))] * 2)
    np.testing.assert_allclose(function(np.zeros((1, 3, 1, 2), "float32"), FEATURES), [55.75])


def test_serialisation_round_trip():
    loss = StyleLoss(name="relu1_2", reduction="sum")
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is StyleLoss
    assert copy.get_config() == loss.get_config()
    np.testing.assert_allclose(copy(np.zeros_like(FEATURES), FEATURES), 55.75)
