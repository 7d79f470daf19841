"""Conditional instance normalization (Dumoulin, Shlens, Kudlur 2017, arXiv:1610.07629)."""

import keras
from keras import ops

from fast_style.common.errors import check_whole
from fast_style.common.layers.instance_normalization import InstanceNormalization


@keras.saving.register_keras_serializable(package="fast_style")
class ConditionalInstanceNormalization(InstanceNormalization):
    """Instance normalization with a scale and a shift of each channel for each of several conditions, mixed by weights.

    Dumoulin, Shlens, Kudlur: "A Learned Representation For Artistic Style" (2017, arXiv:1610.07629).

    ``y = (w gamma) * (x - mean) / sqrt(variance + epsilon) + w beta``, with matrices gamma and beta of the shape
    (conditions, channels) and weights w, of a whole picture or of each pixel. Mean and variance are of the whole
    picture either way.

    >>> import numpy as np
    >>> from fast_style.layers import ConditionalInstanceNormalization
    >>> layer = ConditionalInstanceNormalization(2)
    >>> layer.build((1, 1, 2, 1))
    >>> layer.set_weights([np.array([[1.0], [3.0]]), np.zeros((2, 1))])
    >>> images = np.array([1.0, 3.0]).reshape(1, 1, 2, 1)
    >>> np.round(np.asarray(layer(images, np.array([[0.5, 0.5]]))).ravel(), 3)
    array([-2.,  2.], dtype=float32)

    Args:
        conditions: how many, at least 1.
        epsilon: added to the variance, positive. Default: 1e-5.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Call: float (batch, height, width, channels), and weights, float (batch, conditions) or (batch, height, width,
    conditions), whose batch may be 1. They are taken as they are, whatever their sum. Output: of the first's shape and
    type. Statistics are float32 whatever the dtype policy, but for float64.

    Raises:
        UserError: no condition.
    """

    def __init__(self, conditions: int, epsilon: float = 1e-5, **kwargs):
        super().__init__(epsilon, **kwargs)
        check_whole(1, conditions=conditions)
        self.conditions = conditions
        # Weights keep their float32; `call` casts inputs itself.
        self.autocast = False

    def parameter_shape(self, channels):
        return (self.conditions, channels)

    def call(self, inputs, weights):
        inputs = ops.cast(inputs, self.compute_dtype)
        gamma, beta = self.mixed(weights)
        if len(weights.shape) == 4:  # of each pixel: behind what has one number a channel
            return ops.cast(ops.cast(self.normalized(inputs), gamma.dtype) * gamma + beta, inputs.dtype)
        return self.normalized(inputs, gamma, beta)

    def mixed(self, weights):
        """Scale and shift of weights (..., conditions): two tensors (..., channels)."""
        weights = ops.cast(weights, self.gamma.dtype)
        return ops.matmul(weights, self.gamma), ops.matmul(weights, self.beta)

    def get_config(self):
        return {**super().get_config(), "conditions": self.conditions}
