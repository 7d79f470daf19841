"""The output activation: tanh scaled to pixel values."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fast_style")
class ScaledTanh(keras.layers.Layer):
    """``offset + scale * tanh(x)``, float32 RGB whatever the dtype policy.

    With the default scale of 150, as in the paper's released networks, black (0) and white (255)
    are reached without saturating tanh; values outside 0..255 are for the caller to clip. An offset
    of 0 makes it a difference that is added to an image.
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
