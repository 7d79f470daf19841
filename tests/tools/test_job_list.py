"""Lists of trainings, in which a job says what differs from another."""

import json

import pytest

from fast_style.common.errors import UserError
from tools.job_list import read_jobs


@pytest.fixture
def write(tmp_path):
    def write(*jobs):
        (tmp_path / "jobs.json").write_text(json.dumps(jobs))
        return tmp_path / "jobs.json"

    return write


def test_a_job_is_like_one_before_it_where_it_says_nothing_else(write):
    path = write(
        {"output": "a", "size": 256, "seed": 1},
        {"output": "b", "like": "a", "seed": 2},
        {"output": "c", "like": "b", "size": 32},
    )
    assert read_jobs(path) == [
        {"output": "a", "size": 256, "seed": 1},
        {"output": "b", "size": 256, "seed": 2},
        {"output": "c", "size": 32, "seed": 2},
    ]


def test_a_job_has_the_length_that_it_says(write):
    first, second = {"output": "a", "share": 1.0}, {"output": "b", "like": "a", "iterations": 3}
    assert read_jobs(
        write(first, second, {"output": "c", "like": "b"}, {"output": "d", "like": "c", "share": 2.0})
    ) == [
        {"output": "a", "share": 1.0},
        {"output": "b", "iterations": 3},
        {"output": "c", "iterations": 3},
        {"output": "d", "share": 2.0},
    ]


@pytest.mark.parametrize(
    ("jobs", "line"),
    [
        ([{"output": "a"}, {"output": "b", "like": "c"}], "jobs.json, like: expected one of a. Received: c"),
        ([{"output": "a", "like": "a"}], "jobs.json, like: expected one of none. Received: a"),
        ([{"output": "a"}, {"like": "a", "output": "a"}], "output: expected a name of its own .* Received: a"),
        ([{"output": "a", "share": 1, "iterations": 2}], "a: expected one of iterations, share. Received: both"),
        ([{"size": 3}], "expected a list of settings in JSON"),
        ([{"output": ["a"]}], r"output: expected a string"),
        ([{"output": "a"}, {"output": "b", "like": ["a"]}], r"like: expected a string"),
        ([3], "expected a list of settings in JSON"),
    ],
)
def test_a_list_that_is_none_is_one_line(write, jobs, line):
    with pytest.raises(UserError, match=line):
        read_jobs(write(*jobs))
