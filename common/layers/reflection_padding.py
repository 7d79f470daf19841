"""Reflection padding of any amount, on images of any size."""

import keras
from keras import ops

from fast_style.common.images.geometry import reflect_pad


@keras.saving.register_keras_serializable(package="fast_style")
class ReflectionPadding(keras.layers.Layer):
    """Reflects the image by `padding` pixels a side, then on to a multiple of `multiple`.

    The paper pads by 40 pixels (supplement, table 1) so that unpadded residual blocks give back
    the input size. What is needed to reach the multiple is added at the bottom and the right.
    Padding larger than the image bounces to and fro, so any size from 1x1 is legal.

    Input: (batch, height, width, channels). Output: height and width larger by 2 * padding and
    rounded up to the multiple.
    """

    def __init__(self, padding: int, multiple: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding
        self.multiple = multiple

    def call(self, inputs):
        shape = ops.shape(inputs)
        p = self.padding
        return reflect_pad(inputs, p, p + (-shape[1]) % self.multiple, p, p + (-shape[2]) % self.multiple)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        sides = [s and s + 2 * self.padding + -s % self.multiple for s in (height, width)]
        return (batch, *sides, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding, "multiple": self.multiple}
