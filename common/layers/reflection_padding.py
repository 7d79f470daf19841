"""Reflection padding of any amount, on images of any size."""

import keras
from keras import ops

from fast_style.common.images.geometry import reflect_pad


@keras.saving.register_keras_serializable(package="fast_style")
class ReflectionPadding(keras.layers.Layer):
    """Reflection of images by `padding` pixels a side, and further, until their sides are multiples.

    The paper pads by 40 pixels (supplement, table 1) so that unpadded residual blocks give back
    the input size. What is needed to reach the multiple is added at the bottom and the right.
    Padding larger than the image bounces to and fro, so any size from 1x1 is legal.

    >>> import numpy as np
    >>> from fast_style.layers import ReflectionPadding
    >>> tuple(ReflectionPadding(40, multiple=4)(np.zeros((1, 16, 23, 3))).shape)
    (1, 96, 104, 3)

    Args:
        padding: pixels a side, at least 0.
        multiple: of what sides without padding are made a multiple, in pixels, at least 1. Default: 1.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Input: (batch, height, width, channels). Output: the same, with height and width rounded up to the multiple and
    larger by 2 * padding.
    """

    def __init__(self, padding: int, multiple: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding
        self.multiple = multiple

    def call(self, inputs):
        # Of numbers that are not negative: of others, converters to ONNX take another remainder.
        bottom, right = ((self.multiple - side % self.multiple) % self.multiple for side in ops.shape(inputs)[1:3])
        p = self.padding
        return reflect_pad(inputs, p, p + bottom, p, p + right)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        sides = [s and s + 2 * self.padding + -s % self.multiple for s in (height, width)]
        return (batch, *sides, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding, "multiple": self.multiple}
