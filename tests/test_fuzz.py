"""Inputs of strangers: each is taken or refused in one line, in little time and memory, and the process lives.

docs/reliability.md has the figures of a longer run, and its command.
"""

import pytest

from tests.fuzz.__main__ import tried
from tests.levels import quick_first


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), quick_first([("pictures", 1500), ("records", 150), ("requests", 200)]))
def test_what_strangers_send_is_taken_or_refused_in_one_line(kind, count):
    found = tried(kind, count)
    assert found["refused"] > count // 4, "the mutations reach what is checked"
    assert found["taken"] > count // 10, "and not all of them break"
