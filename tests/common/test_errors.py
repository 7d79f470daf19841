"""Checks that raise the one exception for users."""

import pytest

from fast_style.common.errors import UserError, check_whole


@pytest.mark.parametrize("value", [2, 1.0, "3", None])
def test_what_is_no_whole_number_of_at_least_three(value):
    with pytest.raises(UserError, match=rf"^width: expected a whole number of at least 3\. Received: {value!r}$"):
        check_whole(3, margin=3, width=value)


def test_what_is():
    check_whole(margin=0)
    check_whole(3, width=3, margin=4)
