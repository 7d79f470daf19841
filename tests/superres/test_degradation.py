"""The two degradations, which training and evaluation share."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from superres.degradation import crop_to_multiple, degrade, degrade_photo
from superres.settings import DEGRADATIONS


def noise(height, width, rng):
    return rng.integers(0, 256, (height, width, 3)).astype("uint8")


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_bicubic_equals_pillow(factor, rng):
    image = noise(64, 96, rng)
    expected = resize_array(image, 64 // factor, 96 // factor).astype(int)
    assert np.abs(degrade_photo(image, factor, "bicubic").astype(int) - expected).max() <= 1


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_papers_blurs_first(factor, rng):
    """scipy's Gaussian of sigma 1, cut off at 3 sigma (``mirror`` is our reflection), then Pillow's bicubic.

    Pillow takes whole numbers, so the blurred image is rounded for it: that moves the result by up to
    0.5, and both results are rounded, hence 2.
    """
    image = noise(64, 96, rng)
    blurred = gaussian_filter(image.astype(float), (1, 1, 0), mode="mirror", truncate=3)
    expected = resize_array(np.rint(blurred).astype("uint8"), 64 // factor, 96 // factor).astype(int)
    assert np.abs(degrade_photo(image, factor, "blur-bicubic").astype(int) - expected).max() <= 2


@pytest.mark.parametrize("degradation", DEGRADATIONS)
def test_result_is_what_an_8_bit_file_holds(degradation, rng):
    low = np.asarray(degrade(tf.constant(noise(16, 24, rng)[None]), 4, degradation))
    assert low.dtype == np.float32
    assert low.shape == (1, 4, 6, 3)
    np.testing.assert_array_equal(low, low.astype("uint8"))


def test_float_and_uint8_photographs_give_the_same(rng):
    image = tf.constant(noise(16, 16, rng)[None])
    np.testing.assert_array_equal(degrade(image, 2), degrade(tf.cast(image, "float32"), 2))


def test_sides_that_are_no_multiples_are_refused(rng):
    with pytest.raises(UserError, match=r"multiples of 4. Received: \(1, 17, 16, 3\)"):
        degrade(tf.constant(noise(17, 16, rng)[None]), 4)


def test_unknown_degradation_is_refused(rng):
    with pytest.raises(UserError, match="degradation: expected one of blur-bicubic, bicubic. Received: 'lanczos'"):
        degrade(tf.constant(noise(16, 16, rng)[None]), 4, "lanczos")


def test_crop_to_multiple(rng):
    image = noise(19, 24, rng)
    np.testing.assert_array_equal(crop_to_multiple(image, 8), image[:16])
    assert crop_to_multiple(tf.constant(image[None]), 4).shape == (1, 16, 24, 3)
