"""Tables for a terminal."""

from fast_style.common.reports.text import text_table


def test_columns_are_as_wide_as_their_longest_cell():
    rows = [("set", "bicubic"), ("a\nb", 1)]
    assert text_table(rows) == ["set   bicubic", "a\\nb        1"]
    assert text_table(rows, str.ljust) == ["set   bicubic", "a\\nb  1"]
