"""The residual block of Gross and Wilber that the paper uses: no ReLU after the addition."""

import keras
from keras import ops

from fast_style.common.images.margin import cut_margin
from fast_style.common.layers import cpu_convolution
from fast_style.common.layers.block import Block
from fast_style.common.layers.convolution_block import ConvolutionBlock
from fast_style.common.layers.convolution_forms import forms_for


@keras.saving.register_keras_serializable(package="fast_style")
class ResidualBlock(Block, keras.layers.Layer):
    """3x3 convolution, normalization, ReLU, 3x3 convolution, normalization, plus the identity (section 3.1).

    >>> import numpy as np
    >>> from fast_style.layers import ResidualBlock
    >>> tuple(ResidualBlock(8)(np.zeros((1, 16, 24, 8))).shape)
    (1, 12, 20, 8)

    Args:
        filters: channels of input and output, at least 1.
        padding: ``"valid"`` (default) as in the paper's style networks (the identity is cropped by 2 pixels a
            side), or ``"same"`` (zeros) as in its super-resolution networks.
        normalization: ``"instance"`` (default), ``"batch"`` (the paper) or ``"none"``.
        conditions: of conditional instance normalization: how many, at least 1. Default: None for none.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Input: float (batch, height, width, filters). Output: the same, 4 pixels less in height and
    width with ``padding="valid"``. With conditions, call it with weights of them, too, as of
    :class:`ConditionalInstanceNormalization`: float (batch, conditions), or (batch, height, width, conditions) of the
    input's size.

    Raises:
        UserError: an unknown normalization, or one without conditions.
    """

    def __init__(
        self,
        filters: int,
        padding: str = "valid",
        normalization: str = "instance",
        conditions: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.padding = padding
        self.normalization_kind = normalization
        self.conditions = conditions
        options = {"padding": padding, "normalization": normalization, "conditions": conditions}
        options |= {"dtype": self.dtype_policy, "autocast": self.autocast}
        self.first = ConvolutionBlock(filters, 3, name="first", **options)
        self.second = ConvolutionBlock(filters, 3, activation=None, name="second", **options)

    def steps(self):
        return [*self.first.steps(), *self.second.steps()]

    @property
    def radius(self):
        return self.first.radius + self.second.radius

    @property
    def crop(self):
        return self.radius if self.padding == "valid" else 0

    def build(self, input_shape):
        self.first.build(input_shape)
        self.second.build(self.first.compute_output_shape(input_shape))

    def call(self, inputs, weights=None, training=None):
        # A map of weights loses what each of the two convolutions does.
        cropped = self.padding == "valid" and weights is not None and len(weights.shape) == 4
        first, second = (cut_margin(weights, side) if cropped else weights for side in (1, 2))
        x = self.second(self.first(inputs, first, training=training), second, training=training)
        return (self._cropped(inputs) if self.padding == "valid" else inputs) + x

    @staticmethod
    def _cropped(inputs):
        if forms_for(inputs) is not cpu_convolution:
            return inputs[:, 2:-2, 2:-2, :]
        # The same, with a gradient that takes a sixth to a tenth of the time.
        batch, height, width, channels = ops.shape(inputs)
        return ops.slice(inputs, (0, 2, 2, 0), (batch, height - 4, width - 4, channels))

    def compute_output_shape(self, input_shape):
        return self.second.compute_output_shape(self.first.compute_output_shape(input_shape))

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "padding": self.padding,
            "normalization": self.normalization_kind,
            "conditions": self.conditions,
        }
