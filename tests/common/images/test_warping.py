"""Pictures read between pixels, and the random motion that says where."""

import numpy as np
import pytest

from fast_style.common.images.smooth_flow import smooth_flow
from fast_style.common.images.warping import warp_images


def flow_of(right, down, shape=(2, 9, 11)):
    return np.full((*shape, 2), (right, down), "float32")


def test_whole_pixels_are_read_exactly_and_borders_repeated(rng):
    images = rng.normal(size=(2, 9, 11, 3)).astype("float32")
    warped = np.asarray(warp_images(images, flow_of(2, -1)))
    assert np.array_equal(warped[:, 1:, :-2], images[:, :-1, 2:])
    assert np.array_equal(warped[:, 0, :-2], images[:, 0, 2:])


@pytest.mark.parametrize("t", [0.25, 0.5, -0.3])
def test_a_parabola_is_read_exactly_between_pixels(t):
    """Catmull and Rom's cubic reproduces polynomials of degree 2."""
    places = np.arange(11.0)
    images = np.broadcast_to((places**2)[None, None, :, None], (1, 9, 11, 1)).astype("float32")
    warped = np.asarray(warp_images(images, flow_of(t, 0, (1, 9, 11))))
    assert warped[0, 4, 2:-2, 0] == pytest.approx((places[2:-2] + t) ** 2, abs=1e-4)


def test_gradients_go_back_to_where_was_read():
    import tensorflow as tf

    images = tf.Variable(np.zeros((1, 4, 6, 1), "float32"))
    with tf.GradientTape() as tape:
        read = warp_images(images, flow_of(1, 0, (1, 4, 6)))[0, 2, 3, 0]
    gradient = tape.gradient(read, images).numpy()[0, ..., 0]
    assert gradient[2, 4] == 1
    assert np.abs(gradient).sum() == 1


def test_smooth_flow_is_bounded_smooth_and_another_for_each_photograph():
    flow = np.asarray(smooth_flow((64, 40, 48, 3), 4.0, lambda number: number))
    assert flow.shape == (64, 40, 48, 2)
    assert 2 < np.abs(flow).max() <= 4
    steps = [np.abs(np.diff(flow, axis=axis)).max() for axis in (1, 2)]
    assert max(steps) < 0.5  # of 4 pixels, a wave of a quarter of them, at most one every 40: 2 pi / 40 a pixel
    assert len({tuple(one) for one in flow[:, 0, 0].tolist()}) == 64
    assert np.abs(flow.mean(axis=(0, 1, 2))).max() < 0.5
