"""Gaussian blur, the first half of the paper's degradation for super-resolution (section 4.2)."""

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import reflect_pad


def gaussian_kernel(sigma, size):
    """Samples of a Gaussian at integer positions about the centre, normalised to sum 1; float32 (size,)."""
    position = np.arange(size, dtype=np.float64) - size // 2
    weights = np.exp(-0.5 * (position / sigma) ** 2)
    return (weights / weights.sum()).astype("float32")


@keras.saving.register_keras_serializable(package="fast_style")
class GaussianBlur(keras.layers.Layer):
    """Blur of each channel with a separable Gaussian; borders are reflected (section 4.2: sigma 1.0).

    Equal to ``tfa.image.gaussian_filter2d(padding="REFLECT")``.

    >>> import numpy as np
    >>> from fast_style.layers import GaussianBlur
    >>> blur = GaussianBlur(sigma=1.0)
    >>> blur.size
    7
    >>> tuple(blur(np.zeros((1, 16, 24, 3))).shape)
    (1, 16, 24, 3)

    Args:
        sigma: standard deviation in pixels, positive. Default: 1.
        size: side of the kernel in pixels, positive and odd. Default: the smallest that holds 3 sigma a side.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Input and output: float (batch, height, width, channels), any value range.

    Raises:
        UserError: `sigma` is not positive or `size` is not positive and odd.
    """

    def __init__(self, sigma: float = 1.0, size: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not sigma > 0:
            raise UserError(f"sigma: expected a positive number of pixels. Received: {sigma!r}")
        self.sigma = sigma
        self.size = 2 * int(np.ceil(3 * sigma)) + 1 if size is None else size
        if self.size < 1 or self.size % 2 == 0:
            raise UserError(f"size: expected a positive odd number of pixels. Received: {size!r}")

    def call(self, inputs):
        radius = self.size // 2
        channels = inputs.shape[-1]
        kernel = ops.convert_to_tensor(gaussian_kernel(self.sigma, self.size), dtype=inputs.dtype)
        # Not keras.ops.image.gaussian_blur, which pads with zeros and does not separate the axes.
        x = reflect_pad(inputs, radius, radius, radius, radius)
        for shape in ((self.size, 1, 1, 1), (1, self.size, 1, 1)):
            taps = ops.tile(ops.reshape(kernel, shape), (1, 1, channels, 1))
            x = ops.depthwise_conv(x, taps, strides=1, padding="valid", data_format="channels_last")
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "sigma": self.sigma, "size": self.size}
