"""Timing programs from their start."""

import sys

import pytest

from benchmarks.cold_start import cold_starts, table

COPY = f"{sys.executable} -S -c 'import shutil, sys; shutil.copy(*sys.argv[1:])' {{photo}} {{out}}"


def test_programs_take_turns_and_the_least_of_each_is_shown(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"picture")
    times = cold_starts({"one": COPY, "other": COPY}, photo, rounds=2)
    assert {name: len(rows) for name, rows in times.items()} == {"one": 2, "other": 2}
    assert all(processor > 0 and seconds > 0 for rows in times.values() for seconds, processor in rows)
    lines = table({"one": [(2.0, 1.0), (3.0, 0.5)], "other": [(1.0, 1.0)]}, "one").splitlines()
    assert lines[2:] == ["| one | 2.00 | 0.50 | 1.00 and 1.00 |", "| other | 1.00 | 1.00 | 0.50 and 2.00 |"]


def test_a_program_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="nothing: no picture"):
        cold_starts({"nothing": f"{sys.executable} -S -c pass {{photo}} {{out}}"}, tmp_path / "photo.jpg", rounds=1)
