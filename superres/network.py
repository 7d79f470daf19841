"""The super-resolution network (section 3.1; supplement, table 2)."""

import math

import keras
from keras import ops

from fast_style.common.errors import UserError, check_whole
from fast_style.common.images.margin import add_margin, cut_margin
from fast_style.common.images.pixels import image_to_network
from fast_style.common.layers import Convolution, ConvolutionBlock, ResidualBlock, ScaledTanh, UpsamplingBlock
from fast_style.common.layers.normalization import NORMALIZATIONS
from fast_style.common.layers.upsampling import UPSAMPLINGS
from superres.bicubic import bicubic_resize
from superres.enlarging_network import EnlargingNetwork
from superres.settings import MOST_BLOCKS, WIDEST, WIDEST_MARGIN


@keras.saving.register_keras_serializable(package="superres")
class SuperResolutionNetwork(EnlargingNetwork):
    """Network that enlarges an image by 2, 4 or 8 in one pass (section 3.1; supplement, table 2).

    The paper's table: 9x9 convolution, four residual blocks, log2(factor) 3x3 convolutions of stride
    1/2, 9x9 convolution, scaled tanh; zero padding throughout, so that every size is kept.

    Departures from the paper, each where it occurs: no bias before a normalization; the last layer
    starts near zero.

    >>> import numpy as np, superres
    >>> network = superres.SuperResolutionNetwork(factor=4, width=4)
    >>> tuple(network(np.zeros((1, 16, 23, 3), np.uint8)).shape)
    (1, 64, 92, 3)

    Args:
        factor: 2, 4 (default) or 8; the paper's are 4 and 8.
        width: filters of every hidden layer, 1 to 256. Default: 64, the paper's.
        residual_blocks: how many, 0 to 32. Default: 4, the paper's.
        normalization: ``"batch"`` (the paper, default), ``"instance"`` or ``"none"``.
        upsampling: ``"transposed"`` (the paper, default), ``"resize"``, which leaves no checkerboard,
            ``"bilinear"``, which leaves less hatching on gradients too, or ``"subpixel"`` (Shi et al. 2016).
        bicubic_skip: add the output to a bicubic enlargement of the input, so that the layers learn
            the difference. Default: False, as in the paper.
        margin: reflected pixels a side round the input that are enlarged and cut off outside training, 0 to 64.
            Where a network sees zero padding, the feature loss leaves a pattern that it leaves nowhere else; 4
            take it away. Default: 0, as in the paper.
        histogram_matching: whether :func:`upscale` matches the output to the histogram of the input, as the paper does
            behind networks of the feature loss; the network computes nothing of it. Default: None, which leaves it to
            the training: :class:`SuperResolution` turns it on with the feature loss.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.Model``.

    Input: RGB (batch, height, width, 3), uint8 or float, 0..255, any height and width from 1.
    Output: float32 RGB (batch, height * factor, width * factor, 3); clip to 0..255 to show it.

    Raises:
        UserError: an option is none of those above.
    """

    def __init__(
        self,
        factor: int = 4,
        width: int = 64,
        residual_blocks: int = 4,
        normalization: str = "batch",
        upsampling: str = "transposed",
        bicubic_skip: bool = False,
        margin: int = 0,
        histogram_matching: bool | None = None,
        **kwargs,
    ):
        super().__init__(factor, histogram_matching, **kwargs)
        check_whole(1, WIDEST, width=width)
        check_whole(0, MOST_BLOCKS, residual_blocks=residual_blocks)
        check_whole(0, WIDEST_MARGIN, margin=margin)
        for name, value, allowed in (
            ("normalization", normalization, NORMALIZATIONS),
            ("upsampling", upsampling, UPSAMPLINGS),
        ):
            if value not in allowed:
                raise UserError(f"{name}: expected one of {', '.join(allowed)}. Received: {value!r}")
        self.width = width
        self.residual_blocks = residual_blocks
        self.normalization = normalization
        self.upsampling = upsampling
        self.bicubic_skip = bicubic_skip
        self.margin = margin

        options = {"normalization": normalization, "dtype": self.dtype_policy}
        self.blocks = [
            ConvolutionBlock(width, 9, name="first", **options),
            *(
                ResidualBlock(width, padding="same", name=f"residual_{i + 1}", **options)
                for i in range(residual_blocks)
            ),
            *(UpsamplingBlock(width, upsampling, name=f"up_{i + 1}", **options) for i in range(self.doublings)),
        ]
        # Departure: variance scaled by 0.01, so that the first output is mid-grey (or the bicubic
        # enlargement) and tanh is not saturated.
        self.to_rgb = Convolution(
            3,
            9,
            padding="same",
            kernel_initializer=keras.initializers.VarianceScaling(0.01),
            name="to_rgb",
            dtype=self.dtype_policy,
        )
        # Behind a skip the same tanh is a difference, of up to 150 either way.
        self.scaled_tanh = ScaledTanh(offset=0.0 if bicubic_skip else 127.5, name="scaled_tanh")
        self.build((None, None, None, 3))

    @property
    def doublings(self):
        """Layers of stride 1/2: log2 of the factor."""
        return int(math.log2(self.factor))

    def chain(self):
        return [*self.blocks, self.to_rgb]

    @property
    def filters(self):
        return self.width

    def build(self, input_shape):
        if self.built:
            return
        self.build_layers([*self.chain(), self.scaled_tanh], input_shape)

    def call(self, images, training=None):
        margin = 0 if training else self.margin
        x = add_margin(ops.cast(image_to_network(images), self.compute_dtype), margin)
        for block in self.blocks:
            x = block(x, training=training)
        output = cut_margin(self.scaled_tanh(self.to_rgb(x)), margin * self.factor)
        if self.bicubic_skip:
            height, width = ops.shape(images)[1:3]
            images = ops.cast(images, "float32")
            output = output + bicubic_resize(images, height * self.factor, width * self.factor)
        return output

    def get_config(self):
        return {
            **super().get_config(),
            "width": self.width,
            "residual_blocks": self.residual_blocks,
            "normalization": self.normalization,
            "upsampling": self.upsampling,
            "bicubic_skip": self.bicubic_skip,
            "margin": self.margin,
        }
