"""What is seen in both of two frames, of flows written by hand."""

import numpy as np
import pytest

pytest.importorskip("cv2")

from fast_style.common.video.occlusion import at_motion_boundary, visible


def test_what_leaves_the_frame_is_not_seen():
    flow = np.full((4, 6, 2), (2, -1), np.float32)
    expected = np.zeros((4, 6), bool)
    expected[1:, :4] = True
    assert np.array_equal(visible(flow, -flow), expected)


def test_what_something_moves_over_is_not_seen():
    """A bar of two columns moves right by two over a background at rest: columns 4 and 5 disappear below it."""
    flow, back = np.zeros((4, 8, 2), np.float32), np.zeros((4, 8, 2), np.float32)
    flow[:, 2:4, 0] = 2
    back[:, 4:6, 0] = -2
    assert visible(flow, back)[0].tolist() == [True, True, True, True, False, False, True, True]


@pytest.mark.parametrize("apart, seen", [(0.7, True), (0.8, False)])
def test_flows_may_be_apart_by_the_root_of_half_a_pixel_and_more_where_they_are_long(apart, seen):
    """|w + w'|^2 <= 0.01 (|w|^2 + |w'|^2) + 0.5: at rest 0.71."""
    flow = np.zeros((4, 8, 2), np.float32)
    back = np.full((4, 8, 2), (0, apart), np.float32)
    assert visible(flow, back)[1, 1] == seen
    flow[..., 0], back[..., 0] = 6, -6  # 0.72 of longer ways
    assert visible(flow, back)[1, 1]


def test_motion_boundaries_are_where_flow_changes_by_more_than_its_share():
    flow = np.zeros((4, 8, 2), np.float32)
    flow[:, 4:, 0] = 0.04  # 0.0016 < 0.002
    assert not at_motion_boundary(flow).any()
    flow[:, 4:, 0] = 2
    assert np.array_equal(np.argwhere(at_motion_boundary(flow)), [[row, 3] for row in range(4)])
