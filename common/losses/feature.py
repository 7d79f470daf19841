"""Feature reconstruction loss (section 3.2, eq. 2)."""

import keras

from fast_style.common.losses.squared_distance import mean_squared_distance
from fast_style.common.types import Tensor


def feature_loss(target: Tensor, output: Tensor) -> Tensor:
    """Eq. 2: ``||phi(output) - phi(target)||^2 / (C H W)``.

    Args:
        target: features of the content target, float (batch, height, width, channels), as the
            loss network gives them.
        output: features of the output image, the same shape.

    Returns:
        float32 (batch,).

    Raises:
        UserError: the shapes differ.
    """
    return mean_squared_distance("feature loss", target, output)


@keras.saving.register_keras_serializable(package="fast_style")
class FeatureLoss(keras.losses.Loss):
    """:func:`feature_loss` averaged over the batch."""

    def call(self, y_true, y_pred):
        return feature_loss(y_true, y_pred)
