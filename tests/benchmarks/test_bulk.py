"""What is timed of many photographs, and how it is shown."""

from benchmarks import bulk


def test_three_ways_are_compared():
    assert [("--ray" in flags, "2" in flags[3:4]) for flags in bulk.ways().values()] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_the_best_of_each_is_shown_beside_the_local_command():
    measured = {"local": [(2.0, 30.0), (4.0, 20.0)], "Ray, 1 process": [(3.0, 40.0), (1.0, 50.0)]}
    assert bulk.table(measured).splitlines()[2:] == [
        "| local | 4.00 | 1.00 | 20.0 s |",
        "| Ray, 1 process | 3.00 | 0.75 | 40.0 s |",
    ]


def test_photographs_are_as_many_and_as_large_as_asked_for(tmp_path):
    bulk.write_photographs(tmp_path / "in", 4, 24, 32)
    assert len(list((tmp_path / "in").glob("*.jpg"))) == 4
