"""What a layer of an image network states, so that the network can be computed in strips and tiles, and quantized."""

import typing
from collections.abc import Callable
from fractions import Fraction

import keras

from fast_style.common.errors import UserError


class Step(typing.NamedTuple):
    """A convolution with what comes before and behind it.

    Attributes:
        convolution: a Keras convolution, or transposed convolution.
        normalization: a Keras layer, or None.
        activation: a function.
        enlargement: what is done to the map in front of the convolution: None, ``"nearest"``, or another name.
    """

    convolution: keras.layers.Layer
    normalization: keras.layers.Layer | None
    activation: Callable
    enlargement: str | None = None


class Block:
    """A mixin of Keras layers.

    What works on a network piece by piece knows a layer by what it states here, and refuses one that states nothing.

    Attributes:
        stride: input pixels a side for an output pixel, a Fraction: 2 where it halves, 1/2 where it doubles.
        radius: input pixels to each side that an output pixel depends on, beside the one that it lies in.
        crop: None; of a block that adds what it was given to what its steps make, the pixels a side by which that is
            cropped first.
    """

    stride = Fraction(1)
    radius = 0
    crop = None

    # A method: Keras walks through attributes where it saves, and would find layers twice.
    def steps(self):
        """Its convolutions in order: a list of Step."""
        return []


def check_blocks(layers, purpose):
    """Raises UserError for a layer that does not state what it is.

    Args:
        layers: of a network, in order.
        purpose: what is asked of them, for the error: ``"tiles"``.
    """
    for layer in layers:
        if not (isinstance(layer, Block) and layer.steps()):
            raise UserError(
                f"network: expected layers that are blocks (common/layers/block.py) for {purpose}. "
                f"Received: {getattr(layer, 'name', layer)}, a {type(layer).__name__}"
            )
