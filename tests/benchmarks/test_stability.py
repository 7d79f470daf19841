"""How much noise and movement change a picture, by hand."""

import numpy as np
import pytest

from benchmarks.stability import change, change_by_move


def test_noise_changes_a_photograph_by_its_variance_and_what_ignores_it_by_nothing():
    """3^2, and 1/12 of rounding; twice the contrast makes four times of it. Grey, so that nothing is clipped."""
    grey = np.full((200, 200, 3), 60, np.uint8)
    assert change(lambda photo: photo, grey, 3.0) == pytest.approx(9 + 1 / 12, rel=0.02)
    assert change(lambda photo: photo * 2, grey, 3.0) == pytest.approx(4 * (9 + 1 / 12), rel=0.02)
    assert change(np.zeros_like, grey, 3.0) == 0


def test_movement_changes_what_sticks_to_a_grid_and_nothing_else(rng):
    """A lattice of 10 levels on every fourth row and column: moved by 1 it is off at 2 of 16 places, by 4 at none."""
    photo = rng.integers(0, 200, (256, 256, 3)).astype(np.uint8)

    def weave(image):
        woven = image.copy()
        woven[::4, ::4] += 10
        return woven

    assert change_by_move(lambda image: image, photo, 1) == 0
    assert change_by_move(weave, photo, 1) == pytest.approx(100 * 2 / 16, rel=0.02)
    assert change_by_move(weave, photo, 4) == 0
