"""What every layer is tested for: its configuration and its dtype policies."""

import json

import keras
import numpy as np


def assert_round_trip(layer, inputs):
    """A layer made again from its JSON configuration and given the weights computes the same numbers."""
    expected = np.asarray(layer(inputs))
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(layer)
    assert copy.get_config() == layer.get_config()
    copy(inputs)
    copy.set_weights(layer.get_weights())
    np.testing.assert_array_equal(np.asarray(copy(inputs)), expected)


def assert_mixed(layer, inputs, compute_dtype):
    """Variables are float32; the output has the compute dtype, is finite and near that of float32.

    Near: relative to the largest value, within 8 roundings of bfloat16 (2^-8) or float16 (2^-11).
    """
    output = layer(inputs)
    assert keras.backend.standardize_dtype(output.dtype) == compute_dtype
    assert all(variable.dtype == "float32" for variable in layer.variables)
    reference = type(layer).from_config({**layer.get_config(), "dtype": "float32"})
    reference(inputs)
    reference.set_weights(layer.get_weights())
    expected = np.asarray(reference(inputs))
    rounding = {"bfloat16": 2.0**-8, "float16": 2.0**-11}[compute_dtype]
    error = np.abs(np.asarray(keras.ops.cast(output, "float32")) - expected).max()
    assert error <= 8 * rounding * max(1.0, np.abs(expected).max())
