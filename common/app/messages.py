"""Errors that a person can mend, on the page: the commands' one-liners, beside what they are about."""

import functools
import html
import inspect

from fast_style.common.errors import UserError


def status_line():
    """A component for one line below what was done, empty at first."""
    import gradio as gr

    return gr.HTML("", elem_classes="status", padding=False)


def note(text):
    """A line for :func:`status_line`."""
    return f"<p>{html.escape(text)}</p>"


def problem(context, error):
    """A line for :func:`status_line` of what went wrong, and the same as a warning that goes away."""
    import gradio as gr

    text = context.folder.without_path(" ".join(str(error).split()))
    gr.Warning(html.escape(text))
    return f'<p class="problem">{html.escape(text)}</p>'


def told(context, status):
    """A decorator of functions, and of generators, that answer events: a UserError becomes a line on the page.

    Args:
        context: :class:`Context`.
        status: the component of :func:`status_line`, one of the outputs of the event; the others stay as they are.
    """

    def decorate(function):
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def answer(*arguments):
                try:
                    yield from function(*arguments)
                except UserError as error:
                    yield {status: problem(context, error)}

        else:

            @functools.wraps(function)
            def answer(*arguments):
                try:
                    return function(*arguments)
                except UserError as error:
                    return {status: problem(context, error)}

        return answer

    return decorate
