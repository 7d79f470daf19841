"""The tab that paints clips."""

from pathlib import Path

import gradio as gr

from fast_style.app.look import chosen
from fast_style.app.look_fields import LookFields
from fast_style.commands.stylize import paint_clips
from fast_style.common.app.clips import (
    ClipWork,
    clip_field,
    clip_options,
    frame_of,
    made_of,
    time_fields,
    told_what_is_missing,
)
from fast_style.common.commands.clip_jobs import plan_clips
from fast_style.common.streams import warn

SIZE = 512  # that is chosen at first: on two cores a larger one takes long


def options_of(look, calm=True, *times, **named):
    """:func:`clip_options` of a :class:`Look`; times as of it."""
    return clip_options(*times, **named, calm=calm, max_size=look.max_size or None)


def paint_clip(context, clip, look, options, progress, tell=warn):
    """Paints a clip, as `fast-style stylize` does.

    Args:
        context: :class:`common.app.context.Context`.
        clip: path.
        look: :class:`fast_style.app.look.Look`.
        options: of :func:`options_of`.
        progress: :class:`WorkProgress`.
        tell: function of a line on what was lost and repeated.

    Returns:
        (path, stopped): of the result, or None where nothing was painted; and a line where it was stopped, or "".

    Raises:
        UserError: a clip that cannot be painted.
    """
    label, source, style = chosen(context, look)
    (job,) = plan_clips([(clip, Path(clip).name)], [label], options, str(context.folder.new()))[label]
    named = {"style": style, "name": source.name, **look.painter_options}
    as_whole = {"streaming": "auto", "original_colours": look.original_colours}
    network = context.networks.get(source)
    told = {"progress": progress.begin, "tell": tell}
    return made_of(job, paint_clips([job], network, [], named, as_whole, options, progress, **told))


def preview(context, clip, look, share=0.0):
    """(frame, picture) of a clip, uint8 RGB, as it would be painted before it is made calm.

    Args:
        context, clip, look: as of :func:`paint_clip`.
        share: where in the clip, 0 to 1.

    Raises:
        UserError: as of :func:`paint_clip`.
    """
    from fast_style.painter import Painter
    from fast_style.video import frame_painter

    _, source, style = chosen(context, look)
    frame = frame_of(clip, share, look.max_size or None)
    network = context.networks.get(source)
    painter = Painter(network, style=style, name=source.name, **look.painter_options)
    paint, _ = frame_painter(painter, *frame.shape[:2], original_colours=look.original_colours)
    return frame, paint(frame[None])[0]


def build(context):
    """Lays the tab out."""
    if told_what_is_missing():
        return
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            clip = clip_field("clip")
            fields = LookFields(context, {"painting": "clip-painting", "other": "clip-blend"}, "fast", SIZE)
            calm = gr.Checkbox(True, label="Calm: take the flicker out")
            times = time_fields()
        with gr.Column(scale=3, min_width=320):
            work = ClipWork(context, "Paint", "painted")

    def try_one(clip, place, *values):
        return preview(context, clip, fields.look(values), place)

    def paint_it(clip, progress, tell, calm, start, end, file_format, *values):
        look = fields.look(values)
        return paint_clip(context, clip, look, options_of(look, calm, start, end, file_format), progress, tell)

    work.try_when(try_one, [clip.change, *(one.change for one in fields.inputs)], clip, fields.inputs)
    work.begin_with(paint_it, clip, [calm, *times, *fields.inputs])
