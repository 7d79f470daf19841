"""What factors of loss terms may be."""

import numbers

from fast_style.common.errors import UserError


def check_weights(weights):
    """Raises UserError for a factor, by name, that is negative, infinite or not a number."""
    for name, value in weights.items():
        if not (isinstance(value, numbers.Real) and 0 <= value < float("inf")):
            raise UserError(f"{name}: expected a number of at least 0. Received: {value!r}")
