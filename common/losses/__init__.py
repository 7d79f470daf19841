"""Pixel, feature, style and total-variation losses: a pure function and a Keras loss of each; more losses of style.

All return one float32 value an image, shape (batch,), whatever the dtype policy; Gram matrices of bfloat16 features are
products in bfloat16, everything else is computed in float32. The Keras losses average over the batch.
"""

from fast_style.common.losses.batch_statistics import BatchStatisticsStyle
from fast_style.common.losses.feature import FeatureLoss, feature_loss
from fast_style.common.losses.mmd import GaussianMmdStyle, LinearMmdStyle, PolynomialMmdStyle
from fast_style.common.losses.mrf import MrfStyle
from fast_style.common.losses.pixel import PixelLoss, pixel_loss
from fast_style.common.losses.style import GramStyle, StyleLoss, gram_loss, gram_matrix, style_loss
from fast_style.common.losses.texture import TextureLoss, texture_loss
from fast_style.common.losses.total_variation import TotalVariationLoss, total_variation

__all__ = [
    "BatchStatisticsStyle",
    "FeatureLoss",
    "GaussianMmdStyle",
    "GramStyle",
    "LinearMmdStyle",
    "MrfStyle",
    "PixelLoss",
    "PolynomialMmdStyle",
    "StyleLoss",
    "TextureLoss",
    "TotalVariationLoss",
    "feature_loss",
    "gram_loss",
    "gram_matrix",
    "pixel_loss",
    "style_loss",
    "texture_loss",
    "total_variation",
]
