"""Noise that networks draw on where a photograph gives them nothing (after Ulyanov et al. 2016, arXiv:1603.03417)."""

import keras
from keras import ops

from fast_style.common.errors import check_whole
from fast_style.common.images.plane_waves import noise_field, positions
from fast_style.common.images.wavelengths import EARLIER_FINEST, FINEST
from fast_style.common.layers.convolution import Convolution
from fast_style.common.layers.late_product import add_late_product, are_late


@keras.saving.register_keras_serializable(package="fast_style")
class NoiseField(keras.layers.Layer):
    """Adds smooth noise of several scales to features, each channel times a strength that is learnt for each filter.

    Ulyanov, Lebedev, Vedaldi, Lempitsky: "Texture Networks" (2016, arXiv:1603.03417), whose generators begin with
    noise of several sizes. Here it is a function of position, endless and without a period
    (:func:`common.images.plane_waves.noise_field`), so that any part of it can be had alone. Strengths begin at 0.

    >>> import numpy as np
    >>> from fast_style.layers import NoiseField
    >>> layer, features = NoiseField(4), np.ones((1, 16, 24, 8), "float32")
    >>> bool((np.asarray(layer(features)) == features).all())
    True
    >>> layer.set_weights([np.ones((1, 1, 4, 8))])
    >>> moved = np.asarray(layer(features, place=(4, 0)))  # by one of the features
    >>> bool((moved[:, :-1] == np.asarray(layer(features))[:, 1:]).all())
    True

    Args:
        channels: of noise, at least 1, from fine to coarse: waves of `finest` to 128 pixels.
        pixels: of the photograph, a side, for one of the features, at least 1. Default: 4.
        finest: length of the shortest waves in pixels of the photograph, more than 0 and less than 128. Default: 16.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.layers.Layer``.

    Call: float (batch, rows, columns, filters); ``before``, pixels of a border in front of the photograph that the
    features begin with, default 0; ``place``, where on the field the photograph's top left pixel lies, in pixels down
    and right, (2,) or (batch, 2), default (0, 0). Output: of the first's shape. The field is float32 whatever the
    dtype policy.

    Raises:
        UserError: numbers that are less than 1.
    """

    def __init__(self, channels: int, pixels: int = 4, finest: float = FINEST, **kwargs):
        super().__init__(**kwargs)
        check_whole(1, channels=channels, pixels=pixels)
        self.channels = channels
        self.pixels = pixels
        self.finest = finest
        # Places keep their float32, or pictures would lie on a grid of 64 pixels in bfloat16.
        self.autocast = False

    def build(self, input_shape):
        self.convolution = Convolution(
            input_shape[-1],
            1,
            use_bias=False,
            kernel_initializer="zeros",
            name="convolution",
            dtype=self.dtype_policy,
        )
        self.convolution.build((*input_shape[:-1], self.channels))
        self.built = True

    def call(self, features, before=0, place=(0, 0)):
        features = ops.cast(features, self.compute_dtype)
        place = ops.reshape(ops.cast(ops.convert_to_tensor(place), "float32"), (-1, 2))
        rows, columns = (positions(length, self.pixels, before, ops) for length in ops.shape(features)[1:3])
        rows, columns = rows + place[:, :1], columns + place[:, 1:]
        if are_late():
            return add_late_product(features, self._field(rows, columns), self.convolution.kernel)
        return features + self.added(rows, columns)

    def added(self, rows, columns):
        """What is added to features at these positions, float32 (batch, rows) and (batch, columns)."""
        return self.convolution(self._field(rows, columns))

    def _field(self, rows, columns):
        return ops.cast(noise_field(rows, columns, self.channels, ops, self.finest), self.compute_dtype)

    def compute_output_shape(self, input_shape, **kwargs):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "channels": self.channels, "pixels": self.pixels, "finest": self.finest}

    @classmethod
    def from_config(cls, config):
        return cls(**{"finest": EARLIER_FINEST, **config})
