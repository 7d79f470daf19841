"""Errors that a person can mend become lines of the page."""

import pytest

from fast_style.common.errors import UserError
from tests.common.app.contexts import make_context

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.common.app.messages import note, told


@pytest.fixture
def warnings(monkeypatch):
    import gradio

    found = []
    monkeypatch.setattr(gradio, "Warning", found.append)
    return found


def test_a_function_and_a_generator_tell_on_the_status_line(tmp_path, warnings):
    context = make_context(tmp_path / "app")
    place = context.folder.new() / "<b>.jpg"

    @told(context, "status")
    def fails():
        raise UserError(f"{place}: expected an image.\nReceived: text")

    @told(context, "status")
    def fails_later():
        yield {"picture": 1}
        fails_now()

    def fails_now():
        raise UserError("size: expected less")

    line = "&lt;b&gt;.jpg: expected an image. Received: text"
    assert fails() == {"status": f'<p class="problem">{line}</p>'}
    assert list(fails_later()) == [{"picture": 1}, {"status": '<p class="problem">size: expected less</p>'}]
    assert warnings == [line, "size: expected less"]


def test_what_is_no_error_of_the_person_comes_through(tmp_path):
    @told(make_context(tmp_path / "app"), "status")
    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()


def test_notes_are_text():
    assert note("a < b") == "<p>a &lt; b</p>"
