"""Chooses the normalization layer by the name that the networks take."""

import keras

from fast_style.common.errors import UserError
from fast_style.common.layers.instance_normalization import InstanceNormalization

NORMALIZATIONS = ("instance", "batch", "none")


def make_normalization(kind, name=None, dtype=None):
    """A new normalization layer, or None for ``"none"``.

    ``"batch"`` is the paper's, with the momentum and epsilon of the paper's Torch implementation
    (0.9 and 1e-5); ``"instance"`` is the author's later choice.

    Raises:
        UserError: `kind` is not one of `NORMALIZATIONS`.
    """
    if kind == "instance":
        return InstanceNormalization(name=name, dtype=dtype)
    if kind == "batch":
        return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name, dtype=dtype)
    if kind == "none":
        return None
    raise UserError(f"normalization: expected one of {', '.join(NORMALIZATIONS)}. Received: {kind!r}")
