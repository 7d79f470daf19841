"""Keras layers that the networks are made of, for networks of your own."""

from fast_style.common import layers
from fast_style.common.layers import *  # noqa: F403

__all__ = layers.__all__
