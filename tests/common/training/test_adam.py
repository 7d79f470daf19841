"""Adam by TensorFlow's operation is Keras's Adam."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.training.adam import Adam

SHAPES = [(3, 3, 4, 5), (5,), (2, 7)]
OPTIONS = {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-6}


def trained(optimizer, steps=5):
    """Variables of `SHAPES` after steps of random gradients, the second of them far from 0, the third with zeros."""
    rng = np.random.default_rng(0)
    variables = [keras.Variable(rng.normal(size=shape), dtype="float32") for shape in SHAPES]
    optimizer.build(variables)
    apply = tf.function(lambda gradients: optimizer.apply(gradients, variables))
    for _ in range(steps):
        gradients = [tf.constant(rng.normal(size=shape) * 100.0**-i, tf.float32) for i, shape in enumerate(SHAPES)]
        gradients[2] *= tf.constant([1.0, 0, 1, 0, 1, 0, 1])
        apply(gradients)
    return variables + optimizer.variables


@pytest.mark.parametrize(
    "options",
    [
        {},
        OPTIONS,
        {"amsgrad": True},
        {"weight_decay": 0.1, "clipnorm": 1.0},
        {"learning_rate": keras.optimizers.schedules.CosineDecay(0.1, 4)},
    ],
    ids=lambda options: " ".join(options) or "defaults",
)
def test_the_numbers_are_those_of_keras(options):
    """Of variables, both moments and the count.

    TensorFlow takes 1 - beta_2 in float32: of 0.001 that is 5e-5 more, as much more of the second moment, and half
    as much less of a step.
    """
    options = {"learning_rate": 0.1, **options}
    ours, theirs = trained(Adam(**options)), trained(keras.optimizers.Adam(**options))
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our.numpy(), their.numpy(), rtol=0, atol=5e-5 * np.abs(their.numpy()).max())


def test_a_step_by_hand():
    """Algorithm 1's first step: both corrected moments are the gradient's and its square, g / (|g| + epsilon)."""
    variable = keras.Variable([1.0, 1.0, 1.0])
    optimizer = Adam(0.25, epsilon=1e-7)
    optimizer.build([variable])
    optimizer.apply([tf.constant([2.0, -3.0, 0.0])], [variable])
    np.testing.assert_allclose(variable.numpy(), [0.75, 1.25, 1.0], rtol=1e-6)


def test_float16_gradients_are_scaled_and_overflow_is_skipped():
    variable = keras.Variable([1.0])
    optimizer = keras.optimizers.LossScaleOptimizer(Adam(0.25), initial_scale=4.0)
    optimizer.build([variable])
    optimizer.apply([tf.constant([np.inf])], [variable])
    assert variable.numpy() == [1.0]
    optimizer.apply([tf.constant([8.0])], [variable])
    np.testing.assert_allclose(variable.numpy(), [0.75], rtol=1e-6)


def test_one_operation_updates_a_variable():
    variables = [keras.Variable(np.ones(shape), dtype="float32") for shape in SHAPES]
    optimizer = Adam()
    optimizer.build(variables)
    gradients = [tf.ones(shape) for shape in SHAPES]
    graph = tf.function(lambda: optimizer.apply(gradients, variables)).get_concrete_function().graph
    assert [op.type for op in graph.get_operations()].count("ResourceApplyAdam") == len(SHAPES)


def test_where_keras_moves_its_names_the_update_is_keras_own(monkeypatch):
    """Names that only Keras itself uses: nothing breaks where they are no longer there."""
    variable = keras.Variable([1.0, 1.0, 1.0])
    optimizer = Adam(0.25, epsilon=1e-7)
    optimizer.build([variable])
    moved = type("Moved", (Adam,), {"_get_variable_index": property(lambda self: self.nowhere)})
    own = lambda self, gradient, variable, rate: variable.assign([5.0, 5.0, 5.0])  # noqa: E731
    monkeypatch.setattr(keras.optimizers.Adam, "update_step", own)
    optimizer.__class__ = moved
    optimizer.update_step(tf.constant([2.0, -3.0, 0.0]), variable, 0.25)
    assert variable.numpy().tolist() == [5.0, 5.0, 5.0]
