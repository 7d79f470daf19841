"""Movement as between frames of a clip: smooth, of a fraction of a pixel to some, another for each photograph."""

import math

import keras
from keras import ops

from fast_style.common.keras_ops import drawn
from fast_style.common.types import Tensor

# Of all movement: what is the same everywhere, what turning and growing move at the borders, what waves move locally.
SHIFT, TURN, ZOOM, WAVES = 0.5, 0.125, 0.125, 0.25
MOST_WAVES = 2.0  # over a picture


def smooth_flow(shape: tuple, pixels: float, seed) -> Tensor:
    """Random flow: a shift, a turn, a zoom, and waves that warp locally.

    >>> from fast_style.common.images.smooth_flow import smooth_flow
    >>> smooth_flow((2, 32, 48, 3), 4.0, lambda number: number).shape
    TensorShape([2, 32, 48, 2])

    Args:
        shape: of the photographs, (batch, height, width, channels).
        pixels: by which a pixel is moved at most, to each side.
        seed: function from a number to a seed.

    Returns:
        float32 (batch, height, width, 2), pixels to the right and down.
    """
    batch, height, width = shape[:3]
    numbers = drawn(keras.random.uniform, (8, batch, 1, 1), -1.0, 1.0, seed=seed(2), axis=1)
    shift_right, shift_down, turn, zoom, *waves = [numbers[index] for index in range(8)]
    right, down = _across(width)[None, None, :], _across(height)[None, :, None]

    def wave(phase, frequency, along):
        # A quarter of a wave at least, or it would be one more shift.
        return ops.sin(math.pi * (phase + (0.25 + (MOST_WAVES - 0.25) * ops.abs(frequency)) * along))

    to_right = SHIFT * shift_right + ZOOM * zoom * right - TURN * turn * down + WAVES * wave(*waves[:2], down - right)
    to_down = SHIFT * shift_down + ZOOM * zoom * down + TURN * turn * right + WAVES * wave(*waves[2:], right + down)
    return pixels * ops.stack([to_right, to_down], axis=-1)


def _across(length):
    """-1 to 1 in so many steps, a number or a tensor."""
    return 2.0 * ops.arange(length, dtype="float32") / ops.cast(length - 1, "float32") - 1.0
