"""ScaledTanh: pixel values, in float32."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers import ScaledTanh
from fast_style.common.networks.precision import dtype_policy
from tests.common.layers.configuration import assert_round_trip
from tests.finite_differences import assert_gradient


def test_closed_form():
    """tanh(0) = 0 gives mid-grey; artanh(127.5 / 150) = ln(277.5 / 22.5) / 2 gives white; the limits: -22.5, 277.5."""
    white = 0.5 * np.log(277.5 / 22.5)
    inputs = np.array([0.0, white, -white, 50.0, -50.0], "float32").reshape(1, 1, 5, 1)
    np.testing.assert_allclose(np.ravel(ScaledTanh()(inputs)), [127.5, 255.0, 0.0, 277.5, -22.5], atol=1e-3)


def test_other_scale():
    assert float(ScaledTanh(127.5)(np.full((1, 1, 1, 1), 50.0, "float32"))[0, 0, 0, 0]) == 255.0


def test_offset_of_zero_makes_a_difference():
    """tanh is odd: the output is symmetric about 0, at most the scale."""
    outputs = np.ravel(ScaledTanh(40.0, offset=0.0)(np.array([-50.0, 0.0, 50.0], "float32").reshape(1, 1, 3, 1)))
    np.testing.assert_allclose(outputs, [-40.0, 0.0, 40.0])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_output_is_float32_under_mixed_policies(policy):
    """0.3 in the compute dtype and tanh in float32: 127.5 + 150 tanh(0.3) to better than bfloat16's step of 1."""
    with dtype_policy(policy):
        layer = ScaledTanh()
        inputs = tf.cast(tf.fill((1, 2, 2, 3), 0.3), policy.removeprefix("mixed_"))
        outputs = layer(inputs)
    assert outputs.dtype == tf.float32
    expected = 127.5 + 150 * np.tanh(np.float64(tf.cast(inputs, "float32")[0, 0, 0, 0].numpy()))
    np.testing.assert_allclose(outputs, expected, atol=1e-3)


def test_a_policy_that_is_asked_for_does_not_change_it():
    assert ScaledTanh(dtype="mixed_bfloat16").compute_dtype == "float32"


def test_gradient(rng):
    assert_gradient(lambda x: tf.reduce_sum(ScaledTanh()(x)), rng.normal(size=(1, 3, 3, 3)))


def test_configuration_round_trip(rng):
    assert_round_trip(ScaledTanh(99.0, offset=3.0), rng.normal(size=(1, 3, 3, 3)).astype("float32"))
