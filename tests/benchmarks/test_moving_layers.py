"""Flow of photographs that are moved in layers, against what is known of them."""

import numpy as np
import pytest

pytest.importorskip("cv2")

from benchmarks.moving_layers import Motion, MovingLayers
from fast_style.common.video.warping_error import warping_error

SIDE = 48


@pytest.fixture
def layers(rng):
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[16:32, 12:28] = 1
    background, before = (rng.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8) for _ in range(2))
    return background, before, mask


def test_layers_that_move_by_whole_pixels_have_exact_flow_and_no_error(layers):
    clip = MovingLayers(*layers, (Motion(shift=(1, 0)), Motion(shift=(-2, 1))), 3)
    for index in range(2):
        flow, seen = clip.flow(index)
        assert flow[0, 0].tolist() == [1, 0]
        assert flow[24, 20].tolist() == [-2, 1]
        assert 0.8 < seen.mean() < 1
        assert warping_error(clip.frames[index], clip.frames[index + 1], flow, seen) == 0
        everywhere = warping_error(clip.frames[index], clip.frames[index + 1], flow, np.ones_like(seen))
        assert everywhere > 1e-3  # what is covered, and what leaves the frame


def test_what_the_layer_before_moves_over_is_not_seen(layers):
    """It covers columns 12 to 27, and moves by two: columns 10 and 11 of the background disappear."""
    clip = MovingLayers(*layers, (Motion(), Motion(shift=(-2, 0))), 2)
    _, seen = clip.flow(0)
    assert not seen[20, 10:12].any()
    assert seen[20, :8].all()
    assert seen[20, 14:26].all()


def test_a_layer_that_turns_and_grows_moves_round_the_middle(layers):
    motion = Motion(turn=np.pi / 2, zoom=2.0)
    clip = MovingLayers(*layers, (motion, motion), 2)
    middle = (SIDE - 1) / 2
    flow, _ = clip.flow(0)
    row, column = 23, 24
    around = np.array([column - middle, row - middle])
    turned = 2 * np.array([[0, -1], [1, 0]]) @ around
    assert flow[row, column] == pytest.approx(turned - around, abs=1e-5)
