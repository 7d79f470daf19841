"""Runs of rows."""

import pytest

from fast_style.common.images.strips import row_strips


@pytest.mark.parametrize(
    ("height", "width", "pixels", "expected"),
    [(5, 10, 20, [(0, 2), (2, 4), (4, 5)]), (2, 100, 20, [(0, 1), (1, 2)]), (3, 1, 20, [(0, 3)])],
)
def test_of_as_many_pixels_and_one_row_at_least(height, width, pixels, expected):
    assert [(rows.start, rows.stop) for rows in row_strips(height, width, pixels)] == expected
