"""Batches without a photograph, as a replica gets for which none are left."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.multi_style import MultiStyleTransfer, conditions_of
from fast_style.network import TransformationNetwork
from superres import SRCNN, SuperResolution, SuperResolutionNetwork

NETWORKS = {
    "style": lambda: TransformationNetwork(width=4),
    "x2": lambda: SuperResolutionNetwork(2, width=4, residual_blocks=1),
    "srcnn": lambda: SRCNN(2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_an_empty_batch_is_answered_by_one(name):
    network = NETWORKS[name]()
    empty, two = np.zeros((0, 16, 20, 3), np.uint8), np.random.default_rng(0).integers(0, 256, (2, 16, 20, 3), np.uint8)
    expected = (0, 16 * network.factor, 20 * network.factor, 3)

    def call(images):
        return network(images, training=False)

    of_any_size = tf.function(call, input_signature=[tf.TensorSpec((None, None, None, 3), tf.uint8)])
    assert network(empty).shape == expected
    assert tf.function(call)(tf.constant(empty)).shape == expected
    assert of_any_size(empty).shape == expected
    np.testing.assert_allclose(of_any_size(two), network(two), atol=1e-3)


def trainer():
    keras.utils.set_random_seed(0)
    network = SuperResolutionNetwork(2, width=4, residual_blocks=1)
    model = SuperResolution(network, feature_weight=0, pixel_weight=1)
    model.compile("sgd")
    return model


def photographs(count):
    return np.random.default_rng(1).integers(0, 256, (count, 32, 32, 3), np.uint8)


def weights(model):
    return [np.asarray(variable) for variable in model.network.weights]


@pytest.mark.slow
def test_an_empty_batch_leaves_training_and_averages_as_they_were():
    """Three batches with one of none among them, as without it: weights, statistics and the mean loss."""
    parts = [photographs(2), photographs(0), photographs(4)[2:]]
    found = []
    for batches in (parts, [part for part in parts if len(part)]):
        model = trainer()
        data = tf.data.Dataset.from_generator(
            lambda batches=batches: iter(batches), output_signature=tf.TensorSpec((None, 32, 32, 3), tf.uint8)
        ).apply(tf.data.experimental.assert_cardinality(len(batches)))
        history = model.fit(data, verbose=0)
        found.append((history.history["loss"], weights(model)))
    (loss, trained), (expected_loss, expected) = found
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-6)
    for one, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


MIRRORED = """
from fast_style.common.startup import start_tensorflow
start_tensorflow()
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tests.common.training.test_empty_batch import many_paintings, photographs, trainer, weights
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    model = trainer()
# Batches of two for two replicas; the last photograph is alone, and the second replica has none.
history = model.fit(tf.data.Dataset.from_tensor_slices(photographs(5)).batch(2), epochs=2, verbose=0)
assert np.isfinite(history.history["loss"]).all(), history.history
assert all(np.isfinite(array).all() for array in weights(model))
with strategy.scope():
    many = many_paintings()
many.fit(tf.data.Dataset.from_tensor_slices(photographs(5)).batch(2), epochs=2, verbose=0)
# Replicas that each go through the paintings by themselves count by the mean: 5 of 10.
assert sum(one["photographs"] for one in many.measured()["paintings"].values()) == 5, many.measured()
assert all(np.isfinite(array).all() for array in weights(many))
print("trained")
"""


def many_paintings():
    """A trainer of two paintings, which counts what it trained on."""
    rng = np.random.default_rng(1)
    paintings = {name: rng.integers(0, 256, (40, 40, 3), np.uint8) for name in ("one", "two")}
    network = TransformationNetwork(width=2, conditions=conditions_of(paintings, (32,)))
    options = {"content_layers": ["relu1_1"], "style_layers": ["relu1_2"], "style_weight": 1e-9}
    model = MultiStyleTransfer(paintings, network, style_sizes=(32,), loss_weights="random", **options)
    model.compile(keras.optimizers.Adam(1e-3))
    return model


@pytest.mark.slow
def test_a_replica_that_gets_none_trains_on(fresh_processes):
    done = fresh_processes.run(MIRRORED, cwd=Path(__file__).parents[3])
    assert done.stdout.strip().endswith("trained"), done.stderr[-3000:]
