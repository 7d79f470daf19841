"""What factors of loss terms may be."""

import numbers

from fast_style.common.errors import UserError


def check_weights(weights, needed=()):
    """Raises UserError for a factor that is none, and where there is nothing to minimise.

    Args:
        weights: ``{name: factor}``; one that is negative, infinite or not a number is none.
        needed: names of which at least one is to be above 0; none: all may be 0.
    """
    for name, value in weights.items():
        if not (isinstance(value, numbers.Real) and 0 <= value < float("inf")):
            raise UserError(f"{name}: expected a number of at least 0. Received: {value!r}")
    if needed and not any(weights[name] for name in needed):
        raise UserError(f"{', '.join(needed)}: expected one above 0. Received: only 0")
