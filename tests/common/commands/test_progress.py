"""Progress where standard error is no terminal: lines now and then."""

import types

import pytest

from fast_style.common.commands.progress import CountProgress, IterationProgress, ShareProgress

TERMS = {"loss": 1234.5, "content": 2.0, "style": 3e-7, "tv": 0.0, "style/relu1_2": 9.0}


@pytest.fixture
def lines(capsys):
    """What three iterations of four print."""

    def run(**options):
        with IterationProgress(4, "cat.jpg", **options) as progress:
            for _ in range(3):
                assert not progress.update(TERMS)
        return capsys.readouterr().err.splitlines()

    return run


def test_a_line_tells_label_iterations_terms_and_what_is_left(lines):
    found = lines(seconds_a_line=0)
    assert len(found) == 3
    assert found[-1] == "cat.jpg: 3/4, loss 1.23e+03, content 2, style 3e-07, tv 0, 00:00 left"


def test_lines_are_rare(lines):
    assert lines(seconds_a_line=60) == []


def test_silence_on_request(lines):
    assert lines(show=False, seconds_a_line=0) == []


def test_many_photographs_tell_how_many_are_done_and_what_is_left(capsys):
    with CountProgress(3, "photographs", seconds_a_line=0) as progress:
        for _ in range(3):
            progress.update()
    assert capsys.readouterr().err.splitlines() == ["1/3 photographs, 00:00 left", "2/3 photographs, 00:00 left"]


def test_one_large_photograph_tells_its_share_and_what_is_left(capsys, monkeypatch):
    """A quarter in 30 seconds: three more are left."""
    now = iter((0.0, 0.0, 10.0, 30.0, 31.0, 50.0))
    monkeypatch.setattr("fast_style.common.commands.progress.time", types.SimpleNamespace(monotonic=lambda: next(now)))
    with ShareProgress("12000x8000") as progress:
        for share in (0.1, 0.25, 0.26, 1.0):
            progress.reach(share)
    assert capsys.readouterr().err.splitlines() == ["12000x8000: 25%, 01:30 left"]
