"""What a picture keeps of its photograph."""

import numpy as np
import pytest
from skimage.color import rgb2ycbcr

import fast_style
from fast_style import blending
from fast_style.blending import blend
from fast_style.common.errors import UserError
from fast_style.common.images.strips import row_strips


@pytest.fixture
def pair(rng, monkeypatch):
    """A picture and a photograph, larger than what is mixed at a time, in the middle of the range."""
    monkeypatch.setattr(blending, "row_strips", lambda *shape: row_strips(*shape, 100))
    return tuple(rng.integers(100, 156, (59, 5, 3), np.uint8) for _ in range(2))


def test_nothing_asked_for_is_the_picture_itself(pair):
    assert blend(*pair) is pair[0]


def test_a_share_of_both(pair):
    """A quarter of the picture, three quarters of the photograph, rounded half to even."""
    expected = np.rint(0.25 * pair[0].astype("float32") + 0.75 * pair[1].astype("float32"))
    np.testing.assert_array_equal(blend(*pair, strength=0.25), expected)
    np.testing.assert_array_equal(blend(*pair, strength=0.0), pair[1])


def test_colours_of_the_photograph_and_light_of_the_picture(pair):
    """By scikit-image's YCbCr: within what rounding to whole numbers of RGB moves, less than one."""
    made, picture, photo = (rgb2ycbcr(image) for image in (blend(*pair, original_colours=True), *pair))
    assert np.abs(made[..., 0] - picture[..., 0]).max() < 1
    assert np.abs(made[..., 1:] - photo[..., 1:]).max() < 1


@pytest.mark.parametrize("strength", [-0.1, 1.5, float("nan")])
def test_a_strength_that_is_no_share(pair, strength):
    with pytest.raises(UserError, match="strength: expected a number from 0 to 1. Received: "):
        blend(*pair, strength=strength)


@pytest.mark.slow
def test_stylize_blends_what_it_painted(tiny_network, rng):
    photo = rng.integers(0, 256, (21, 34, 3), np.uint8)
    network = fast_style.load_network(str(tiny_network))
    painted = fast_style.stylize(photo, network, max_size=20)
    shrunk = fast_style.stylize(photo, network, max_size=20, strength=0.0)
    half = fast_style.stylize(photo, network, max_size=20, strength=0.5)
    np.testing.assert_array_equal(half, blend(painted, shrunk, 0.5))
    grey = np.repeat(photo[..., :1], 3, axis=-1)
    kept = fast_style.stylize(grey, network, original_colours=True)
    assert (kept.max(-1) - kept.min(-1)).max() <= 1, "grey stays grey"
