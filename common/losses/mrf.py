"""Matching of patches, a Markov random field's energy, as a loss of style."""

import math

from keras import ops

from fast_style.common.errors import UserError, check_whole
from fast_style.common.losses.constant import constant
from fast_style.common.types import Tensor

SIDE = 3
MOST = 1024


class MrfStyle:
    """Mean squared difference between each patch of the output and the painting's most similar one.

    Li, Wand: "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis" (2016),
    eqs. 2 and 3: patches of 3x3 positions; most similar is the one with the largest normalized
    cross-correlation. They take relu3_1 and relu4_1: earlier layers have too many positions.

    Departures: divided by the numbers of patches and of values in one, so that the loss has the scale
    of eq. 2 of the fast style transfer paper; painted patches are thinned to `most`, evenly; no rotated or
    scaled copies of them.

    >>> import numpy as np
    >>> from fast_style.losses import MrfStyle
    >>> painting = np.random.default_rng(0).normal(size=(1, 8, 8, 4))
    >>> loss = MrfStyle(painting)
    >>> np.asarray(loss(painting[:, 2:, 1:6]))
    array([0.], dtype=float32)

    Call: features of output images at that layer, float (batch, any height, any width, channels). Returns float32
    (batch,), 0 or more.

    Args:
        painting: features of the painting at one layer, float (1, height, width, channels), any range.
        most: patches of the painting that are kept, at least 1. Default: 1,024.

    Raises:
        UserError: features of fewer than 3x3 positions, here or at a call; no patch that is kept.
    """

    def __init__(self, painting: Tensor, most: int = MOST):
        check_whole(1, most=most)
        _check(painting)
        painting = ops.cast(painting, "float32")
        patches = ops.stack([shifted[0] for shifted in _shifts(painting)], axis=2)  # (rows, columns, 9, channels)
        rows, columns, _, channels = (int(length) for length in patches.shape)
        stride = 1
        while math.ceil(rows / stride) * math.ceil(columns / stride) > most:
            stride += 1
        self._patches = constant(ops.reshape(patches[::stride, ::stride], (-1, SIDE * SIDE, channels)))
        norms = ops.sqrt(ops.sum(ops.square(self._patches), axis=(1, 2), keepdims=True))
        kernel = ops.transpose(self._patches / ops.maximum(norms, 1e-6), (1, 2, 0))
        self._kernel = constant(ops.reshape(kernel, (SIDE, SIDE, channels, -1)))

    def nearest(self, features):
        """int32 (batch, height - 2, width - 2): which of the painting's patches is most similar."""
        # The norm of the output's own patch is the same for all, so it decides nothing.
        return ops.argmax(ops.conv(ops.cast(features, "float32"), self._kernel, padding="valid"), axis=-1)

    def __call__(self, features: Tensor) -> Tensor:
        """float (batch, height, width, channels), from 3x3 -> float32 (batch,)."""
        _check(features)
        features = ops.cast(features, "float32")
        nearest = ops.stop_gradient(self.nearest(ops.stop_gradient(features)))
        return sum(
            ops.mean(ops.square(shifted - ops.take(self._patches[:, place], nearest, axis=0)), axis=(1, 2, 3))
            for place, shifted in enumerate(_shifts(features))
        ) / (SIDE * SIDE)


def _shifts(features):
    """The features at each of the nine places in a patch, for all patches: (batch, rows, columns, channels)."""
    height, width = ops.shape(features)[1:3]
    rows, columns = height - SIDE + 1, width - SIDE + 1
    for top in range(SIDE):
        for left in range(SIDE):
            yield features[:, top : top + rows, left : left + columns, :]


def _check(features):
    height, width = features.shape[1:3]
    if min(length for length in (height or SIDE, width or SIDE)) < SIDE:
        raise UserError(
            f"style loss mrf: expected features of at least {SIDE}x{SIDE} positions. Received: {height}x{width}; "
            "take earlier layers or larger pictures"
        )
