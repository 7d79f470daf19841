"""Pixel loss (section 3.3)."""

import keras

from fast_style.common.losses.squared_distance import mean_squared_distance
from fast_style.common.types import Tensor


def pixel_loss(target: Tensor, output: Tensor) -> Tensor:
    """Pixel loss ``||output - target||^2 / (C H W)`` (section 3.3).

    >>> import numpy as np
    >>> from fast_style.losses import pixel_loss
    >>> black, grey = np.zeros((1, 8, 8, 3)), np.full((1, 8, 8, 3), 10.0)
    >>> np.asarray(pixel_loss(black, grey))
    array([100.], dtype=float32)

    Args:
        target: images, uint8 or float (batch, height, width, channels), 0..255.
        output: the same shape and range.

    Returns:
        float32 (batch,), in squared pixel values.

    Raises:
        UserError: the shapes differ.
    """
    return mean_squared_distance("pixel loss", target, output)


@keras.saving.register_keras_serializable(package="fast_style")
class PixelLoss(keras.losses.Loss):
    """:func:`pixel_loss` as a Keras loss, averaged over the batch.

    >>> import numpy as np
    >>> from fast_style.losses import PixelLoss
    >>> float(PixelLoss()(np.zeros((2, 8, 8, 3)), np.full((2, 8, 8, 3), 10.0)))
    100.0

    Call: target and output images, float (batch, height, width, channels), 0..255. Returns a float32 scalar.

    Args:
        name, reduction, dtype: as of ``keras.losses.Loss``; the default reduction averages over the batch.

    Raises:
        UserError: at a call, the shapes differ.
    """

    def call(self, y_true, y_pred):
        return pixel_loss(y_true, y_pred)
