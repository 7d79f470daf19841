"""Checks that raise the one exception for users."""

import sys

import numpy as np
import pytest

from fast_style.common.errors import UserError, check_whole, is_finite_number


@pytest.mark.parametrize("value", [2, 1.0, "3", None])
def test_what_is_no_whole_number_of_at_least_three(value):
    with pytest.raises(UserError, match=rf"^width: expected a whole number of at least 3\. Received: {value!r}$"):
        check_whole(3, margin=3, width=value)


def test_numbers_that_a_float_can_hold():
    """Those of NumPy, too, without a warning: float32 cannot hold the largest of float64."""
    for value in (0, -1.5, np.float32(1e-3), np.int64(3), sys.float_info.max):
        assert is_finite_number(value)
    for value in (float("nan"), float("-inf"), np.float32("inf"), 10**400, True, "1", None):
        assert not is_finite_number(value)


def test_what_is():
    check_whole(margin=0)
    check_whole(3, width=3, margin=4)
    check_whole(1, 5, least=1, most=5)  # of these names, too
