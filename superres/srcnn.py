"""SRCNN, the paper's baseline (Dong, Loy, He, Tang 2015, arXiv:1501.00092)."""

import math

import keras
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.pixels import image_to_luma, image_to_network, network_to_image, with_luma
from fast_style.common.layers import Convolution, ReflectionPadding
from superres.bicubic import bicubic_resize
from superres.enlarging_network import EnlargingNetwork


@keras.saving.register_keras_serializable(package="superres")
class SRCNN(EnlargingNetwork):
    """SRCNN, three convolutions on the Y channel of a bicubic enlargement: 9x9 to 64, 32, and 1 channel.

    Dong, Loy, He, Tang: "Image Super-Resolution Using Deep Convolutional Networks" (2015, arXiv:1501.00092).

    Cb and Cr are the bicubic enlargement's, as in its paper. Departures from that paper: an enlarged
    image is reflected at its borders, so that the output is not smaller; Glorot initial values
    instead of a deviation of 0.001, and Adam as for the other networks, because training is shorter.

    >>> import numpy as np, superres
    >>> network = superres.SRCNN(factor=2)
    >>> tuple(network(np.zeros((1, 16, 23, 3), np.uint8)).shape)
    (1, 32, 46, 3)

    Args:
        factor: 2, 4 (default) or 8.
        second_kernel: side of the second convolution in pixels: 1 (9-1-5; default) or 5 (9-5-5).
        histogram_matching: as of :class:`SuperResolutionNetwork`.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.Model``.

    Input: RGB (batch, height, width, 3), uint8 or float, 0..255, any height and width from 1.
    Output: float32 RGB (batch, height * factor, width * factor, 3); clip to 0..255 to show it.

    Raises:
        UserError: another factor or kernel.
    """

    def __init__(self, factor: int = 4, second_kernel: int = 1, histogram_matching: bool | None = None, **kwargs):
        super().__init__(factor, histogram_matching, **kwargs)
        if second_kernel not in (1, 5):
            raise UserError(f"second_kernel: expected 1 (9-1-5) or 5 (9-5-5). Received: {second_kernel!r}")
        self.second_kernel = second_kernel
        self.padding = ReflectionPadding(self._reach, name="padding", dtype=self.dtype_policy)
        self.convolutions = [
            Convolution(64, 9, activation="relu", name="patches", dtype=self.dtype_policy),
            Convolution(32, second_kernel, activation="relu", name="mapping", dtype=self.dtype_policy),
            Convolution(1, 5, name="reconstruction", dtype=self.dtype_policy),
        ]
        self.build((None, None, None, 3))

    @property
    def _reach(self):
        """Pixels of the enlarged image that the three convolutions take from each side."""
        return 4 + self.second_kernel // 2 + 2

    def chain(self):
        return self.convolutions

    @property
    def receptive_radius(self):
        # The convolutions see the enlarged image.
        return math.ceil(self._reach / self.factor) + 2  # 2: the bicubic filter

    @property
    def filters(self):
        return self.convolutions[0].filters

    def build(self, input_shape):
        if self.built:
            return
        self.build_layers([self.padding, *self.convolutions], (None, None, None, 1))

    def call(self, images, training=None):
        height, width = ops.shape(images)[1:3]
        images = ops.cast(images, "float32")
        enlarged = bicubic_resize(images, height * self.factor, width * self.factor)
        x = self.padding(ops.cast(image_to_network(image_to_luma(enlarged)), self.compute_dtype))
        for convolution in self.convolutions:
            x = convolution(x)
        return with_luma(enlarged, network_to_image(ops.cast(x, "float32")))

    def get_config(self):
        return {**super().get_config(), "second_kernel": self.second_kernel}
