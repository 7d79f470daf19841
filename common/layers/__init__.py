"""Layers that the transformation and super-resolution networks are made of."""

from fast_style.common.layers.conditional_instance_normalization import ConditionalInstanceNormalization
from fast_style.common.layers.convolution import Convolution, TransposedConvolution
from fast_style.common.layers.convolution_block import ConvolutionBlock
from fast_style.common.layers.cpu_convolution import cpu_convolutions
from fast_style.common.layers.gaussian_blur import GaussianBlur
from fast_style.common.layers.instance_normalization import InstanceNormalization
from fast_style.common.layers.noise_field import NoiseField
from fast_style.common.layers.reflection_padding import ReflectionPadding
from fast_style.common.layers.residual_block import ResidualBlock
from fast_style.common.layers.scaled_tanh import ScaledTanh
from fast_style.common.layers.upsampling import UpsamplingBlock

__all__ = [
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
    "cpu_convolutions",
]
