"""The tab that paints parts of a photograph after paintings of their own, each where it was brushed."""

import dataclasses
import time
from pathlib import Path

import gradio as gr
import numpy as np

from fast_style.app.look import Look, choose, region_style
from fast_style.app.look_fields import SIZES, stroke_slider
from fast_style.app.paintings import all_paintings, choices, painting_named
from fast_style.app.photograph import FORMATS, before_and_after, jobs_for, paint
from fast_style.commands.stylize import read_masks
from fast_style.common.app.messages import note, status_line, told
from fast_style.common.app.pictures import checked, photo_input, shown
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb, write_photo

# The colours that regions are brushed in, and how much of the photograph they cover there.
REGIONS, COVER = {"Red": "#e11d48", "Blue": "#2563eb", "Green": "#16a34a"}, 0.6
# Long side in pixels of the copy that is brushed on; masks are stretched to the photograph.
EDITED_SIDE = 800
# Of the editor without a photograph: where a side of it is longer than the photograph's, masks are shown beside their
# place.
SMALLEST_CANVAS = (16, 16)
NEEDS = "Several paintings in one picture need a network that knows them: <code>fast-style app --network FILE</code>."


@dataclasses.dataclass(frozen=True)
class Region:
    """A part of a photograph, and how it is painted.

    Attributes:
        mask: uint8 (height, width), white where it is; of any size.
        painting: name of one of :func:`all_paintings`.
        strength: share of the painting, 0 to 1.
        stroke: size of strokes; None for that of the rest.
    """

    mask: np.ndarray
    painting: str
    strength: float = 1.0
    stroke: float | None = None


def paint_regions(context, photograph, regions, look, file_format="png"):
    """Paints one photograph, as `fast-style stylize --mask FILE=STYLE` does.

    Args:
        context: :class:`common.app.context.Context`.
        photograph: path.
        regions: list of :class:`Region`.
        look: :class:`Look` of the rest, whose painting may be "" for the photograph.
        file_format: a key of ``FORMATS``.

    Returns:
        (job, words): the :class:`Job` that was done, and what ``--mask`` was given for each region, whose files lie
        beside the result.

    Raises:
        UserError: nothing brushed; paintings that no network knows together; a photograph that cannot be painted.
    """
    regions = [region for region in regions if region.painting and region.mask.any()]
    if not regions:
        raise UserError("regions: expected one that is brushed and has a painting. Received: none")
    height, width = as_rgb(str(photograph)).shape[:2]
    paintings = [painting_named(context, region.painting) for region in regions]
    styles = [
        region_style(one, region.strength, None if region.stroke == look.stroke else region.stroke)
        for one, region in zip(paintings, regions, strict=True)
    ]
    rest = [painting_named(context, look.painting)] if look.painting else []
    words = [region_style(one, look.strength) for one in rest]
    look = dataclasses.replace(look, strength=1.0)
    label, source, style = choose(words, [*rest, *paintings], styles, look.stroke)
    (job,) = jobs_for(context, [photograph], label, file_format)
    folder, given = context.folder.new(), []
    for number, (region, text) in enumerate(zip(regions, styles, strict=True), 1):
        path = folder / f"region_{number}.png"
        write_photo(path, stretched(region.mask, height, width))
        given.append(f"{path}={text}")
    paint(context, job, source, style, look, read_masks(given))
    return job, given


def stretched(mask, height, width):
    """A mask in the size of a photograph, as RGB."""
    from fast_style.common.images.geometry import resize_array

    return np.repeat(resize_array(mask, height, width)[..., None], 3, -1)


def masks_of(edited):
    """uint8 (height, width) of each region, of what the editor hands over: where it is brushed in the region's colour.

    Where one colour is over another, both mix to what is nearer to the upper.
    """
    layers = (edited or {}).get("layers")
    if not layers:
        return [np.zeros((1, 1), np.uint8)] * len(REGIONS)
    colours = np.array([_rgb(colour) for colour in REGIONS.values()])
    distances = [np.square(layers[0][..., :3] - colour).sum(-1) for colour in colours]
    nearest = np.argmin(distances, 0)
    covered = np.minimum(np.rint(layers[0][..., 3] / COVER), 255).astype(np.uint8)
    return [np.where(nearest == number, covered, 0) for number in range(len(REGIONS))]


def canvas(picture, masks):
    """What the editor shows: a picture, and masks of its size, the first over the others, in their colours."""
    layer = np.zeros((*picture.shape[:2], 4), np.uint8)
    for mask, colour in reversed(list(zip(masks, REGIONS.values(), strict=True))):
        layer[mask > 0, :3] = _rgb(colour)
        layer[..., 3] = np.maximum(layer[..., 3], np.rint(mask * COVER))
    return {"background": picture, "layers": [layer], "composite": None}


def _rgb(colour):
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def build(context):
    """Lays the tab out."""
    several = any(painting.several for painting in all_paintings(context))
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            photograph = photo_input(height=200, elem_id="regions-photograph")
            editor = gr.ImageEditor(
                label="Brush regions, each in its colour",
                sources=[],
                type="numpy",
                image_mode="RGBA",
                transforms=[],
                layers=gr.LayerOptions(disabled=True),
                brush=gr.Brush(
                    default_size=40,
                    colors=[(colour, COVER) for colour in REGIONS.values()],
                    default_color=(next(iter(REGIONS.values())), COVER),
                    color_mode="fixed",
                ),
                format="png",
                canvas_size=SMALLEST_CANVAS,
                buttons=[],
                height=620,
                elem_id="editor",
            )
            person = gr.Button(
                "Take the person as the red region", visible=context.settings.segmentation is not None, elem_id="person"
            )
        with gr.Column(scale=2, min_width=320):
            if not several:
                gr.HTML(f"<p>{NEEDS}</p>", elem_id="regions-need")
            rows = []
            for name in (*REGIONS, "The rest"):
                with gr.Group():
                    painting = gr.Dropdown(label=name, elem_id=f"region-{name.split()[-1].lower()}")
                    with gr.Row():
                        strength = gr.Slider(0, 1, 1, step=0.05, label="Strength", min_width=120)
                        stroke = stroke_slider("Strokes", min_width=120)
                    rows.append((painting, strength, stroke))
            colours = gr.Checkbox(label="Keep the photograph's colours")
            with gr.Row():
                size = gr.Dropdown(SIZES, value=0, label="Size")
                file_format = gr.Radio(FORMATS, value="png", label="Save as")
            go = gr.Button("Paint the regions", variant="primary", elem_id="paint-regions")
            status = status_line()
            slider = gr.ImageSlider(label="Before and after", interactive=False, buttons=["fullscreen"], max_height=700)
            save = gr.DownloadButton("Save the picture", visible=False, elem_id="save-regions")

    *regions, rest = (painting for painting, _, _ in rows)

    def opened():
        found = choices(all_paintings(context))
        known = choices([one for one in all_paintings(context) if one.several]) or found
        return {
            regions[0]: gr.Dropdown([("nothing", ""), *found], value=known[0][1]),
            **{one: gr.Dropdown([("nothing", ""), *found], value="") for one in regions[1:]},
            rest: gr.Dropdown([("the photograph", ""), *found], value=""),
        }

    @told(context, status)
    def given(photograph):
        if photograph is None:
            return {editor: None, status: ""}
        small = shown(photograph, EDITED_SIDE)
        return {editor: canvas(small, [np.zeros(small.shape[:2], np.uint8)] * len(REGIONS)), status: ""}

    @told(context, status)
    def take_person(photograph, edited):
        from fast_style.person import person_mask

        small = shown(checked(photograph), EDITED_SIDE)
        others = [stretched(mask, *small.shape[:2])[..., 0] for mask in masks_of(edited)[1:]]
        masks = [person_mask(small, context.settings.segmentation), *others]
        return {editor: canvas(small, masks), status: note("The person is red; brush what is missing.")}

    @told(context, status)
    def paint_all(photograph, edited, colours, size, file_format, *values):
        yield {status: note("Painting …"), save: gr.DownloadButton(visible=False)}
        start = time.perf_counter()
        of_row = len(rows[0])
        *chosen, (painting, strength, stroke) = (values[at : at + of_row] for at in range(0, len(values), of_row))
        regions = [Region(mask, *one) for mask, one in zip(masks_of(edited), chosen, strict=True)]
        look = Look(painting, strength=strength, stroke=stroke, original_colours=colours, max_size=size)
        job, _ = paint_regions(context, checked(photograph), regions, look, file_format)
        after = before_and_after(job)
        yield {
            slider: after,
            save: gr.DownloadButton(f"Save {Path(job.target).name}", value=job.target, visible=True),
            status: note(f"{Path(job.target).name}: {time.perf_counter() - start:.1f} s"),
        }

    photograph.change(given, photograph, [editor, status], queue=False, show_progress="hidden")
    person.click(take_person, [photograph, editor], [editor, status])
    go.click(
        paint_all,
        [photograph, editor, colours, size, file_format, *(field for row in rows for field in row)],
        [slider, save, status],
        concurrency_id="pictures",
        show_progress_on=slider,
    )
    context.page.load(opened, outputs=[*regions, rest], queue=False, show_progress="hidden")
