"""Losses of the paper, and others of style: pure functions, Keras losses of features, and one of images."""

from fast_style.common import losses
from fast_style.common.losses import *  # noqa: F403
from fast_style.common.networks.perceptual_loss import PerceptualLoss

__all__ = [*losses.__all__, "PerceptualLoss"]
