"""Reflection, resizing."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.images.geometry import (
    limit_long_side,
    reflect_pad,
    reflected_indices,
    resize_array,
    resize_short_side,
)


@pytest.mark.parametrize(
    "length, before, after, expected",
    [
        (4, 2, 2, [2, 1, 0, 1, 2, 3, 2, 1]),
        (3, 0, 0, [0, 1, 2]),
        (2, 3, 4, [1, 0, 1, 0, 1, 0, 1, 0, 1]),
        (1, 2, 1, [0, 0, 0, 0]),
        (3, 5, 0, [1, 0, 1, 2, 1, 0, 1, 2]),
    ],
)
def test_reflected_indices_by_hand(length, before, after, expected):
    """The first and the last element are the mirrors and are not repeated."""
    assert np.asarray(reflected_indices(length, before, after)).tolist() == expected


@pytest.mark.parametrize("length", [1, 2, 3, 5, 17])
@pytest.mark.parametrize("before, after", [(0, 1), (1, 0), (4, 7), (40, 43)])
def test_reflected_indices_equal_numpy(length, before, after):
    expected = np.pad(np.arange(length), (before, after), mode="reflect")
    np.testing.assert_array_equal(reflected_indices(length, before, after), expected)


def test_reflected_indices_of_a_length_that_is_not_known():
    function = tf.function(lambda n: reflected_indices(n, 3, 2), input_signature=[tf.TensorSpec((), tf.int32)])
    for length in (1, 2, 9):
        np.testing.assert_array_equal(function(length), np.pad(np.arange(length), (3, 2), mode="reflect"))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_reflect_pad_takes_each_side_apart(dtype, rng):
    images = rng.integers(0, 255, size=(2, 3, 4, 2)).astype(dtype)
    expected = np.pad(images, ((0, 0), (1, 2), (3, 9), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(reflect_pad(images, 1, 2, 3, 9), expected)


@pytest.mark.parametrize("sides", [(1, 1), (1, 6), (2, 3), (3, 17)])
@pytest.mark.parametrize("amounts", [(1, 2, 3, 9), (40, 43, 40, 41), (0, 50, 7, 0), (0, 0, 0, 0)])
def test_reflect_pad_of_known_and_unknown_sides_are_the_same(sides, amounts, rng):
    """Without indices where the sides are known, to and fro where they are less than the padding."""
    images = rng.normal(size=(2, *sides, 1)).astype("float32")
    top, bottom, left, right = amounts
    expected = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)), mode="reflect")
    for shape in (images.shape, (None,) * 4):
        function = tf.function(lambda x: reflect_pad(x, *amounts), input_signature=[tf.TensorSpec(shape)])
        np.testing.assert_array_equal(function(images), expected)
        kinds = {operation.type for operation in function.get_concrete_function().graph.get_operations()}
        assert ("GatherV2" in kinds) == (shape[1] is None)


def test_resize_array_to_its_own_size_changes_nothing(rng):
    image = rng.integers(0, 255, size=(5, 7, 3), dtype=np.uint8)
    assert resize_array(image, 5, 7) is image


def test_resize_array_takes_height_first():
    """A picture white above and black below stays so, 6 pixels high and 2 wide."""
    image = np.zeros((40, 30, 3), np.uint8)
    image[:20] = 255
    resized = resize_array(image, 6, 2)
    assert resized.shape == (6, 2, 3)
    assert resized.dtype == np.uint8
    assert resized[0].min() == 255
    assert resized[-1].max() == 0


def test_resize_array_is_antialiased():
    """Stripes one pixel wide, 0 and 255, shrunk eightfold, become grey (127.5) and not black or white."""
    stripes = np.tile(np.array([0, 255], np.uint8)[None, :, None], (64, 32, 3))
    np.testing.assert_allclose(resize_array(stripes, 8, 8)[2:-2, 2:-2].astype(float), 127.5, atol=3)


@pytest.mark.parametrize(
    "height, width, size, expected",
    [
        (40, 80, 20, (20, 40)),
        (80, 40, 20, (40, 20)),
        (30, 30, 7, (7, 7)),
        (10, 15, 30, (30, 45)),
        (100, 3, 3, (100, 3)),
    ],
)
def test_resize_short_side(height, width, size, expected):
    """The short side becomes `size`, the long one follows: 80 * 20 / 40 = 40, 15 * 30 / 10 = 45."""
    assert resize_short_side(np.zeros((height, width, 3), np.uint8), size).shape == (*expected, 3)


@pytest.mark.parametrize("height", range(95, 106))
def test_resize_short_side_never_falls_short(height):
    """Neither side may round to less than the crop that is taken from it."""
    assert min(resize_short_side(np.zeros((height, 100, 3), np.uint8), 33).shape[:2]) == 33


@pytest.mark.parametrize(
    "height, width, size, expected",
    [
        (40, 80, 20, (10, 20)),
        (80, 40, 20, (20, 10)),
        (5, 7, 20, (5, 7)),
        (20, 20, 20, (20, 20)),
        (1000, 1, 10, (10, 1)),
    ],
)
def test_limit_long_side(height, width, size, expected):
    """The long side becomes at most `size`, nothing is enlarged, and no side vanishes: 1 * 10 / 1000 is kept at 1."""
    assert limit_long_side(np.zeros((height, width, 3), np.uint8), size).shape == (*expected, 3)
