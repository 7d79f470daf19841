"""Pixel, feature, style and total-variation losses: a pure function and a Keras loss of each.

All compute in float32 whatever the dtype policy and return one value an image, shape (batch,); the
Keras losses then average over the batch.
"""

from common.losses.feature import FeatureLoss, feature_loss
from common.losses.pixel import PixelLoss, pixel_loss
from common.losses.style import StyleLoss, gram_loss, gram_matrix, style_loss
from common.losses.total_variation import TotalVariationLoss, total_variation

__all__ = [
    "FeatureLoss",
    "PixelLoss",
    "StyleLoss",
    "TotalVariationLoss",
    "feature_loss",
    "gram_loss",
    "gram_matrix",
    "pixel_loss",
    "style_loss",
    "total_variation",
]
