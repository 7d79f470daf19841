"""Keras' convolutions, computed in quicker forms where there are any."""

from fractions import Fraction

import keras

from fast_style.common.layers.block import Block, Step
from fast_style.common.layers.convolution_forms import forms_for


@keras.saving.register_keras_serializable(package="fast_style")
class Convolution(Block, keras.layers.Conv2D):
    """``keras.layers.Conv2D``, the same numbers.

    Inside :func:`cpu_convolutions` it is computed in forms that are quick on CPUs, where its kernel is square and its
    strides alike, for channels last, without groups or dilation.

    >>> import numpy as np
    >>> from fast_style.layers import Convolution
    >>> tuple(Convolution(8, 3, strides=2, padding="same")(np.zeros((1, 16, 24, 3))).shape)
    (1, 8, 12, 8)

    Args: as of ``keras.layers.Conv2D``.

    Input: float (batch, height, width, any). Output: float (batch, rows, columns, filters).
    """

    @property
    def stride(self):
        return Fraction(self.strides[0])

    @property
    def radius(self):
        return self.kernel_size[0] // 2

    def steps(self):
        return [Step(self, None, self.activation)]

    def convolution_op(self, inputs, kernel):
        forms = forms_for(inputs)
        if forms is None or not _is_plain(self):
            return super().convolution_op(inputs, kernel)
        return forms.convolve(inputs, kernel, self.strides[0], self.padding.upper())


@keras.saving.register_keras_serializable(package="fast_style")
class TransposedConvolution(keras.layers.Conv2DTranspose):
    """``keras.layers.Conv2DTranspose``, as :class:`Convolution` is ``Conv2D``; in other forms with ``padding="same"``.

    >>> import numpy as np
    >>> from fast_style.layers import TransposedConvolution
    >>> tuple(TransposedConvolution(8, 3, strides=2, padding="same")(np.zeros((1, 16, 24, 3))).shape)
    (1, 32, 48, 8)

    Args: as of ``keras.layers.Conv2DTranspose``.

    Input: float (batch, height, width, any). Output: float (batch, height * strides, width * strides, filters).
    """

    def call(self, inputs):
        forms = forms_for(inputs)
        if forms is None or not _is_plain(self) or self.padding != "same" or self.output_padding is not None:
            return super().call(inputs)
        outputs = forms.convolve_transposed(inputs, self.kernel, self.strides[0])
        return self.activation(outputs + self.bias if self.use_bias else outputs)


def _is_plain(layer):
    """Whether it is what the other forms compute: of a square kernel, without groups and dilation, channels last."""
    alike = all(len({*sides}) == 1 for sides in (layer.kernel_size, layer.strides))
    return alike and layer.data_format == "channels_last" and {*layer.dilation_rate, getattr(layer, "groups", 1)} == {1}
