"""The quick forms of convolutions have the numbers and gradients of TensorFlow's, where they are asked for only."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers import cpu_convolution, cpu_convolutions
from fast_style.common.layers.convolution import Convolution, TransposedConvolution
from fast_style.common.layers.cpu_convolution import convolve_in_blocks, double_and_convolve
from fast_style.common.layers.residual_block import ResidualBlock
from fast_style.common.layers.upsampling import UpsamplingBlock, nearest_double
from fast_style.common.processor import has_avx512


@pytest.mark.parametrize("shape", [(2, 12, 16), (1, 9, 11), (1, 1, 1), (3, 5, 4)])
@pytest.mark.parametrize(("size", "filters"), [(9, 3), (5, 1)])
def test_blocks_are_the_convolution(shape, size, filters):
    """Sizes that are multiples of the block, that are not, and that are smaller."""
    images = tf.random.stateless_normal((*shape, 4), (1, 2))
    kernel = tf.random.stateless_normal((size, size, 4, filters), (3, 4))
    expected = tf.nn.conv2d(images, kernel, 1, "SAME")
    np.testing.assert_allclose(convolve_in_blocks(images, kernel), expected, rtol=1e-4, atol=1e-4)
    larger = tf.pad(images, [[0, 0], [size, size], [size, size], [0, 0]])
    expected = tf.nn.conv2d(larger, kernel, 1, "VALID")
    np.testing.assert_allclose(convolve_in_blocks(larger, kernel, "VALID"), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("channels", [3, 8, 16, 24, 32, 64])
@pytest.mark.parametrize(("size", "padding"), [(9, "SAME"), (9, "VALID"), (5, "VALID")])
def test_blocks_in_bfloat16_are_the_convolution(channels, size, padding):
    """To 1 % of the largest, rounding being 0.4 %: processors with AMX gave 120 % for 16 channels."""
    images = tf.random.stateless_normal((1, 20, 28, channels), (1, 2))
    kernel = tf.random.stateless_normal((size, size, channels, 3), (3, 4))
    images, kernel = tf.cast(images, tf.bfloat16), tf.cast(kernel, tf.bfloat16)
    expected = tf.nn.conv2d(tf.cast(images, tf.float32), tf.cast(kernel, tf.float32), 1, padding).numpy()
    received = tf.cast(convolve_in_blocks(images, kernel, padding), tf.float32).numpy()
    np.testing.assert_allclose(received, expected, atol=0.01 * np.abs(expected).max())


@pytest.fixture(params=[True, False], ids=["AVX-512", "AVX2"])
def avx512(request, monkeypatch):
    """Both forms of an enlargement, whatever processor this is."""
    monkeypatch.setattr(cpu_convolution, "has_avx512", lambda: request.param)
    return request.param


@pytest.mark.parametrize("shape", [(2, 6, 8), (1, 5, 7), (1, 1, 1)])
def test_both_forms_are_the_enlargement_and_the_convolution(shape, avx512):
    images = tf.random.stateless_normal((*shape, 4), (1, 2))
    kernel = tf.random.stateless_normal((3, 3, 4, 6), (3, 4))
    expected = tf.nn.conv2d(nearest_double(images), kernel, 1, "SAME")
    np.testing.assert_allclose(double_and_convolve(images, kernel), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "layer",
    [
        Convolution(6, 3, padding="same"),
        Convolution(6, 3, strides=2, padding="same", use_bias=False),
        Convolution(6, 3, padding="valid"),
        Convolution(2, 9, padding="same"),
        Convolution(2, 9, padding="valid"),
        Convolution(3, 4, padding="same"),
        Convolution(3, (9, 5)),
        Convolution(6, (3, 1)),
        Convolution(6, 3, strides=(2, 1)),
        Convolution(4, 3, groups=4),
        Convolution(6, 3, dilation_rate=2),
        TransposedConvolution(6, 3, strides=2, padding="same"),
        TransposedConvolution(6, 3, strides=2, padding="same", activation="relu"),
        TransposedConvolution(6, 3, strides=2),
        TransposedConvolution(6, 3, strides=(2, 1), padding="same"),
        UpsamplingBlock(6, "resize", "instance"),
        UpsamplingBlock(6, "resize", "none"),
        UpsamplingBlock(6, "subpixel", "none"),
        ResidualBlock(4, "valid", "none"),
        ResidualBlock(4, "same", "instance"),
    ],
    ids=[
        *("3x3", "stride 2", "valid", "few filters", "few filters, valid", "even", "9x5", "3x1", "strides 2 and 1"),
        *("groups", "dilation", "transposed", "transposed, activation", "transposed, valid", "transposed, 2 and 1"),
        *("resize", "resize with bias", "subpixel", "residual", "padded residual"),
    ],
)
def test_layer_gives_the_numbers_and_gradients_of_keras(layer):
    images = tf.random.stateless_normal((2, 11, 13, 4), (1, 2))
    layer(images)
    for index, variable in enumerate(layer.trainable_variables):  # biases, too, shall count
        variable.assign_add(tf.random.stateless_normal(variable.shape, (index, 3)) * 0.1)

    def outputs_and_gradients():
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images)
            loss = tf.reduce_sum(outputs**2)
        return outputs, tape.gradient(loss, [images, *layer.trainable_variables])

    outputs, expected = outputs_and_gradients()
    with cpu_convolutions():
        fast_outputs, gradients = outputs_and_gradients()
    np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-4, atol=1e-4)
    for gradient, value in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, value, rtol=1e-3, atol=1e-3 * np.abs(value).max())


def traced(layer, dtype="float32", enabled=True, shape=(1, 8, 8, 4)):
    """Operations of the graph of a layer."""

    def convolve(images):
        if not enabled:
            return layer(images)
        with cpu_convolutions():
            return layer(images)

    graph = tf.function(convolve).get_concrete_function(tf.TensorSpec(shape, dtype)).graph
    return graph.get_operations()


def types(operations):
    return {operation.type for operation in operations}


def test_elsewhere_the_graph_is_that_of_keras():
    layer = Convolution(2, 9, padding="same")
    assert types(traced(layer, enabled=False)) == types(traced(keras.layers.Conv2D(2, 9, padding="same")))
    # What tf.custom_gradient leaves in a graph, and what puts blocks together.
    assert {"IdentityN", "DepthToSpace"}.isdisjoint(types(traced(layer, enabled=False)))
    assert {"IdentityN", "DepthToSpace"} <= types(traced(layer))


@pytest.mark.parametrize("layer", [(6, 3, 1), (6, 3, 2)], ids=str)
def test_bfloat16_stays_with_keras_where_there_are_many_filters(layer):
    filters, size, strides = layer
    convolution = Convolution(filters, size, strides=strides, padding="same", dtype="mixed_bfloat16")
    assert "IdentityN" not in types(traced(convolution, "bfloat16"))
    last = Convolution(2, 9, padding="same", dtype="mixed_bfloat16")
    assert {"IdentityN", "DepthToSpace"} <= types(traced(last, "bfloat16"))


def test_float16_stays_with_keras():
    last = Convolution(2, 9, padding="same", dtype="mixed_float16")
    assert {"IdentityN", "DepthToSpace"}.isdisjoint(types(traced(last, "float16")))


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda dtype: Convolution(2, 9, padding="same", dtype=dtype),
        lambda dtype: UpsamplingBlock(6, "resize", "instance", dtype=dtype),
        lambda dtype: TransposedConvolution(6, 3, strides=2, padding="same", dtype=dtype),
        lambda dtype: ResidualBlock(4, "valid", "instance", dtype=dtype),
    ],
    ids=["few filters", "resize", "transposed", "residual"],
)
def test_bfloat16_is_float32_rounded(make):
    """Numbers and gradients of the forms in bfloat16 beside Keras' in float32: 8 bits are 0.4 %."""
    keras.utils.set_random_seed(0)
    images = tf.random.stateless_normal((2, 12, 14, 4), (1, 2))
    full, reduced = make("float32"), make("mixed_bfloat16")
    full(images)
    reduced(images)
    reduced.set_weights(full.get_weights())

    def outputs_and_gradients(layer):
        with tf.GradientTape() as tape:
            outputs = tf.cast(layer(images if layer is full else tf.cast(images, "bfloat16")), "float32")
            loss = tf.reduce_sum(outputs**2)
        return outputs, tape.gradient(loss, layer.trainable_variables)

    expected, expected_gradients = outputs_and_gradients(full)
    with cpu_convolutions():
        outputs, gradients = outputs_and_gradients(reduced)
    np.testing.assert_allclose(outputs, expected, atol=0.02 * np.abs(expected).max())
    # Without AVX-512 sums are cut off and not rounded: measured, 8 %.
    rounding = 0.03 if has_avx512() else 0.1
    for gradient, value in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(gradient, value, atol=rounding * np.abs(value).max() + 0.5)


def test_an_enlargement_by_two_takes_four_pixels_and_not_nine(avx512):
    block = UpsamplingBlock(6, "resize", "none")
    block(tf.zeros((1, 8, 8, 4)))
    operations = traced(block)
    if avx512:
        (kernel,) = [o.inputs[1].shape for o in operations if o.type == "Conv2DBackpropInput"]
        assert kernel == (4, 4, 6, 4)  # of stride 2: each pixel of the result is met by 2x2 of its elements
    else:
        assert [o.inputs[1].shape for o in operations if o.type == "Conv2D"] == [(2, 2, 4, 6)] * 4


def test_sizes_may_be_unknown():
    block = UpsamplingBlock(2, "resize", "none")
    last = Convolution(3, 9, padding="same")
    images = tf.random.stateless_normal((1, 5, 6, 4), (1, 2))
    expected = last(block(images))

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 4))])
    def function(images):
        with cpu_convolutions():
            return last(block(images))

    np.testing.assert_allclose(function(images), expected, rtol=1e-4, atol=1e-4)
