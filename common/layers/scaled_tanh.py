"""The output activation: tanh scaled to pixel values."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fast_style")
class ScaledTanh(keras.layers.Layer):
    """``offset + scale * tanh(x)``, float32 pixel values whatever the dtype policy (section 3.1).

    With the default scale of 150, as in the paper's released networks, black (0) and white (255)
    are reached without saturating tanh; values outside 0..255 are for the caller to clip. An offset
    of 0 makes it a difference that is added to an image.

    >>> import numpy as np
    >>> from fast_style.layers import ScaledTanh
    >>> np.asarray(ScaledTanh()(np.array([-100.0, 0.0, 100.0])))
    array([-22.5, 127.5, 277.5], dtype=float32)

    Args:
        scale: in pixel values. Default: 150.
        offset: in pixel values. Default: 127.5.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Input: float of any shape. Output: float32 of the same shape.
    """

    def __init__(self, scale: float = 150.0, offset: float = 127.5, **kwargs):
        # float32: bfloat16 near 255 has steps of 1.
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        return self.offset + self.scale * ops.tanh(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
