"""Two views of a photograph, put back: what a network that moves with its photograph makes of both is alike."""

import keras
import numpy as np
import pytest
from keras import ops

from fast_style.common.images.compression import compressed
from fast_style.views import NoisyMoved, SmoothlyMoved


@pytest.mark.parametrize("shift", [1, 3, 12, 20, 40])
def test_pixels_that_went_round_a_border_are_not_compared(rng, shift):
    """Whatever the movement. The network is a blur that sees 2 pixels a side; of noise there is none."""
    photos = rng.uniform(0, 255, (2, 128, 128, 3)).astype("float32")
    blur = np.full((5, 5, 3, 3), 1 / 75, "float32")
    views = NoisyMoved(noise=0.0, shift=shift)
    for number in range(6):
        first, second, _, put_back = views(photos, lambda of, n=number: keras.random.SeedGenerator(10 * n + of), 0)
        a, b = put_back(*(ops.conv(one, blur, padding="same") for one in (first, second)))
        assert a.shape == b.shape
        assert a.shape[1] > 0
        np.testing.assert_allclose(a, b, atol=1e-3)


def test_the_next_frame_is_compressed_to_the_quality_at_least(rng):
    """Grain is lost by it: more than at the best that is drawn, and less than at the worst."""
    photos = rng.uniform(0, 255, (3, 64, 64, 3)).astype("float32")
    still = {"noise": 0.0, "shift": 0, "motion": 0.0, "light": 0.0}

    def second(jpeg):
        views = SmoothlyMoved(**still, jpeg=jpeg)
        return np.asarray(views(photos, lambda of: keras.random.SeedGenerator(of), 0)[1])

    np.testing.assert_allclose(second(100.0), photos, atol=1e-3)
    lost, most = (np.abs(of - photos).mean((1, 2, 3)) for of in (second(20.0), np.asarray(compressed(photos, 20.0))))
    assert (lost > 1).all()
    assert (lost < most).all()
    assert len({round(float(value), 3) for value in lost}) == 3
