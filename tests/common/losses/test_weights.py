"""Factors of loss terms."""

import pytest

from fast_style.common.errors import UserError
from fast_style.common.losses.weights import check_weights


def test_zero_and_more_are_factors():
    check_weights({"a": 0, "b": 1e-9, "c": 5.0})


@pytest.mark.parametrize("value", [-1, float("inf"), float("nan")])
def test_others_are_named(value):
    with pytest.raises(UserError, match=f"b: expected a number of at least 0. Received: {value!r}"):
        check_weights({"a": 1.0, "b": value})
