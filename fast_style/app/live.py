"""The tab that paints what the camera sees."""

import base64
import time

import gradio as gr

from fast_style.app.paintings import all_paintings, choices, painting_named
from fast_style.common.app.messages import status_line, told
from fast_style.common.images.image_io import encode

SIDES = (256, 192, 128)
SECONDS_BETWEEN = 0.1  # that the page asks for at least; it waits for each answer
QUALITY = 85
# After which a page whose owner went away stops.
LONGEST_SECONDS = 1800
# Of the mean that is shown, the share of what is new.
SHARE = 0.2


def paint_frame(context, frame, painting, side):
    """A frame, uint8 RGB, as a JPEG after a :class:`Painting`, at most `side` pixels high and wide."""
    from fast_style.common.images.geometry import limit_long_side
    from fast_style.stylization import stylize

    network = context.networks.get(painting.fast)
    picture = stylize(limit_long_side(frame, side), network, style=painting.style)
    return encode(picture, "jpg", QUALITY)


def build(context):
    """Lays the tab out."""
    with gr.Row():
        with gr.Column(min_width=320):
            camera = gr.Image(
                label="Camera",
                sources=["webcam"],
                streaming=True,
                type="numpy",
                height=360,
                buttons=[],
                webcam_options=gr.WebcamOptions(constraints={"video": {"width": 320, "height": 240}}),
                elem_id="camera",
            )
            painting = gr.Dropdown(label="Painting")
            side = gr.Radio([(f"{one} pixels", one) for one in SIDES], value=SIDES[0], label="Size")
        with gr.Column(min_width=320):
            painted = gr.HTML("<p>What the camera sees comes here, painted.</p>", elem_classes="live")
            status = status_line()
    clock = gr.State((0.0, 0.0))

    def opened():
        found = choices(all_paintings(context))
        return gr.Dropdown(found, value=found[0][1])

    @told(context, status)
    def paint(frame, name, side, clock):
        if frame is None:
            return {status: ""}
        picture = base64.b64encode(paint_frame(context, frame, painting_named(context, name), side)).decode()
        (before, seconds), now = clock, time.perf_counter()
        between = now - before
        seconds = between if not seconds or between > 2 else seconds + SHARE * (between - seconds)
        speed = f"{1 / seconds:.1f} frames a second" if before else "&nbsp;"
        image = f'<img alt="painted" src="data:image/jpeg;base64,{picture}">'
        return {painted: f'{image}<p class="speed">{speed}</p>', clock_state: (now, seconds if before else 0.0)}

    clock_state = clock
    camera.stream(
        paint,
        [camera, painting, side, clock],
        [painted, clock, status],
        stream_every=SECONDS_BETWEEN,
        time_limit=LONGEST_SECONDS,
        concurrency_id="live",
        concurrency_limit=2,
        show_progress="hidden",
    )
    context.page.load(opened, outputs=painting, queue=False, show_progress="hidden")
