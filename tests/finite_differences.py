"""Gradients checked against central differences."""

import numpy as np
import tensorflow as tf


def assert_gradient(function, inputs, step=1e-2, rtol=1e-2, directions=5):
    """Compares the gradient of `function` with ``(f(x + h d) - f(x - h d)) / 2h`` for random unit directions d.

    Args:
        function: from a float32 tensor to a scalar tensor.
        inputs: float32 array, where the gradient is taken.
        step: h; large enough that float32 rounding of f, divided by it, is well below `rtol`.
        rtol: largest error, relative to the norm of the gradient.
    """
    x = tf.constant(inputs, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    gradient = tape.gradient(value, x).numpy().astype(np.float64)
    norm = np.linalg.norm(gradient)
    assert norm > 0, "a gradient of zero shows nothing"
    random = np.random.default_rng(1)
    # The gradient's own direction first: random ones are nearly orthogonal to it in many dimensions.
    for direction in [gradient, *random.normal(size=(directions, *gradient.shape))]:
        d = direction / np.linalg.norm(direction)
        forward, backward = (float(function(x + sign * step * tf.constant(d, tf.float32))) for sign in (1, -1))
        numeric = (forward - backward) / (2 * step)
        np.testing.assert_allclose(np.sum(gradient * d), numeric, rtol=0, atol=rtol * norm)
