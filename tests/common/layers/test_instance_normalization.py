"""InstanceNormalization: equal to tensorflow-addons', on the fused and on the general path."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers import InstanceNormalization
from tests.common.layers.configuration import assert_mixed, assert_round_trip
from tests.finite_differences import assert_gradient

# Made by golden/make_tfa_golden.py.
GOLDEN = np.load(Path(__file__).parent / "golden" / "tfa_golden.npz")
CASES = sorted({key.split("/")[0] for key in GOLDEN.files if key.startswith("instance_")})


def any_batch(layer):
    """The layer as a function of images whose number is not known when it is traced."""
    return tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, None), layer.compute_dtype)])


def make_layer(gamma, beta, epsilon=1e-5, **options):
    layer = InstanceNormalization(epsilon, **options)
    layer.build((None, None, None, len(gamma)))
    layer.set_weights([np.asarray(gamma, "float32"), np.asarray(beta, "float32")])
    return layer


@pytest.mark.parametrize("path", ["fused", "general"])
@pytest.mark.parametrize("case", CASES)
def test_equals_tensorflow_addons(case, path):
    """Golden values: TFA 0.23 on TensorFlow 2.15.1, with gamma and beta other than ones and zeros."""
    values = {key: GOLDEN[f"{case}/{key}"] for key in ("inputs", "gamma", "beta", "epsilon", "outputs")}
    layer = make_layer(values["gamma"], values["beta"], float(values["epsilon"]))
    outputs = layer(values["inputs"]) if path == "fused" else general(layer, values["inputs"])
    np.testing.assert_allclose(outputs, values["outputs"], rtol=0, atol=1e-5)


def general(layer, inputs):
    function = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, inputs.shape[-1]), tf.float32)])
    return function(inputs)


def test_golden_values_name_their_versions():
    assert GOLDEN["versions"].tolist() == ["2.15.1", "0.23.0"]
    assert len(CASES) == 5


@pytest.mark.parametrize("path", ["fused", "general"])
def test_closed_form(path):
    """Pixels 1 and 3: mean 2, biased variance 1, so -+1 / sqrt(1 + 0.21) = -+1 / 1.1; times 2.2, plus 0.5."""
    layer = make_layer([2.2], [0.5], epsilon=0.21)
    inputs = np.array([1.0, 3.0], "float32").reshape(1, 1, 2, 1)
    outputs = layer(inputs) if path == "fused" else general(layer, inputs)
    np.testing.assert_allclose(np.ravel(outputs), [-1.5, 2.5], rtol=1e-6)


@pytest.mark.parametrize("path", ["fused", "general"])
def test_one_pixel_becomes_beta(path):
    """Of one pixel the variance is 0 and x - mean is 0."""
    layer = make_layer([3.0, 3.0], [0.25, -1.0])
    inputs = np.full((2, 1, 1, 2), 77.0, "float32")
    outputs = layer(inputs) if path == "fused" else general(layer, inputs)
    np.testing.assert_allclose(outputs, np.broadcast_to([0.25, -1.0], (2, 1, 1, 2)), atol=1e-6)


def test_images_of_a_batch_do_not_mix(rng):
    layer = make_layer([1.0, 1.0], [0.0, 0.0])
    images = rng.normal(size=(3, 4, 5, 2)).astype("float32") * np.array([1, 10, 100]).reshape(3, 1, 1, 1)
    together = layer(images)
    alone = np.concatenate([layer(images[i : i + 1]) for i in range(3)])
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("path", ["fused", "general"])
def test_gradient_by_the_input(path, rng):
    layer = make_layer([1.5, 0.5], [0.1, -0.2])
    call = layer if path == "fused" else lambda x: general(layer, x)
    weights = rng.normal(size=(2, 4, 3, 2)).astype("float32")
    assert_gradient(lambda x: tf.reduce_sum(weights * call(x)), rng.normal(size=(2, 4, 3, 2)))


def test_gradients_by_gamma_and_beta(rng):
    """dL/dbeta is the sum of the incoming gradient, dL/dgamma its sum times the normalized input."""
    layer = make_layer([1.0, 1.0], [0.0, 0.0])
    inputs, incoming = rng.normal(size=(2, 3, 4, 5, 2)).astype("float32")
    for call in (layer, lambda x: general(layer, x)):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(incoming * call(inputs))
        gamma, beta = tape.gradient(loss, [layer.gamma.value, layer.beta.value])
        np.testing.assert_allclose(gamma, (incoming * np.asarray(layer(inputs))).sum((0, 1, 2)), rtol=1e-4)
        np.testing.assert_allclose(beta, incoming.sum((0, 1, 2)), rtol=1e-4)


@pytest.mark.parametrize("path", ["fused", "general"])
@pytest.mark.parametrize("policy, low", [("mixed_bfloat16", 256.0), ("mixed_float16", 2048.0)])
def test_statistics_are_float32_under_mixed_policies(policy, low, path):
    """The mean of `low` and `low + 2` cannot be written in the compute dtype, whose step there is 2.

    With float32 statistics the outputs are -+1 / sqrt(1 + 1e-5), -+1 after rounding; with a mean
    rounded to either pixel, one of them would be 0.
    """
    layer = make_layer([1.0], [0.0], dtype=policy)
    inputs = tf.cast(np.array([low, low + 2], "float32").reshape(1, 1, 2, 1), layer.compute_dtype)
    outputs = layer(inputs) if path == "fused" else any_batch(layer)(inputs)
    assert outputs.dtype == layer.compute_dtype
    np.testing.assert_allclose(np.ravel(tf.cast(outputs, "float32")), [-1.0, 1.0], atol=1e-3)


@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_mixed_policies(compute_dtype, rng):
    layer = InstanceNormalization(dtype=f"mixed_{compute_dtype}")
    assert_mixed(layer, rng.normal(size=(2, 6, 5, 3)).astype("float32"), compute_dtype)


def test_configuration_round_trip(rng):
    layer = InstanceNormalization(0.02, dtype="mixed_bfloat16", name="norm")
    inputs = rng.normal(size=(2, 4, 3, 2)).astype("float32")
    layer.build(inputs.shape)
    layer.set_weights([np.array([2.0, 3.0]), np.array([0.5, 0.25])])
    assert_round_trip(layer, inputs)
    assert layer.get_config()["epsilon"] == 0.02


def test_shape_is_kept():
    assert InstanceNormalization().compute_output_shape((None, 7, None, 3)) == (None, 7, None, 3)
    symbolic = InstanceNormalization()(keras.Input((None, None, 3)))
    assert symbolic.shape == (None, None, None, 3)
