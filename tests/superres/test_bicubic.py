"""Bicubic resizing against Pillow's, and against weights derived by hand."""

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from skimage import data

from fast_style.common.images.geometry import resize_array
from superres.bicubic import bicubic_resize, keys_filter, resize_matrix


def picture(kind, rng):
    if kind == "photograph":
        return data.chelsea()[64:128, 96:192]
    if kind == "noise":
        return rng.integers(0, 256, (64, 96, 3)).astype("uint8")
    return (rng.integers(0, 2, (64, 96, 3)) * 255).astype("uint8")  # where the filter overshoots most


@pytest.mark.parametrize("kind", ["photograph", "noise", "black and white"])
@pytest.mark.parametrize("height, width", [(32, 48), (16, 24), (8, 12), (128, 192), (50, 31), (1, 1), (64, 96)])
def test_equals_pillow_to_one_of_255(kind, height, width, rng):
    image = picture(kind, rng)
    ours = bicubic_resize(ops.convert_to_tensor(image[None], "float32"), height, width, quantize=True)
    np.testing.assert_allclose(np.asarray(ours)[0], resize_array(image, height, width).astype("float32"), atol=1)


@pytest.mark.parametrize("height, width", [(16, 24), (128, 192)])
def test_without_quantization_equals_tensorflows(height, width, rng):
    """TensorFlow's antialiased bicubic rounds nothing and clips nothing either."""
    image = tf.constant(picture("noise", rng), "float32")
    expected = tf.image.resize(image, (height, width), method="bicubic", antialias=True)
    np.testing.assert_allclose(bicubic_resize(image[None], height, width)[0], expected, atol=1e-3)


def test_filter_by_hand():
    """a = -0.5. At 0.5: 1.5/8 - 2.5/4 + 1 = 0.5625; at 1.5: -0.5*3.375 + 2.5*2.25 - 6 + 2 = -0.0625."""
    distances = ops.convert_to_tensor([0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
    np.testing.assert_allclose(keys_filter(distances), [1, 0.5625, 0, -0.0625, 0, 0], atol=1e-7)


def test_weights_by_hand():
    """Twice as many of 4: the first new centre lies at -0.25, the second at 0.25 of the old axis.

    The filter at 0.25, 0.75, 1.25, 1.75: 1.5/64 - 2.5/16 + 1 = 0.8671875; 0.2265625; -0.0703125;
    -0.0234375. The first row reaches pixels at 0.25, 1.25 (2.25 is beyond), the second at 0.25, 0.75, 1.75.
    """
    matrix = np.asarray(resize_matrix(4, 8))
    first = np.array([0.8671875, -0.0703125, 0, 0])
    second = np.array([0.8671875, 0.2265625, -0.0234375, 0])
    np.testing.assert_allclose(matrix[:2], [first / first.sum(), second / second.sum()], atol=1e-6)


@pytest.mark.parametrize("length, new_length", [(1, 4), (2, 16), (64, 8), (7, 7), (33, 11)])
def test_flat_stays_flat(length, new_length):
    np.testing.assert_allclose(np.asarray(resize_matrix(length, new_length)).sum(axis=1), 1.0, atol=1e-5)


def test_sizes_that_are_known_only_when_it_runs(rng):
    image = picture("noise", rng)[None].astype("float32")
    traced = tf.function(
        lambda x: bicubic_resize(x, tf.shape(x)[1] * 2, tf.shape(x)[2] * 2),
        input_signature=[tf.TensorSpec((None, None, None, 3))],
    )
    np.testing.assert_allclose(traced(image), bicubic_resize(ops.convert_to_tensor(image), 128, 192), atol=1e-3)
