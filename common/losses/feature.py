"""Feature reconstruction loss (section 3.2, eq. 2)."""

import keras

from fast_style.common.losses.squared_distance import mean_squared_distance
from fast_style.common.types import Tensor


def feature_loss(target: Tensor, output: Tensor) -> Tensor:
    """Feature reconstruction loss ``||phi(output) - phi(target)||^2 / (C H W)`` (section 3.2, eq. 2).

    >>> import numpy as np
    >>> from fast_style.losses import feature_loss
    >>> target, output = np.zeros((2, 4, 4, 8)), np.full((2, 4, 4, 8), 3.0)
    >>> np.asarray(feature_loss(target, output))
    array([9., 9.], dtype=float32)

    Args:
        target: features of the content target at one layer, float (batch, height, width, channels), any range.
        output: features of the output image there, the same shape.

    Returns:
        float32 (batch,), 0 or more.

    Raises:
        UserError: the shapes differ.
    """
    return mean_squared_distance("feature loss", target, output)


@keras.saving.register_keras_serializable(package="fast_style")
class FeatureLoss(keras.losses.Loss):
    """:func:`feature_loss` as a Keras loss, averaged over the batch.

    >>> import numpy as np
    >>> from fast_style.losses import FeatureLoss
    >>> float(FeatureLoss()(np.zeros((2, 4, 4, 8)), np.full((2, 4, 4, 8), 3.0)))
    9.0

    Call: features of targets and outputs, float (batch, height, width, channels). Returns a float32 scalar.

    Args:
        name, reduction, dtype: as of ``keras.losses.Loss``; the default reduction averages over the batch.

    Raises:
        UserError: at a call, the shapes differ.
    """

    def call(self, y_true, y_pred):
        return feature_loss(y_true, y_pred)
