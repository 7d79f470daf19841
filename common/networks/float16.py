"""Weights in half the bytes."""

import numpy as np

from fast_style.common.errors import UserError


def as_float16(weights, named):
    """An array of weights as float16.

    Args:
        weights: float array of any shape.
        named: what they are of, for the error.

    Raises:
        UserError: a weight that is larger than float16 can hold, or not finite.
    """
    with np.errstate(over="ignore"):  # which is looked for here
        halved = weights.astype(np.float16)
    if not np.isfinite(halved).all():
        raise UserError(
            f"{named}: expected weights that float16 can hold, up to {np.finfo(np.float16).max:g}. "
            f"Received: one of {np.abs(weights).max():g}"
        )
    return halved
