"""The one exception that a command line turns into a line of text and exit code 2."""

import math
import numbers


class UserError(ValueError):
    """Something the caller can mend: a bad file, argument, folder or setting.

    The message is one line. It names the argument, what was expected and what was received,
    because it is all that a command-line user sees.
    """

    # Raised while TensorFlow traces a function, it comes out as it is, and not as an error of AutoGraph's.
    ag_pass_through = True


def check_whole(least=0, most=None, /, **values):
    """Raises UserError for a value, by name, that is no whole number from `least` on, or above `most`."""
    expected = f"of at least {least}" if most is None else f"from {least} to {most}"
    for name, value in values.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (whole and value >= least and (most is None or value <= most)):
            raise UserError(f"{name}: expected a whole number {expected}. Received: {value!r}")


def is_finite_number(value):
    """Whether this is a number that a float can hold, and neither NaN nor infinite; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of more digits than a float can be made of
        return False
