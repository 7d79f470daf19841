"""Convolutions as LiteRT is given them: the numbers of Keras, in forms with fewer products."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers import litert_convolution
from fast_style.common.layers.convolution_forms import convolution_forms
from fast_style.layers import Convolution, ResidualBlock, TransposedConvolution, UpsamplingBlock


def graph_of(layer, shape):
    @tf.function(input_signature=[tf.TensorSpec(shape)])
    def function(images):
        with convolution_forms(litert_convolution):
            return layer(images)

    return function.get_concrete_function()


def kernels(graph):
    """Shapes of the kernels that a graph convolves with."""
    return [tuple(one.inputs[1].shape) for one in graph.graph.get_operations() if one.type == "Conv2D"]


@pytest.mark.parametrize("known", [True, False], ids=["fixed size", "dynamic size"])
@pytest.mark.parametrize("sides", [(12, 14), (11, 14)], ids=["even", "odd"])
@pytest.mark.parametrize(
    "layer",
    [
        Convolution(6, 3, strides=2, padding="same"),
        Convolution(6, 3, padding="valid"),
        Convolution(3, 9, padding="same"),
        Convolution(2, 9, padding="valid"),
        TransposedConvolution(6, 3, strides=2, padding="same"),
        UpsamplingBlock(6, "resize", "instance"),
        UpsamplingBlock(6, "resize", "none"),
        ResidualBlock(4, "valid", "instance"),
    ],
    ids=["stride 2", "valid", "few filters", "few, valid", "transposed", "resize", "resize with bias", "residual"],
)
def test_numbers_are_those_of_keras(layer, sides, known):
    images = tf.random.stateless_normal((1, *sides, 4), (1, 2))
    layer(images)
    for index, variable in enumerate(layer.trainable_variables):  # biases, too, shall count
        variable.assign_add(tf.random.stateless_normal(variable.shape, (index, 3)) * 0.1)
    made = graph_of(layer, (1, *(sides if known else (None, None)), 4))(images)
    np.testing.assert_allclose(made, layer(images), rtol=1e-4, atol=1e-4)


def test_products_are_fewer():
    enlarging, last = UpsamplingBlock(6, "resize", "none"), Convolution(3, 9, padding="same")
    for layer in (enlarging, last):
        layer(tf.zeros((1, 8, 8, 4)))
    assert kernels(graph_of(enlarging, (1, None, None, 4))) == [(2, 2, 4, 4 * 6)]
    assert kernels(graph_of(last, (1, 8, 8, 4))) == [(5, 5, 4 * 4, 4 * 3)]
    # Blocks take sides that are known to be even.
    for sides in ((8, 7), (None, None)):
        assert kernels(graph_of(last, (1, *sides, 4))) == [(9, 9, 4, 3)]
