"""Two views of a photograph, put back: what a network that moves with its photograph makes of both is alike."""

import keras
import numpy as np
import pytest
from keras import ops

from fast_style.views import NoisyMoved


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
