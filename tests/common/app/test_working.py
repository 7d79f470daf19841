"""Long work behind a page."""

import time

import pytest

from fast_style.common.app import working
from fast_style.common.app.working import Work, WorkProgress


def test_progress_in_words():
    progress = WorkProgress("frames")
    assert progress.in_words() == "Beginning …"
    progress.begin("clip", 4)
    progress.update()
    assert progress.in_words() == "1 of 4 frames, 00:00 left"
    progress.begin("pipe", None)
    assert progress.in_words() == "1 frames"


def test_work_is_watched_and_gives_its_result(monkeypatch):
    monkeypatch.setattr(working, "SECONDS_BETWEEN", 0.01)
    progress = WorkProgress("steps")

    def count():
        for _ in range(5):
            time.sleep(0.01)
            progress.update()
        return "done"

    with Work(count, progress.stop) as work:
        looks = sum(1 for _ in work)
    assert looks > 1
    assert (work.result(), progress.done) == ("done", 5)


def test_who_leaves_stops_the_work():
    """As a page that is closed closes the generator of its event."""
    progress = WorkProgress("steps")

    def go_on():
        while progress.received is None:
            time.sleep(0.001)
        return "stopped"

    def page():
        with Work(go_on, progress.stop) as work:
            found.append(work)
            yield from work

    found = []
    pages = page()
    next(pages)
    pages.close()
    assert found[0].result() == "stopped"


def test_errors_are_those_of_the_work():
    with Work(lambda: 1 / 0, lambda: None) as work:
        list(work)
    with pytest.raises(ZeroDivisionError):
        work.result()
