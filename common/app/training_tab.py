"""What the tabs that train have in common, which is all but what is learned."""

from pathlib import Path

import gradio as gr

from fast_style.common.app.messages import note, status_line, told
from fast_style.common.app.pictures import checked, photo_input, shown
from fast_style.common.app.trainings import Trainings
from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS

SECONDS_BETWEEN = 2.0  # looks at how a training stands
MINUTES = (1, 240)


def in_words(name, progress, place):
    """How a training stands, in a line; `place` is where its network is found."""
    done = f"iteration {progress.iteration} of {progress.iterations}" if progress.iterations else ""
    left = f", {progress.left} left" if progress.left else ""
    return {
        "measuring": f"{name}: finding out how fast this machine is …",
        "training": f"{name}: {done or 'beginning …'}{left}",
        "stopped": f"{name}: stopped{' at ' + done if done else ''}",
        "finished": f"{name}: finished; it is among the {place} now",
        "failed": f"{name}: failed. {progress.problem}",
    }[progress.state]


def build_training(context, task, presets, place, picture=None):
    """Lays out a tab that trains.

    Args:
        context: :class:`common.app.context.Context`.
        task: :class:`common.task.Task`.
        presets: ``{preset: what people read}``, of the task's training command; the first is chosen at first.
        place: where people find what was trained, in words.
        picture: (flag, label) of a picture that is learned from beside the photographs. Default: None.
    """
    trainings = Trainings(context, task)
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            pictures = [photo_input(picture[1], camera=False, height=260)] if picture else []
            name = gr.Textbox(label="Name", placeholder="the picture's" if picture else "of the network", max_length=60)
            photos = gr.File(
                label="Photographs to learn on: hundreds, of any kind",
                file_count="multiple",
                file_types=list(EXTENSIONS),
                height=170,
            )
            with gr.Row():
                chosen = gr.UploadButton("A folder", file_count="directory")
            folder = gr.Textbox(
                label="or a folder on this computer",
                placeholder="/home/me/photos",
                visible=context.settings.is_local,
            )
            minutes = gr.Slider(*MINUTES, 5, step=1, label="Minutes, about")
            choices = [(text, key) for key, text in presets.items()]
            preset = gr.Radio(choices, value=choices[0][1], label="Network")
            begin = gr.Button("Train", variant="primary", elem_id=f"train-{task.package}")
            refusal = status_line()
        with gr.Column(scale=3, min_width=320):
            which = gr.Dropdown(label="Training", elem_id=f"training-{task.package}")
            with gr.Row():
                stop = gr.Button("Stop", elem_id=f"stop-{task.package}")
                go_on = gr.Button("Go on", elem_id=f"go-on-{task.package}")
            status = status_line()
            curve = gr.LinePlot(
                x="iteration", y="loss", label="Loss", height=260, x_title="iteration", y_title="loss", buttons=[]
            )
            preview = gr.Image(label="Preview", interactive=False, height=360, buttons=["fullscreen"])
    seen = gr.State(None)
    timer = gr.Timer(SECONDS_BETWEEN)

    def names(value):
        found = trainings.names()
        return gr.Dropdown(found, value=value if value in found else next(iter(found), None))

    def look(name, seen):
        """What has changed since the last look alone: pictures and curve do not flicker."""
        import pandas as pd

        if not name:
            return {status: note("No training yet.")}
        try:
            now = trainings.progress(name)
        except UserError as error:
            return {status: note(str(error))}
        answer = {status: note(in_words(name, now, place)), seen_state: (name, len(now.losses), now.preview)}
        if seen is None or seen[:2] != (name, len(now.losses)):
            # Of an empty frame the plot would learn that its columns are words.
            answer[curve] = pd.DataFrame(now.losses, columns=["iteration", "loss"]) if now.losses else None
        if seen is None or (seen[0], seen[2]) != (name, now.preview):
            answer[preview] = None if now.preview is None else shown(now.preview)
        return answer

    seen_state = seen

    @told(context, refusal)
    def start(name, photos, folder, minutes, preset, *given):
        if picture:
            name = name or Path(checked(given[0], "painting")).stem
        if folder and not context.settings.is_local:
            raise UserError("folder: expected photographs that are dropped here, from others. Received: a path")
        if not photos and not folder:
            raise UserError("photographs: expected some, dropped here, or a folder. Received: none")
        photographs = list(photos) if photos else folder
        begun = trainings.begin(name or "", photographs, minutes, preset, {picture[0]: given[0]} if picture else {})
        return {which: names(begun), refusal: "", status: note(f"{begun}: beginning …")}

    @told(context, status)
    def end(name):
        trainings.stop(name)
        return {status: note(f"{name}: stopping behind this iteration …")}

    @told(context, status)
    def again(name):
        trainings.go_on(name)
        return {status: note(f"{name}: going on …")}

    quiet = {"queue": False, "show_progress": "hidden"}
    chosen.upload(lambda files: files, chosen, photos, queue=False)
    quick = {"concurrency_limit": None, "show_progress": "hidden"}
    begin.click(start, [name, photos, folder, minutes, preset, *pictures], [which, refusal, status], **quick)
    stop.click(end, which, status, **quick)
    go_on.click(again, which, status, **quick)
    watched = [status, seen, curve, preview]
    timer.tick(look, [which, seen], watched, **quiet)
    which.change(look, [which, seen], watched, **quiet)
    context.page.load(names, which, which, **quiet)
