"""The fields by which people choose what a picture is to become like, which several tabs have."""

import functools

import gradio as gr

from fast_style.app.look import Look, network_of
from fast_style.app.paintings import all_paintings, choices, partners
from fast_style.settings import LARGEST_SEED, STROKES

SIZES = [("as it is", 0), *((f"at most {side} pixels", side) for side in (2048, 1024, 512))]
NETWORKS = [("full", "full"), ("half the filters: quicker", "fast")]
QUIET = {"queue": False, "show_progress": "hidden"}


def stroke_slider(label="Strokes: 1 is the painting's, more is coarser", **options):
    """A component for the size of strokes."""
    return gr.Slider(*STROKES, 1, step=0.05, label=label, **options)


def seed_field(context, name, kind):
    """The field for a seed, shown where the network has a field of noise; else hidden, and 0, which all take."""
    found = [network_of(one, kind) for one in all_paintings(context) if one.name == name]
    return gr.Number(visible=True) if found and found[0].noise_channels else gr.Number(0, visible=False)


class LookFields:
    """Components for a :class:`Look`, laid out where this is called.

    Args:
        context: :class:`common.app.context.Context`.
        names: what the elements of the page are called that are looked for there: ``{"painting": id}``.
        kind: of the network, which is chosen at first.
        size: that is chosen at first.
    """

    def __init__(self, context, names, kind="full", size=0):
        self._context = context
        self.painting = gr.Dropdown(label="Painting", elem_id=names["painting"])
        network = gr.Radio(NETWORKS, value=kind, label="Network")
        strength = gr.Slider(0, 1, 1, step=0.05, label="Strength: the share of the painting")
        stroke = stroke_slider()
        self.other = gr.Dropdown(label="Blend with", visible=False, elem_id=names.get("other"))
        self._share = gr.Slider(0, 1, 0.5, step=0.05, label="Share of that painting", visible=False)
        colours = gr.Checkbox(label="Keep the colours as they were")
        size = gr.Dropdown(SIZES, value=size, label="Size")
        seed = gr.Number(
            0, label="Variation: each number makes another", precision=0, minimum=0, maximum=LARGEST_SEED, visible=False
        )
        # In the order of the fields of Look.
        self.inputs = [self.painting, network, strength, stroke, self.other, self._share, colours, size, seed]
        self.painting.focus(self._names, outputs=self.painting, **QUIET)
        self.painting.change(self._blends, self.painting, [self.other, self._share], **QUIET)
        for one in (self.painting, network):
            one.change(functools.partial(seed_field, context), [self.painting, network], seed, **QUIET)
        self.other.change(lambda name: gr.Slider(visible=bool(name)), self.other, self._share, **QUIET)
        context.page.load(self._opened, outputs=self.painting, **QUIET)

    @staticmethod
    def look(values):
        """The :class:`Look` of the values of the inputs."""
        return Look(*values)

    def _opened(self):
        found = choices(all_paintings(self._context))
        return gr.Dropdown(found, value=found[0][1])

    def _names(self):
        return gr.Dropdown(choices(all_paintings(self._context)))

    def _blends(self, name):
        """What can be blended with a painting; nothing is there to choose where no network knows two."""
        found = choices(partners(self._context, name))
        return gr.Dropdown([("nothing", ""), *found], value="", visible=bool(found)), gr.Slider(visible=False)
