"""Curves as a picture."""

import pytest

from benchmarks.line_plot import line_plot


@pytest.mark.parametrize("label", ["$\\frac$", "$_$", "$x^{$"])
def test_labels_are_no_mathematics(label):
    assert line_plot({label: ([1, 2], [3, 4])}, "x", "y").startswith(b"\x89PNG")
