"""Colours beside a mask."""

import numpy as np
import pytest

from fast_style.common.images.transparency import colour_hidden, over_white, resize_with_alpha


def test_over_white():
    """Red at 102 of 255 is 0.4 of it and 0.6 of white, (255, 153, 153)."""
    rgb = np.full((300, 2, 3), [255, 0, 0], np.uint8)
    alpha = np.tile(np.array([102, 0], np.uint8), (300, 1))
    np.testing.assert_array_equal(over_white(rgb, alpha)[::299], [[[255, 153, 153], [255] * 3]] * 2)


@pytest.mark.parametrize("block", [7, 256])
def test_hidden_pixels_take_the_colours_beside_them_and_visible_ones_stay(rng, monkeypatch, block):
    """A red half and a blue one, each with a hidden border: red goes on to the left, blue to the right; the same
    in small blocks."""
    monkeypatch.setattr("fast_style.common.images.transparency.BLOCK", block)
    rgb = rng.integers(0, 256, (600, 80, 3), np.uint8)
    alpha = np.zeros((600, 80), np.uint8)
    alpha[250:270, 20:60] = 200
    rgb[250:270, 20:40], rgb[250:270, 40:60] = [255, 0, 0], [0, 0, 255]
    visible = rgb[250:270, 20:60].copy()
    colour_hidden(rgb, alpha)
    np.testing.assert_array_equal(rgb[250:270, 20:60], visible)
    np.testing.assert_array_equal(rgb[250:270, 4:20], np.full((20, 16, 3), [255, 0, 0]))
    np.testing.assert_array_equal(rgb[234:250, 4:20], np.full((16, 16, 3), [255, 0, 0]))
    np.testing.assert_array_equal(rgb[250:270, 60:76], np.full((20, 16, 3), [0, 0, 255]))
    # Further away than 16 pixels the mean of what is visible: half red, half blue.
    np.testing.assert_allclose(rgb[0, 0].astype(int), [127.5, 0, 127.5], atol=0.5)


def test_colours_count_as_much_as_they_are_visible():
    """Between 100 at alpha 255 and 200 at alpha 85, the hidden pixel is (3 * 100 + 200) / 4 = 125."""
    rgb = np.repeat(np.array([[[100], [7], [200]]], np.uint8), 3, axis=-1)
    colour_hidden(rgb, np.array([[255, 0, 85]], np.uint8))
    assert rgb[0, :, 0].tolist() == [100, 125, 200]


def test_nothing_visible_is_white():
    rgb = np.zeros((2, 3, 3), np.uint8)
    colour_hidden(rgb, np.zeros((2, 3), np.uint8))
    assert rgb.min() == 255


def test_resizing_mixes_no_hidden_colour_in():
    """Red beside hidden green, to a quarter: red everywhere, and the mask alone fades."""
    rgb = np.full((16, 16, 3), [255, 0, 0], np.uint8)
    alpha = np.full((16, 16), 255, np.uint8)
    rgb[:, 6:], alpha[:, 6:] = [0, 255, 0], 0
    small, mask = resize_with_alpha(rgb, alpha, 4, 4)
    np.testing.assert_array_equal(small, np.full((4, 4, 3), [255, 0, 0]))
    assert mask[0, 0] == 255
    assert 0 < mask[0, 1] < 255
    assert mask[0, 3] == 0
