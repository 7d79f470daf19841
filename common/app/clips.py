"""What the tabs that take clips share: the fields, one frame to try, and the clip that comes of it."""

import argparse
from pathlib import Path

import gradio as gr

from fast_style.common.app.messages import note, status_line, told
from fast_style.common.app.working import Work, WorkProgress
from fast_style.common.errors import UserError
from fast_style.common.installed import installed
from fast_style.common.video.extra import video_library
from fast_style.common.video.formats import ANIMATIONS, CONTAINERS, READ, is_numbered
from fast_style.common.video.timing import seconds

FORMATS = [("MP4", "mp4"), ("WebM", "webm"), ("GIF", "gif")]
SUFFIXES = (*CONTAINERS, *READ)
NEEDS = '<p>Moving pictures need <code>pip install "fast-style[video]"</code>.</p>'


def told_what_is_missing():
    """Whether what moving pictures need is missing, which the tab then says."""
    missing = not (installed("av") and installed("cv2"))
    if missing:
        gr.HTML(NEEDS)
    return missing


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


def clip_options(start="", end="", file_format="mp4", calm=False, max_size=None):
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
        max_size=max_size,
        calm=calm,
        codec=None,
        crf=None,
        quality=95,
        fps=None,
        overwrite=False,
        skip_existing=False,
        **times,
    )


def made_of(job, results):
    """What came of one job of :func:`run_clips`.

    Args:
        job: (source, Target).
        results: (done, failed, stopped).

    Returns:
        (path, stopped): of the clip, or None where nothing was made; and a line where it was stopped, or "".

    Raises:
        UserError: it failed.
    """
    _, failed, stopped = results
    for _, reason in failed:
        raise UserError(reason)
    path = job[1].path
    return path if Path(path).exists() else None, stopped


def frame_of(clip, share=0.0, max_size=None):
    """A frame of a clip, uint8 RGB.

    Args:
        clip: path.
        share: where in the clip, 0 to 1.
        max_size: pixels of the long side.

    Raises:
        UserError: a clip that cannot be read; no frame there.
    """
    from fast_style.common.video.reading import open_clip

    with open_clip(clip) as whole:
        length = whole.count / float(whole.rate) if whole.count else 0.0
    # Before the end by a frame and a half: times are rounded, and of the last nobody knows how long it lasts.
    start = max(0.0, share * length - 1.5 / float(whole.rate))
    with open_clip(clip, start=start, max_size=max_size) as opened:
        found = next(opened.frames(), None)
    if found is None:
        raise UserError(f"{Path(clip).name}: expected a frame at {start:.1f} s. Received: none")
    return found.rgb


def clip_field(name):
    """A component that takes a clip."""
    return gr.File(label="Clip: drop or choose one", file_types=list(SUFFIXES), height=140, elem_id=name)


def time_fields():
    """Components from where to where, and for the format, in the order of :func:`clip_options`."""
    with gr.Row():
        start = gr.Textbox(label="From", placeholder="0:00", max_length=20, min_width=80)
        end = gr.Textbox(label="To", placeholder="the end", max_length=20, min_width=80)
    return [start, end, gr.Radio(FORMATS, value="mp4", label="Save as")]


class ClipWork:
    """Buttons that begin and end work on a clip, how far it is, and the clip that comes of it.

    Args:
        context: :class:`common.app.context.Context`.
        verb, done: what is done to the clip, ``"Paint"``, and what it then is, ``"painted"``.
    """

    def __init__(self, context, verb, done):
        self._context, name = context, f"{verb.lower()}-clip"
        self._place = gr.Slider(0, 1, 0, step=0.01, label="Frame to try: 0 is the first, 1 the last")
        self._slider = gr.ImageSlider(
            label="One frame, before and after",
            interactive=False,
            buttons=["fullscreen"],
            max_height=480,
            elem_id=f"try-{name}",
        )
        with gr.Row():
            self._go = gr.Button(f"{verb} the clip", variant="primary", elem_id=name)
            self._stop = gr.Button(f"Stop: keep what is {done}", elem_id=f"stop-{name}")
        self._status = status_line()
        label = done.capitalize()
        self._playing = gr.Video(label=label, interactive=False, visible=False, height=420, elem_id=f"made-{name}")
        self._moving = gr.Image(label=label, interactive=False, visible=False, height=420, buttons=["fullscreen"])
        self._save = gr.DownloadButton("Save the clip", visible=False, elem_id=f"save-{name}")
        self._running = gr.State(None)

    def try_when(self, preview, triggers, clip, inputs):
        """One frame is shown before and after.

        Args:
            preview: function of the clip, a share of it, and values of inputs, to (before, after).
            triggers: events that it is shown after, beside a move to another frame.
            clip, inputs: components.
        """

        @told(self._context, self._status)
        def try_one(clip, place, *values):
            found = preview(checked_clip(clip), place, *values) if clip else None
            return {self._slider: found, self._status: ""}

        tries = {"outputs": [self._slider, self._status], "concurrency_id": "thumbnails", "trigger_mode": "always_last"}
        for trigger in (self._place.release, *triggers):
            trigger(try_one, [clip, self._place, *inputs], **tries, show_progress="minimal")

    def begin_with(self, work, clip, inputs):
        """What the button does.

        Args:
            work: function of the clip, a :class:`WorkProgress`, a function that is told lines, and values of inputs,
                to what :func:`made_of` returns.
            clip, inputs: components.
        """
        context, status = self._context, self._status

        @told(context, status)
        def begin(clip, *values):
            progress, lines = WorkProgress("frames"), []
            hidden = {self._playing: gr.Video(visible=False), self._moving: gr.Image(visible=False)}
            hidden[self._save] = gr.DownloadButton(visible=False)
            yield {status: note(progress.in_words()), self._running: progress, **hidden}
            clip = checked_clip(clip)
            with Work(lambda: work(clip, progress, lines.append, *values), progress.stop) as working:
                for _ in working:
                    yield {status: note(progress.in_words())}
            path, stopped = working.result()
            said = [stopped or f"{Path(path).name}: {progress.done} frames", *lines]
            answer = {status: "".join(note(context.folder.without_path(line)) for line in said)}
            if path:
                animated = Path(path).suffix in ANIMATIONS
                playing = (self._moving, gr.Image) if animated else (self._playing, gr.Video)
                answer[playing[0]] = playing[1](path, visible=True)
                answer[self._save] = gr.DownloadButton(f"Save {Path(path).name}", value=path, visible=True)
            yield answer

        self._go.click(
            begin,
            [clip, *inputs],
            [status, self._running, self._playing, self._moving, self._save],
            concurrency_id="clips",
            show_progress="hidden",
        )
        self._stop.click(_stop, self._running, queue=False, show_progress="hidden")


def _stop(running):
    if running is not None:
        running.stop()
