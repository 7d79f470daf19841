"""The nearest of some names to one that is none of them."""

import difflib


def did_you_mean(word, names):
    """``"; did you mean wave?"`` for errors, or ``""`` where no name is near; upper and lower case are the same."""
    known = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), known, n=1)
    return f"; did you mean {known[near[0]]}?" if near else ""
