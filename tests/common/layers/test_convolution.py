"""The kernel gradients by matrix products are those of TensorFlow, and used in training only."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers.convolution import (
    Convolution,
    TransposedConvolution,
    kernel_gradient,
    kernel_gradients_by_matmul,
)


@pytest.mark.parametrize("shape", [(2, 12, 14), (1, 9, 7)])
@pytest.mark.parametrize(
    ("size", "stride", "channels", "filters"),
    [(3, 1, 4, 6), (3, 2, 4, 6), (9, 1, 3, 5), (9, 1, 5, 3), (1, 1, 4, 2), (5, 1, 4, 1)],
)
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_kernel_gradient_is_that_of_tensorflow(shape, size, stride, channels, filters, padding):
    if padding == "VALID" and size > shape[2]:
        pytest.skip("a kernel larger than the image leaves nothing")
    images = tf.random.stateless_normal((*shape, channels), (1, 2))
    kernel = tf.random.stateless_normal((size, size, channels, filters), (3, 4))
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        result = tf.nn.conv2d(images, kernel, stride, padding)
        upstream = tf.random.stateless_normal(tf.shape(result), (5, 6))
        product = tf.reduce_sum(result * upstream)
    expected = tape.gradient(product, kernel)
    np.testing.assert_allclose(kernel_gradient(images, upstream, size, stride, padding), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "layer",
    [
        Convolution(6, 3, padding="same"),
        Convolution(6, 3, strides=2, padding="same", use_bias=False),
        Convolution(6, 3, padding="valid"),
        Convolution(2, 9, padding="same"),
        TransposedConvolution(6, 3, strides=2, padding="same"),
    ],
    ids=lambda layer: f"{type(layer).__name__}-{layer.kernel_size[0]}-{layer.strides[0]}-{layer.padding}",
)
def test_layer_gives_the_numbers_and_gradients_of_keras(layer):
    images = tf.random.stateless_normal((2, 11, 13, 4), (1, 2))
    plain = layer(images)

    def outputs_and_gradients():
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images)
            loss = tf.reduce_sum(outputs**2)
        return outputs, tape.gradient(loss, [images, *layer.trainable_variables])

    outputs, expected = outputs_and_gradients()
    with kernel_gradients_by_matmul():
        fast_outputs, gradients = outputs_and_gradients()
    np.testing.assert_array_equal(outputs, plain)
    np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-5, atol=1e-5)
    for gradient, value in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, value, rtol=1e-4, atol=1e-3)


def traced_operations(layer, dtype="float32", enabled=True):
    def convolve(images):
        if not enabled:
            return layer(images)
        with kernel_gradients_by_matmul():
            return layer(images)

    graph = tf.function(convolve).get_concrete_function(tf.TensorSpec((1, 8, 8, 4), dtype)).graph
    return {operation.type for operation in graph.get_operations()}


def test_outside_training_the_graph_is_that_of_keras():
    layer = Convolution(6, 3, padding="same")
    assert traced_operations(layer, enabled=False) == traced_operations(keras.layers.Conv2D(6, 3, padding="same"))
    assert "IdentityN" not in traced_operations(layer, enabled=False)  # what tf.custom_gradient leaves in a graph
    assert "IdentityN" in traced_operations(layer)


def test_reduced_precision_keeps_the_gradients_of_the_library():
    layer = Convolution(6, 3, padding="same", dtype="mixed_bfloat16")
    assert "IdentityN" not in traced_operations(layer, "bfloat16")
