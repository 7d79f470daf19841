"""Parameters of tests that are alike: the first stand for all where what is quick is run."""

import pytest


def quick_first(values, quick=1):
    """Values for ``pytest.mark.parametrize``, marked as slow behind the first few."""
    values = list(values)
    packed = [value if isinstance(value, tuple) else (value,) for value in values]
    slow = [pytest.param(*value, marks=pytest.mark.slow) for value in packed[quick:]]
    return [*values[:quick], *slow]
