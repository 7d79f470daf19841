"""Losses of the paper, and others of style: pure functions, Keras losses of features, and one of images."""

from fast_style.common import losses
from fast_style.common.losses import *  # noqa: F403

__all__ = losses.__all__
