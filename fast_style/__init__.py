"""Real-time style transfer with perceptual losses (Johnson, Alahi, Fei-Fei 2016).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

import os

# Installed, common/ and export/ lie within this package; in a checkout, beside it.
if not os.path.isdir(os.path.join(__path__[0], "common")):
    __path__.append(os.path.dirname(__path__[0]))

from fast_style.common.keras_classes import register_keras_classes
from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

register_keras_classes(
    "fast_style",
    {
        "fast_style.adding": ("AddedStyleTransfer",),
        "fast_style.common.training.loss_scale": ("FittedLossScale",),
        "fast_style.common.layers": (
            "ConditionalInstanceNormalization",
            "Convolution",
            "ConvolutionBlock",
            "GaussianBlur",
            "InstanceNormalization",
            "NoiseField",
            "ReflectionPadding",
            "ResidualBlock",
            "ScaledTanh",
            "TransposedConvolution",
            "UpsamplingBlock",
        ),
        "fast_style.common.losses": ("FeatureLoss", "PixelLoss", "StyleLoss", "TextureLoss", "TotalVariationLoss"),
        "fast_style.common.networks.loss_network": ("VggPreprocessing",),
        "fast_style.common.networks.perceptual_loss": ("PerceptualLoss",),
        "fast_style.model": ("StyleTransfer",),
        "fast_style.multi_style": ("MultiStyleTransfer",),
        "fast_style.network": ("TransformationNetwork",),
    },
)
