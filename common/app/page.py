"""The page: the tabs of all tasks, one beside the other."""

import dataclasses
from importlib import resources

from fast_style.common.task import tasks

# Nothing from elsewhere: what the person's system has.
FONT = ("system-ui", "sans-serif")
FONT_OF_CODE = ("ui-monospace", "monospace")


def tabs(for_strangers=False):
    """All :class:`common.app.tab.Tab` of all tasks, in their order."""
    found = sorted((tab for task in tasks() for tab in task.tabs), key=lambda tab: tab.place)
    return [tab for tab in found if tab.for_strangers or not for_strangers]


def build_page(context):
    """The page as Gradio's Blocks, not served.

    Args:
        context: :class:`common.app.context.Context`.
    """
    import gradio as gr

    with gr.Blocks(title="fast-style", analytics_enabled=False, fill_width=True) as page:
        gr.Markdown("# fast-style\nPaints photographs in the style of a painting, and enlarges them.")
        context = dataclasses.replace(context, page=page)
        for tab in tabs(context.for_strangers):
            with gr.Tab(tab.title):
                tab.build(context)
    for event in page.fns.values():
        event.api_visibility = "private"  # a page, and no interface for programs
    return page


def look():
    """Theme and style sheet, as ``launch`` takes them."""
    import gradio as gr

    css = resources.files(__package__).joinpath("theme.css").read_text(encoding="utf-8")
    return {"theme": gr.themes.Default(font=FONT, font_mono=FONT_OF_CODE), "css": css}
