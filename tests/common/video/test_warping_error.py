"""The warping error, of pictures whose flow and difference are known."""

import math

import numpy as np
import pytest

pytest.importorskip("cv2")

from fast_style.common.video.occlusion import visible
from fast_style.common.video.warping_error import warping_error


def moved(rng):
    """A picture, the same moved left and up, and the flow between both."""
    picture = rng.integers(0, 200, (20, 24, 3)).astype(np.uint8)
    return picture[:-2, :-3].copy(), picture[2:, 3:].copy(), np.full((18, 21, 2), (-3, -2), np.float32)


def test_a_moved_picture_has_no_error(rng):
    before, after, flow = moved(rng)
    assert warping_error(before, after, flow, visible(flow, -flow)) == 0


def test_its_error_is_the_mean_square_of_what_changed(rng):
    """51 of 255 levels in one of three channels: 0.2^2 / 3."""
    before, after, flow = moved(rng)
    after[..., 1] += 51
    assert warping_error(before, after, flow, visible(flow, -flow)) == pytest.approx(0.04 / 3)


def test_what_the_mask_leaves_out_does_not_count(rng):
    before, after, flow = moved(rng)
    mask = visible(flow, -flow)
    before[:2] = 255  # above the rows that are seen again
    before[5, 7] = 255
    mask[5, 7] = False
    assert warping_error(before, after, flow, mask) == 0


def test_nothing_that_is_seen_in_both_has_no_error_to_tell():
    frame = np.zeros((8, 8, 3), np.uint8)
    assert math.isnan(warping_error(frame, frame, np.zeros((8, 8, 2), np.float32), np.zeros((8, 8), bool)))
