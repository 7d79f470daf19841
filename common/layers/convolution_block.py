"""The paper's "conv": convolution, normalization, ReLU."""

from fractions import Fraction

import keras

from fast_style.common.layers.block import Block, Step
from fast_style.common.layers.convolution import Convolution
from fast_style.common.layers.normalization import make_normalization, normalize


@keras.saving.register_keras_serializable(package="fast_style")
class ConvolutionBlock(Block, keras.layers.Layer):
    """Convolution, normalization and ReLU (supplement, tables 1 and 2).

    Departure from the paper: the convolution has no bias where a normalization follows, which
    would subtract it again.

    >>> import numpy as np
    >>> from fast_style.layers import ConvolutionBlock
    >>> tuple(ConvolutionBlock(8, 9, strides=2)(np.zeros((1, 16, 24, 3))).shape)
    (1, 8, 12, 8)

    Args:
        filters: output channels, at least 1.
        kernel_size: side of the square kernel in pixels, at least 1.
        strides: 1, or 2 to halve height and width. Default: 1.
        padding: ``"same"`` (zeros; default) or ``"valid"``.
        normalization: ``"instance"`` (default), ``"batch"`` (the paper) or ``"none"``.
        activation: ``"relu"`` (default) or None.
        conditions: of conditional instance normalization: how many, at least 1. Default: None for none.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Input: float (batch, height, width, any). Output: float (batch, height / strides, width / strides, filters), less
    the kernel's border with ``padding="valid"``. With conditions, call it with weights of them, too, as of
    :class:`ConditionalInstanceNormalization`: float (batch, conditions), or (batch, rows, columns, conditions) of the
    output's size.

    Raises:
        UserError: an unknown normalization, or one without conditions.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "same",
        normalization: str = "instance",
        activation: str | None = "relu",
        conditions: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.normalization_kind = normalization
        self.activation_name = activation
        self.conditions = conditions
        self.convolution = Convolution(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            use_bias=normalization == "none",
            name="convolution",
            dtype=self.dtype_policy,
        )
        self.normalization = make_normalization(normalization, conditions, "normalization", self.dtype_policy)
        self.activation = keras.activations.get(activation)

    @property
    def stride(self):
        return Fraction(self.strides)

    @property
    def radius(self):
        return self.kernel_size // 2

    def steps(self):
        return [Step(self.convolution, self.normalization, self.activation)]

    def build(self, input_shape):
        self.convolution.build(input_shape)
        if self.normalization is not None:
            self.normalization.build(self.convolution.compute_output_shape(input_shape))

    def call(self, inputs, weights=None, training=None):
        x = normalize(self.normalization, self.convolution(inputs), weights, training)
        return self.activation(x)

    def compute_output_shape(self, input_shape):
        return self.convolution.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "normalization": self.normalization_kind,
            "activation": self.activation_name,
            "conditions": self.conditions,
        }
