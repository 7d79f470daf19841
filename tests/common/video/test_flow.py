"""Optical flow of pictures that are moved by known amounts."""

import numpy as np
import pytest

pytest.importorskip("cv2")

from fast_style.common.video.flow import DenseFlow, positions, warp


def constant(right, down, height=8, width=8):
    return np.full((height, width, 2), (right, down), np.float32)


def test_positions_are_columns_and_rows_moved_by_the_flow():
    assert positions(constant(1, -2, 2, 3)).tolist() == [[[1, -2], [2, -2], [3, -2]], [[1, -1], [2, -1], [3, -1]]]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_whole_pixels_are_read_exactly(rng, dtype, interpolation):
    frame = rng.integers(0, 256, (8, 8, 3)).astype(dtype)
    warped = warp(frame, constant(2, 1), interpolation)
    assert warped.dtype == dtype
    assert np.array_equal(warped[:-1, :-2], frame[1:, 2:])


def test_half_a_pixel_is_the_mean_of_two_and_borders_are_repeated():
    frame = np.array([[0, 10, 30]], np.float32)
    assert warp(frame, constant(0.5, 0, 1, 3)).tolist() == [[5, 20, 30]]


def textured(rng, height, width):
    """Smooth noise: what can be followed."""
    from scipy.ndimage import gaussian_filter

    noise = gaussian_filter(rng.normal(size=(height, width)), 2)
    return np.clip(128 + 60 * noise / noise.std(), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("preset", ["ultrafast", "fast", "medium"])
def test_dense_flow_finds_a_movement(rng, preset):
    frame = textured(rng, 96, 128)
    flow = DenseFlow(preset)(frame[:, :-3], frame[:, 3:])[8:-8, 8:-8]
    assert np.median(np.linalg.norm(flow - (-3, 0), axis=-1)) < 0.25


@pytest.mark.parametrize("shape", [(1, 1), (5, 200), (31, 33)])
def test_dense_flow_of_frames_smaller_than_its_patches(shape):
    frame = np.zeros(shape, np.uint8)
    assert DenseFlow()(frame, frame).shape == (*shape, 2)
