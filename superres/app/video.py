"""The tab that enlarges clips."""

import functools
from pathlib import Path

import gradio as gr

from fast_style.common.app.clips import (
    ClipWork,
    clip_field,
    clip_options,
    frame_of,
    made_of,
    time_fields,
    told_what_is_missing,
)
from fast_style.common.commands.clip_jobs import plan_clips, run_clips
from fast_style.common.streams import warn
from superres.app.enlarge import choice, detail, enlarging_fields


def enlarge_clip(context, clip, options, progress, *chosen, tell=warn):
    """Enlarges a clip, as `superres upscale` does.

    Args:
        context: :class:`common.app.context.Context`.
        clip: path.
        options: of :func:`clip_options`.
        progress: :class:`WorkProgress`.
        chosen: as of :func:`superres.app.enlarge.choice`, without the context.
        tell: function of a line on what was lost and repeated.

    Returns:
        (path, stopped), as of :func:`made_of`.

    Raises:
        UserError: a clip that cannot be enlarged.
    """
    label, source, how = choice(context, *chosen)
    (job,) = plan_clips([(clip, Path(clip).name)], [label], options, str(context.folder.new()))[label]

    from superres.video import frame_enlarger

    enlarge = frame_enlarger(context.networks.get(source), **how)
    return made_of(job, run_clips([job], lambda clip: (enlarge, 1), options, progress, progress.begin, tell))


def preview(context, clip, share, *chosen):
    """:func:`detail` of the middle of a frame of a clip; arguments as of :func:`enlarge_clip` and :func:`frame_of`."""
    from superres.upscaling import upscale

    _, source, how = choice(context, *chosen)
    frame = frame_of(clip, share)
    return detail(frame, upscale(frame, context.networks.get(source), **how))


def build(context):
    """Lays the tab out."""
    if told_what_is_missing():
        return
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            clip = clip_field("small-clip")
            fields = enlarging_fields(context, "clip-network")
            times = time_fields()
        with gr.Column(scale=3, min_width=320):
            work = ClipWork(context, "Enlarge", "enlarged")

    def enlarge_it(clip, progress, tell, start, end, file_format, *chosen):
        return enlarge_clip(context, clip, clip_options(start, end, file_format), progress, *chosen, tell=tell)

    work.try_when(functools.partial(preview, context), [clip.change, *(one.change for one in fields)], clip, fields)
    work.begin_with(enlarge_it, clip, [*times, *fields])
