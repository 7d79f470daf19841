"""Histogram matching against scikit-image's."""

import numpy as np
import pytest
from skimage import data, exposure

from superres.histograms import match_histograms


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_equals_scikit_image(name):
    """Which truncates 8-bit results: as floats, rounded, they are ours."""
    image, reference = data.chelsea(), getattr(data, name)()
    expected = exposure.match_histograms(image.astype(float), reference.astype(float), channel_axis=-1)
    np.testing.assert_array_equal(match_histograms(image, reference), np.rint(expected).astype("uint8"))


def test_by_hand():
    """Values 0 and 1, half each, take the quantiles 0.5 and 1 of the reference: 10 and 20."""
    image = np.array([0, 1, 0, 1], "uint8").reshape(2, 2, 1)
    reference = np.array([10, 20], "uint8").reshape(1, 2, 1)
    assert match_histograms(image, reference).ravel().tolist() == [10, 20, 10, 20]


def test_image_with_the_histogram_of_the_reference_is_left_alone(rng):
    image = rng.integers(0, 256, (40, 30, 3)).astype("uint8")
    np.testing.assert_array_equal(match_histograms(image, image[::-1]), image)


def test_taller_than_what_is_worked_on_at_a_time(rng):
    image, reference = (rng.integers(0, 256, (1100, 2, 3)).astype("uint8") // divisor for divisor in (1, 3))
    expected = exposure.match_histograms(image.astype(float), reference.astype(float), channel_axis=-1)
    np.testing.assert_array_equal(match_histograms(image, reference), np.rint(expected).astype("uint8"))


def test_one_pixel():
    assert (
        match_histograms(np.zeros((4, 4, 3), "uint8"), np.full((1, 1, 3), 7, "uint8")).tolist() == [[[7] * 3] * 4] * 4
    )
