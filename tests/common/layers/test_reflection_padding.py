"""ReflectionPadding: numpy.pad's reflection, for any size."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers import ReflectionPadding
from tests.common.layers.configuration import assert_mixed, assert_round_trip
from tests.finite_differences import assert_gradient

SIZES = [(1, 1), (1, 5), (2, 3), (7, 1), (5, 41), (40, 39)]


def numpy_padded(images, top, bottom, left, right):
    return np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)), mode="reflect")


@pytest.mark.parametrize("known", ["known size", "unknown size"])
@pytest.mark.parametrize("height, width", SIZES)
def test_equals_numpy_also_where_padding_exceeds_the_image(height, width, known, rng):
    """`numpy.pad(mode="reflect")` bounces to and fro, and repeats an axis of one pixel."""
    images = rng.normal(size=(2, height, width, 3)).astype("float32")
    layer = ReflectionPadding(40)
    call = layer if known == "known size" else tf.function(layer, input_signature=[tf.TensorSpec((None,) * 4)])
    np.testing.assert_array_equal(call(images), numpy_padded(images, 40, 40, 40, 40))


@pytest.mark.parametrize("height, width, bottom, right", [(8, 4, 0, 0), (1, 2, 3, 2), (7, 9, 1, 3), (6, 5, 2, 3)])
def test_multiple_is_reached_at_the_bottom_and_the_right(height, width, bottom, right, rng):
    """By hand: 1 needs 3 to reach 4, 2 needs 2, 7 needs 1, 9 needs 3 to reach 12, 6 needs 2, 5 needs 3."""
    images = rng.normal(size=(1, height, width, 2)).astype("float32")
    layer = ReflectionPadding(4, multiple=4)
    outputs = layer(images)
    np.testing.assert_array_equal(outputs, numpy_padded(images, 4, 4 + bottom, 4, 4 + right))
    assert layer.compute_output_shape(images.shape) == tuple(outputs.shape)


def test_output_shape_of_an_unknown_size():
    layer = ReflectionPadding(40, multiple=4)
    assert layer.compute_output_shape((None, None, 30, 3)) == (None, None, 112, 3)
    assert layer(keras.Input((None, None, 3))).shape == (None, None, None, 3)


def test_gradient_adds_up_over_the_reflections(rng):
    """A pixel of a 2x1 image is shown many times by 5 pixels of padding."""
    weights = rng.normal(size=(1, 12, 11, 2)).astype("float32")
    layer = ReflectionPadding(5)
    assert_gradient(lambda x: tf.reduce_sum(weights * layer(x) ** 2), rng.normal(size=(1, 2, 1, 2)))


@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_mixed_policies(compute_dtype, rng):
    layer = ReflectionPadding(3, dtype=f"mixed_{compute_dtype}")
    assert_mixed(layer, rng.uniform(-1, 1, size=(2, 4, 5, 3)).astype("float32"), compute_dtype)


def test_configuration_round_trip(rng):
    assert_round_trip(ReflectionPadding(3, multiple=8), rng.normal(size=(1, 5, 6, 2)).astype("float32"))
