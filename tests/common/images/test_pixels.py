"""Pixel ranges."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.images.pixels import (
    IMAGENET_MEAN_BGR,
    image_to_luma,
    image_to_network,
    image_to_vgg,
    luma,
    network_to_image,
    to_uint8,
    with_luma,
    without_colour,
)


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float16", "int32"])
def test_image_to_network(dtype):
    """x / 127.5 - 1: 0 becomes -1, 255 becomes 1, 51 (a fifth of 255) becomes -0.6."""
    values = image_to_network(tf.cast([[[[0, 51, 255]]]], dtype))
    assert values.dtype == tf.float32
    np.testing.assert_allclose(np.ravel(values), [-1.0, -0.6, 1.0], atol=1e-6)


def test_image_to_vgg_by_hand():
    """RGB (200, 150, 100) is BGR (100, 150, 200), minus (103.939, 116.779, 123.68)."""
    values = image_to_vgg(tf.constant([[[[200.0, 150.0, 100.0]]]]))
    np.testing.assert_allclose(np.ravel(values), [-3.939, 33.221, 76.32], rtol=1e-5)


def test_image_to_vgg_equals_keras_applications(rng):
    images = rng.uniform(0, 255, size=(2, 3, 4, 3)).astype("float32")
    expected = keras.applications.vgg16.preprocess_input(images.copy())
    np.testing.assert_allclose(image_to_vgg(tf.constant(images)), expected, atol=1e-4)


def test_imagenet_mean_becomes_zero():
    mean_rgb = tf.constant(IMAGENET_MEAN_BGR[::-1])
    np.testing.assert_allclose(image_to_vgg(mean_rgb), [0.0, 0.0, 0.0], atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_image_to_vgg_keeps_the_dtype(dtype):
    assert image_to_vgg(tf.zeros((1, 2, 2, 3), dtype)).dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_to_uint8_rounds_half_to_even_and_clips(dtype):
    values = tf.cast([-22.5, -0.5, 0.5, 1.5, 1.75, 127.5, 254.0, 277.5], dtype)
    outputs = to_uint8(values)
    assert outputs.dtype == tf.uint8
    assert outputs.numpy().tolist() == [0, 0, 0, 2, 2, 128, 254, 255]


def test_network_to_image_is_the_inverse():
    """Every one of the 256 values comes back."""
    values = np.arange(256, dtype="uint8")
    np.testing.assert_array_equal(to_uint8(network_to_image(image_to_network(values))), values)


@pytest.mark.parametrize(
    "rgb, expected",
    [((0, 0, 0), 16.0), ((255, 255, 255), 235.0), ((255, 0, 0), 81.481), ((0, 255, 0), 144.553), ((0, 0, 255), 40.966)],
)
def test_luma_of_black_white_and_the_primaries(rgb, expected):
    """BT.601, studio swing: 16 + 65.481 + 128.553 + 24.966 = 235 for white, each alone for the primaries."""
    value = luma(np.array(rgb, "uint8"))
    assert value.dtype == np.float64
    assert value == pytest.approx(expected, abs=1e-9)


def test_luma_shape():
    assert luma(np.zeros((2, 4, 5, 3), "uint8")).shape == (2, 4, 5)


def test_image_to_luma_equals_luma(rng):
    images = rng.integers(0, 256, size=(2, 4, 5, 3), dtype=np.uint8)
    values = image_to_luma(images)
    assert values.dtype == tf.float32
    np.testing.assert_allclose(values, luma(images)[..., None], atol=1e-4)


def test_with_luma_replaces_y_and_keeps_cb_and_cr(rng):
    """Cb = 128 + (-37.797 R - 74.203 G + 112 B) / 255, Cr = 128 + (112 R - 93.786 G - 18.214 B) / 255 (BT.601)."""
    images = rng.uniform(0, 255, size=(2, 4, 5, 3)).astype("float32")
    wanted = rng.uniform(16, 235, size=(2, 4, 5, 1)).astype("float32")
    outputs = np.asarray(with_luma(images, wanted))
    np.testing.assert_allclose(image_to_luma(outputs), wanted, atol=1e-3)
    chroma = np.array([[-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]).T / 255
    np.testing.assert_allclose(outputs @ chroma, images @ chroma, atol=1e-3)


def test_with_its_own_luma_an_image_stays(rng):
    images = rng.uniform(0, 255, size=(1, 4, 5, 3)).astype("float32")
    np.testing.assert_allclose(with_luma(images, image_to_luma(images)), images, atol=1e-3)


def test_without_colour():
    """Red's Y is 16 + 65.481 of 16..235, so its grey is 255 * 65.481 / 219 = 76.2; greys stay as they are."""
    image = np.array([[[255, 0, 0], [0, 0, 0], [77, 77, 77], [255, 255, 255]]], np.uint8)
    grey = without_colour(image)
    assert grey.dtype == np.uint8
    assert grey.tolist() == [[[76] * 3, [0] * 3, [77] * 3, [255] * 3]]
