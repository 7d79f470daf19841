"""The nearest of some names."""

import pytest

from fast_style.common.spelling import did_you_mean


@pytest.mark.parametrize(
    ("word", "expected"), [("wvae", "; did you mean wave?"), ("WAVES", "; did you mean wave?"), ("x", ""), ("", "")]
)
def test_the_nearest(word, expected):
    assert did_you_mean(word, ["wave", "udnie"]) == expected
