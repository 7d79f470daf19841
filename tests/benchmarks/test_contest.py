"""Contestants take turns, each in a process of its own; those that cannot are named."""

import pytest

from benchmarks import contest


@pytest.mark.slow
def test_a_training_step_is_timed_beside_plain_keras():
    """Of one network: seconds are for `python -m benchmarks.training_step`, on a machine that does nothing else."""
    names = ["fast-style float32", "plain Keras float32"]
    (ours, plain), absent = contest.compete("training_step", names, rounds=1, size=64, batch_size=1)
    assert absent == []
    assert len(ours.seconds) == len(plain.seconds) == 1
    assert (ours.parameters, ours.multiply_adds) == (plain.parameters, plain.multiply_adds)


def test_contestants_that_are_not_installed_are_named(monkeypatch, capsys):
    results, absent = contest.compete("no_such_task", ["plain Keras float32"], rounds=1)
    assert results == []
    assert "no_such_task" in absent[0][1]
    assert "not here" in capsys.readouterr().err


@pytest.mark.slow
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
