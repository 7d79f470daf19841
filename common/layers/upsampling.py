"""Convolutions of stride 1/2, and the usual replacements."""

from fractions import Fraction

import keras
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.layers.block import Block, Step
from fast_style.common.layers.convolution import Convolution, TransposedConvolution
from fast_style.common.layers.convolution_forms import forms_for
from fast_style.common.layers.normalization import make_normalization, normalize

UPSAMPLINGS = ("transposed", "resize", "bilinear", "subpixel")


@keras.saving.register_keras_serializable(package="fast_style")
class UpsamplingBlock(Block, keras.layers.Layer):
    """3x3 convolution of stride 1/2, which doubles height and width, normalization, ReLU (supplement, tables 1 and 2).

    >>> import numpy as np
    >>> from fast_style.layers import UpsamplingBlock
    >>> tuple(UpsamplingBlock(4, "resize")(np.zeros((1, 16, 24, 8))).shape)
    (1, 32, 48, 4)

    Args:
        filters: output channels, at least 1.
        method: ``"transposed"`` (default), the paper's convolution of stride 1/2; ``"resize"``, nearest
            neighbour then a 3x3 convolution, which leaves no checkerboard (Odena et al. 2016);
            ``"bilinear"``, which interpolates instead, so that gradients have no steps either;
            ``"subpixel"``, a 3x3 convolution to four times the filters, rearranged (Shi et al. 2016).
        normalization: ``"instance"`` (default), ``"batch"`` (the paper) or ``"none"``.
        conditions: of conditional instance normalization: how many, at least 1. Default: None for none.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Input: float (batch, height, width, any). Output: float (batch, 2 height, 2 width, filters). With
    conditions, call it with weights of them, too, as of :class:`ConditionalInstanceNormalization`: float (batch,
    conditions), or (batch, 2 height, 2 width, conditions).

    Raises:
        UserError: an unknown method or normalization, or one without conditions.
    """

    stride = Fraction(1, 2)
    radius = 1

    def __init__(
        self,
        filters: int,
        method: str = "transposed",
        normalization: str = "instance",
        conditions: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if method not in UPSAMPLINGS:
            raise UserError(f"upsampling: expected one of {', '.join(UPSAMPLINGS)}. Received: {method!r}")
        self.filters = filters
        self.method = method
        self.normalization_kind = normalization
        self.conditions = conditions
        options = {"padding": "same", "name": "convolution", "dtype": self.dtype_policy}
        options["use_bias"] = normalization == "none"
        if method == "transposed":
            self.convolution = TransposedConvolution(filters, 3, strides=2, **options)
        else:
            self.convolution = Convolution(filters * 4 if method == "subpixel" else filters, 3, **options)
        self.normalization = make_normalization(normalization, conditions, "normalization", self.dtype_policy)

    def steps(self):
        enlargement = {"transposed": None, "resize": "nearest"}.get(self.method, self.method)
        return [Step(self.convolution, self.normalization, ops.relu, enlargement)]

    def build(self, input_shape):
        self.convolution.build(input_shape)
        if self.normalization is not None:
            self.normalization.build(self.compute_output_shape(input_shape))

    def call(self, inputs, weights=None, training=None):
        if self.method == "transposed":
            x = self.convolution(inputs)
        elif self.method == "resize":
            x = self._resized(inputs)
        elif self.method == "bilinear":
            x = self.convolution(bilinear_double(inputs))
        else:
            x = depth_to_space(self.convolution(inputs), self.filters)
        return ops.relu(normalize(self.normalization, x, weights, training))

    def _resized(self, inputs):
        forms = forms_for(inputs)
        if forms is None:
            return self.convolution(nearest_double(inputs))
        outputs = forms.double_and_convolve(inputs, self.convolution.kernel)
        return outputs + ops.cast(self.convolution.bias, outputs.dtype) if self.convolution.use_bias else outputs

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, height and height * 2, width and width * 2, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "method": self.method,
            "normalization": self.normalization_kind,
            "conditions": self.conditions,
        }


def depth_to_space(inputs, filters):
    """(batch, height, width, 4 filters) -> (batch, 2 height, 2 width, filters); one operation in TensorFlow."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.nn.depth_to_space(inputs, 2)
    batch, height, width, _ = ops.shape(inputs)
    x = ops.reshape(inputs, (batch, height, width, 2, 2, filters))
    return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (batch, height * 2, width * 2, filters))


def nearest_double(inputs):
    """Nearest-neighbour enlargement by two, in a form that XLA, TFLite and dynamic sizes all take."""
    return depth_to_space(ops.concatenate([inputs] * 4, axis=-1), inputs.shape[-1])


def bilinear_double(inputs):
    """Bilinear enlargement by two: pixel centres at halves, edges repeated."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Keras' own takes no sizes that are unknown until it runs.
        return tf.cast(tf.image.resize(inputs, 2 * tf.shape(inputs)[1:3]), inputs.dtype)
    height, width = inputs.shape[1:3]
    return ops.image.resize(inputs, (2 * height, 2 * width), "bilinear", data_format="channels_last")
