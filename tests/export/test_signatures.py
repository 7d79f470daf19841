"""A SavedModel of functions of a network."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.export.signatures import write_signatures
from fast_style.network import TransformationNetwork


@pytest.mark.slow
def test_each_function_is_traced_once_and_computes_what_the_network_does(tmp_path):
    network = TransformationNetwork(width=2)
    traced = []

    def function(name, factor):
        def compute(images):
            traced.append(name)
            return {"picture": factor * network(images, training=False)}

        return compute, tf.TensorSpec((None, None, None, 3), tf.float32, "photo")

    write_signatures(tmp_path, network, {name: function(name, factor) for name, factor in (("one", 1), ("two", 2))})
    assert sorted(traced) == ["one", "two"]
    photo = tf.constant(np.random.default_rng(0).uniform(0, 255, (1, 12, 16, 3)), tf.float32)
    signatures = tf.saved_model.load(tmp_path).signatures
    expected = network(photo, training=False)
    np.testing.assert_allclose(signatures["one"](photo=photo)["picture"], expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(signatures["two"](photo=photo)["picture"], 2 * expected, rtol=1e-4, atol=1e-3)
