"""The tab that paints clips."""

import argparse
from pathlib import Path

import gradio as gr

from fast_style.app.look import chosen
from fast_style.app.look_fields import LookFields
from fast_style.commands.stylize import paint_clips
from fast_style.common.app.messages import note, status_line, told
from fast_style.common.app.working import Work, WorkProgress
from fast_style.common.commands.clip_jobs import plan_clips
from fast_style.common.errors import UserError
from fast_style.common.installed import installed
from fast_style.common.streams import warn
from fast_style.common.video.extra import video_library
from fast_style.common.video.formats import ANIMATIONS, CONTAINERS, READ, is_numbered
from fast_style.common.video.timing import seconds

FORMATS = [("MP4", "mp4"), ("WebM", "webm"), ("GIF", "gif")]
SUFFIXES = (*CONTAINERS, *READ)
SIZE = 512  # that is chosen at first: on two cores a larger one takes long
NEEDS = '<p>Moving pictures need <code>pip install "fast-style[video]"</code>.</p>'


def checked_clip(path):
    """The path of an uploaded clip.

    Raises:
        UserError: there is none, or one of another kind of file: a playlist would name files of this machine; PyAV is
            not installed.
    """
    if not path:
        raise UserError("clip: expected moving pictures, dropped or chosen here. Received: none")
    if Path(path).suffix.lower() not in SUFFIXES or is_numbered(path):
        raise UserError(f"clip: expected a file of {', '.join(SUFFIXES)}. Received: {Path(path).name}")
    video_library()
    return str(path)


def options_of(look, calm=True, start="", end="", file_format="mp4"):
    """What the command line would parse of the fields.

    Raises:
        UserError: times that are none.
    """
    times = {}
    for name, text in (("start", start), ("end", end)):
        try:
            times[name] = seconds(text.strip()) if text.strip() else None
        except ValueError:
            raise UserError(f"{name}: expected seconds or h:mm:ss. Received: {text}") from None
    return argparse.Namespace(
        output=None,
        format=file_format,
        max_size=look.max_size or None,
        calm=calm,
        codec=None,
        crf=None,
        quality=95,
        fps=None,
        overwrite=False,
        skip_existing=False,
        **times,
    )


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
    jobs = plan_clips([(clip, Path(clip).name)], [label], options, str(context.folder.new()))[label]
    named = {"style": style, "name": source.name, "stroke": look.stroke, "strength": look.strength}
    as_whole = {"streaming": "auto", "original_colours": look.original_colours}
    network = context.networks.get(source)
    told = {"progress": progress.begin, "tell": tell}
    _, failed, stopped = paint_clips(jobs, network, [], named, as_whole, options, progress, **told)
    for _, reason in failed:
        raise UserError(reason)
    path = jobs[0][1].path
    return path if Path(path).exists() else None, stopped


def preview(context, clip, look, share=0.0):
    """(frame, picture) of a clip, uint8 RGB, as it would be painted before it is made calm.

    Args:
        context, clip, look: as of :func:`paint_clip`.
        share: where in the clip, 0 to 1.

    Raises:
        UserError: as of :func:`paint_clip`.
    """
    from fast_style.common.video.reading import open_clip
    from fast_style.painter import Painter
    from fast_style.video import frame_painter

    _, source, style = chosen(context, look)
    with open_clip(clip) as whole:
        length = whole.count / float(whole.rate) if whole.count else 0.0
    # Before the end by a frame and a half: times are rounded, and of the last nobody knows how long it lasts.
    start = max(0.0, share * length - 1.5 / float(whole.rate))
    with open_clip(clip, start=start, max_size=look.max_size or None) as opened:
        found = next(opened.frames(), None)
    if found is None:
        raise UserError(f"{Path(clip).name}: expected a frame at {start:.1f} s. Received: none")
    frame = found.rgb
    network = context.networks.get(source)
    painter = Painter(network, style=style, name=source.name, stroke=look.stroke, strength=look.strength)
    paint, _ = frame_painter(painter, *frame.shape[:2], original_colours=look.original_colours)
    return frame, paint(frame[None])[0]


def build(context):
    """Lays the tab out."""
    if not (installed("av") and installed("cv2")):
        gr.HTML(NEEDS)
        return
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            clip = gr.File(label="Clip: drop or choose one", file_types=list(SUFFIXES), height=140, elem_id="clip")
            fields = LookFields(context, {"painting": "clip-painting", "other": "clip-blend"}, "fast", SIZE)
            calm = gr.Checkbox(True, label="Calm: take the flicker out")
            with gr.Row():
                start = gr.Textbox(label="From", placeholder="0:00", max_length=20, min_width=80)
                end = gr.Textbox(label="To", placeholder="the end", max_length=20, min_width=80)
            file_format = gr.Radio(FORMATS, value="mp4", label="Save as")
        with gr.Column(scale=3, min_width=320):
            place = gr.Slider(0, 1, 0, step=0.01, label="Frame to try: 0 is the first, 1 the last")
            slider = gr.ImageSlider(
                label="One frame, before and after",
                interactive=False,
                buttons=["fullscreen"],
                max_height=480,
                elem_id="clip-preview",
            )
            with gr.Row():
                go = gr.Button("Paint the clip", variant="primary", elem_id="paint-clip")
                stop = gr.Button("Stop: keep what is painted", elem_id="stop-clip")
            status = status_line()
            painted = gr.Video(label="Painted", interactive=False, visible=False, height=420, elem_id="painted-clip")
            moving = gr.Image(label="Painted", interactive=False, visible=False, height=420, buttons=["fullscreen"])
            save = gr.DownloadButton("Save the clip", visible=False, elem_id="save-clip")
    running = gr.State(None)

    @told(context, status)
    def try_one(clip, place, *values):
        if not clip:
            return {slider: None, status: ""}
        return {slider: preview(context, checked_clip(clip), fields.look(values), place), status: ""}

    @told(context, status)
    def paint_it(clip, calm, start, end, file_format, *values):
        progress, lines = WorkProgress("frames"), []
        hidden = {painted: gr.Video(visible=False), moving: gr.Image(visible=False)}
        yield {status: note(progress.in_words()), running: progress, save: gr.DownloadButton(visible=False), **hidden}
        look = fields.look(values)
        options = options_of(look, calm, start, end, file_format)
        clip = checked_clip(clip)
        with Work(lambda: paint_clip(context, clip, look, options, progress, lines.append), progress.stop) as work:
            for _ in work:
                yield {status: note(progress.in_words())}
        path, stopped = work.result()
        said = [stopped or f"{Path(path).name}: {progress.done} frames", *lines]
        answer = {status: "".join(note(context.folder.without_path(line)) for line in said)}
        if path:
            animated = Path(path).suffix in ANIMATIONS
            shown = {moving: gr.Image(path, visible=True)} if animated else {painted: gr.Video(path, visible=True)}
            answer |= {**shown, save: gr.DownloadButton(f"Save {Path(path).name}", value=path, visible=True)}
        yield answer

    def end_it(running):
        if running is not None:
            running.stop()

    tries = {"outputs": [slider, status], "concurrency_id": "thumbnails", "trigger_mode": "always_last"}
    for trigger in (clip.change, place.release, *(one.change for one in fields.inputs)):
        trigger(try_one, [clip, place, *fields.inputs], **tries, show_progress="minimal")
    go.click(
        paint_it,
        [clip, calm, start, end, file_format, *fields.inputs],
        [status, running, painted, moving, save],
        concurrency_id="clips",
        show_progress="hidden",
    )
    stop.click(end_it, running, queue=False, show_progress="hidden")
