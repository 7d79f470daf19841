"""Names as terminals show them."""

import os

import pytest

from fast_style.common.printable import printable


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("café ☀ 日本 👩‍👩‍👧.jpg", "café ☀ 日本 👩‍👩‍👧.jpg"),
        ("a\x1b[31m\x07\x7f.jpg", r"a\x1b[31m\x07\x7f.jpg"),
        ("two\nlines\r\t.jpg", r"two\nlines\r\t.jpg"),
        ("\u2028\u2029\x85", r"\u2028\u2029\x85"),
        ("gpj.\u202ecat", r"gpj.\u202ecat"),
        (os.fsdecode(b"bad\xff\x9b.jpg"), r"bad\xff\x9b.jpg"),
        ("\ud800", r"\ud800"),
        (7, "7"),
    ],
)
def test_what_is_no_text_is_escaped(name, expected):
    assert printable(name) == expected
