"""Chooses the normalization layer by the name that the networks take."""

import keras

from fast_style.common.errors import UserError
from fast_style.common.layers.conditional_instance_normalization import ConditionalInstanceNormalization
from fast_style.common.layers.instance_normalization import InstanceNormalization

NORMALIZATIONS = ("instance", "batch", "none")


def make_normalization(kind, conditions=None, name=None, dtype=None):
    """A new normalization layer, or None for ``"none"``; with a number of conditions, one that takes weights of them.

    ``"batch"`` is the paper's, with the momentum and epsilon of the paper's Torch implementation
    (0.9 and 1e-5); ``"instance"`` is the author's later choice.

    Raises:
        UserError: `kind` is not one of `NORMALIZATIONS`, or has no conditions.
    """
    if conditions is not None:
        if kind != "instance":
            raise UserError(f"normalization: expected instance with conditions. Received: {kind!r}")
        return ConditionalInstanceNormalization(conditions, name=name, dtype=dtype)
    if kind == "instance":
        return InstanceNormalization(name=name, dtype=dtype)
    if kind == "batch":
        return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name, dtype=dtype)
    if kind == "none":
        return None
    raise UserError(f"normalization: expected one of {', '.join(NORMALIZATIONS)}. Received: {kind!r}")


def normalize(layer, x, weights=None, training=None):
    """What a layer of :func:`make_normalization` makes of features, with weights of conditions where it has any."""
    if layer is None:
        return x
    if isinstance(layer, ConditionalInstanceNormalization):
        return layer(x, weights)
    return layer(x, training=training) if isinstance(layer, keras.layers.BatchNormalization) else layer(x)
