"""Progress where standard error is no terminal: lines now and then."""

import pytest

from fast_style.common.commands.progress import IterationProgress

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
