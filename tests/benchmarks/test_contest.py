"""Contestants take turns, and compute equal networks; what that finds of speed is in docs/performance.md."""

from benchmarks import contest


def test_contestants_take_turns_in_training():
    names = ["fast-style float32", "plain Keras float32"]
    results, absent = contest.compete("training_step", names, rounds=2, size=64, batch_size=1)
    assert absent == []
    assert [result.name for result in results] == names
    assert all(len(result.seconds) == 2 and min(result.seconds) > 0 for result in results)


def test_contestants_that_are_not_installed_are_named(monkeypatch, capsys):
    results, absent = contest.compete("no_such_task", ["plain Keras float32"], rounds=1)
    assert results == []
    assert "no_such_task" in absent[0][1]
    assert "not here" in capsys.readouterr().err


def test_a_contestant_that_is_killed_is_named(monkeypatch, capsys):
    """In its second round, as by a machine that runs out of memory."""
    real, asked = contest._Worker.ask, []

    def ask(worker, request):
        asked.append(request)
        if len(asked) == 2:
            worker.process.kill()
        return real(worker, request)

    monkeypatch.setattr(contest._Worker, "ask", ask)
    results, absent = contest.compete("inference", ["fast-style float32"], rounds=2, size=16)
    assert (results, absent) == ([], [("fast-style float32", "exit code -9")])
    assert "fast-style float32: lost: exit code -9" in capsys.readouterr().err
