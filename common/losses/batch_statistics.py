"""Means and standard deviations of channels, those of batch normalization, as a loss of style."""

from keras import ops

from fast_style.common.losses.constant import constant
from fast_style.common.losses.positions import mean_square, mean_vector
from fast_style.common.types import Tensor

# Added to variances, of features of 0..255 images, where the root's gradient would be infinite.
EPSILON = 1e-3


class BatchStatisticsStyle:
    """Loss of style ``sum ((mu_x - mu_y)^2 + (sigma_x - sigma_y)^2) / C`` over the C channels of a layer.

    Li, Wang, Liu, Hou: "Demystifying Neural Style Transfer" (2017), section 4.2.

    >>> import numpy as np
    >>> from fast_style.losses import BatchStatisticsStyle
    >>> loss = BatchStatisticsStyle(np.zeros((1, 8, 8, 4)))
    >>> np.asarray(loss(np.ones((2, 6, 5, 4))))
    array([1., 1.], dtype=float32)

    Call: features of output images at that layer, float (batch, any height, any width, channels). Returns float32
    (batch,), 0 or more.

    Args:
        painting: features of the painting at one layer, float (1, height, width, channels), any range.
    """

    def __init__(self, painting: Tensor):
        self._mean, self._deviation = map(constant, _statistics(painting))

    def __call__(self, features: Tensor) -> Tensor:
        """float (batch, any height, any width, channels) -> float32 (batch,)."""
        mean, deviation = _statistics(features)
        return mean_square(mean - self._mean) + mean_square(deviation - self._deviation)


def _statistics(features):
    mean = mean_vector(features)
    difference = ops.cast(features, "float32") - mean[:, None, None, :]
    return mean, ops.sqrt(ops.mean(ops.square(difference), axis=(1, 2)) + EPSILON)
