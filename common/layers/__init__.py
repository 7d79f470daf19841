"""Layers that the transformation and super-resolution networks are made of."""

from common.layers.convolution import Convolution, TransposedConvolution
from common.layers.convolution_block import ConvolutionBlock
from common.layers.cpu_convolution import cpu_convolutions
from common.layers.gaussian_blur import GaussianBlur
from common.layers.instance_normalization import InstanceNormalization
from common.layers.reflection_padding import ReflectionPadding
from common.layers.residual_block import ResidualBlock
from common.layers.scaled_tanh import ScaledTanh
from common.layers.upsampling import UpsamplingBlock

__all__ = [
    "Convolution",
    "ConvolutionBlock",
    "GaussianBlur",
    "InstanceNormalization",
    "ReflectionPadding",
    "ResidualBlock",
    "ScaledTanh",
    "TransposedConvolution",
    "UpsamplingBlock",
    "cpu_convolutions",
]
