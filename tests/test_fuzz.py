"""Inputs of strangers: each is taken or refused in one line, in little time and memory, and the process lives.

docs/reliability.md has the figures of a longer run, and its command.
"""

import pytest

from tests.fuzz.__main__ import tried


@pytest.mark.parametrize(("kind", "count"), [("pictures", 2000), ("records", 250), ("requests", 300)])
def test_what_strangers_send_is_taken_or_refused_in_one_line(kind, count):
    found = tried(kind, count)
    assert found["refused"] > count // 4, "the mutations reach what is checked"
    assert found["taken"] > count // 10, "and not all of them break"


@pytest.mark.slow
def test_a_killed_training_goes_on_to_what_it_would_have_been():
    assert tried("kills", 2)["taken"] >= 1
