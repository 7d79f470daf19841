"""Pixel loss (section 3.3)."""

import keras

from fast_style.common.losses.squared_distance import mean_squared_distance
from fast_style.common.types import Tensor


def pixel_loss(target: Tensor, output: Tensor) -> Tensor:
    """``||output - target||^2 / (C H W)``, the paper's per-pixel loss.

    Args:
        target: float (batch, height, width, channels), 0..255.
        output: the same shape and range.

    Returns:
        float32 (batch,).

    Raises:
        UserError: the shapes differ.
    """
    return mean_squared_distance("pixel loss", target, output)


@keras.saving.register_keras_serializable(package="fast_style")
class PixelLoss(keras.losses.Loss):
    """:func:`pixel_loss` averaged over the batch."""

    def call(self, y_true, y_pred):
        return pixel_loss(y_true, y_pred)
