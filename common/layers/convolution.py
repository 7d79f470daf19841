"""Keras' convolutions, computed in quicker forms where there are any."""

import keras

from fast_style.common.layers import cpu_convolution


@keras.saving.register_keras_serializable(package="fast_style")
class Convolution(keras.layers.Conv2D):
    """``keras.layers.Conv2D``, the same numbers, for channels last and no dilation.

    Inside :func:`cpu_convolutions` it is computed by :mod:`cpu_convolution`.
    """

    def convolution_op(self, inputs, kernel):
        if not cpu_convolution.is_enabled(inputs) or self.data_format != "channels_last":
            return super().convolution_op(inputs, kernel)
        return cpu_convolution.convolve(inputs, kernel, self.strides[0], self.padding.upper())


@keras.saving.register_keras_serializable(package="fast_style")
class TransposedConvolution(keras.layers.Conv2DTranspose):
    """``keras.layers.Conv2DTranspose`` with ``padding="same"``, as :class:`Convolution` is ``Conv2D``."""

    def call(self, inputs):
        if not cpu_convolution.is_enabled(inputs) or self.data_format != "channels_last":
            return super().call(inputs)
        outputs = cpu_convolution.convolve_transposed(inputs, self.kernel, self.strides[0])
        return outputs + self.bias if self.use_bias else outputs
