"""The tab that paints after any painting without a network, the slow way."""

from pathlib import Path

import gradio as gr

from fast_style.app.photograph import FORMATS, before_and_after, jobs_for
from fast_style.common.app.messages import note, status_line, told
from fast_style.common.app.pictures import checked, photo_input
from fast_style.common.app.working import Work, WorkProgress
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb
from fast_style.settings import OptimizationSettings

# The command's choices, as the page has them.
STARTS = [("the photograph: sooner", "content"), ("noise: the paper's", "noise")]
SIZES = [(f"at most {side} pixels", side) for side in (256, 384, 512)]
ITERATIONS = (10, 500)


def settings_of(context, painting, iterations, start, max_size):
    """What the command line would make of the fields.

    Args:
        context: :class:`common.app.context.Context`.
        painting: path.
        iterations, start, max_size: as of :class:`OptimizationSettings`.
    """
    return OptimizationSettings.from_given(
        {
            "style": (str(painting),),
            "iterations": int(iterations),
            "start": start,
            "max_size": max_size,
            "precision": context.settings.precision,
            "loss_weights": context.settings.loss_weights,
        }
    )


def paint(job, settings, progress, watch=None):
    """Paints one job of :func:`jobs_for`, as `fast-style optimize` does; stopped, it keeps what there is.

    Args:
        job: a :class:`Job`.
        settings: of :func:`settings_of`.
        progress: :class:`WorkProgress`.
        watch: function of the float32 picture (height, width, 3) on the way.

    Raises:
        UserError: a photograph or painting that cannot be read; weights of the loss network that are not there.
    """
    from fast_style.optimization.jobs import optimize_files

    as_rgb(settings.style[0])
    progress.begin(job.source, settings.iterations)

    def look(iteration, total, picture):
        progress.update()
        if watch:
            watch(picture)

    _, failed, _ = optimize_files([job], settings, progress=False, signals=progress, watch=look)
    for _, reason in failed:
        raise UserError(reason)


def build(context):
    """Lays the tab out."""
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            photograph = photo_input(height=220)
            painting = photo_input("Painting: any, dropped, pasted or chosen", camera=False, height=220)
            start = gr.Radio(STARTS, value=STARTS[0][1], label="Begin with")
            iterations = gr.Slider(*ITERATIONS, 100, step=10, label="Iterations, at most")
            size = gr.Dropdown(SIZES, value=SIZES[0][1], label="Size")
            file_format = gr.Radio(FORMATS, value="png", label="Save as")
            with gr.Row():
                go = gr.Button("Paint", variant="primary", elem_id="optimize")
                stop = gr.Button("Stop: keep what there is", elem_id="stop-optimize")
        with gr.Column(scale=3, min_width=320):
            gr.Markdown("A network paints in seconds. This takes minutes, and needs no training.")
            status = status_line()
            on_the_way = gr.Image(label="On the way", interactive=False, height=360, buttons=[])
            slider = gr.ImageSlider(label="Before and after", interactive=False, buttons=["fullscreen"], max_height=700)
            save = gr.DownloadButton("Save the picture", visible=False, elem_id="save-optimized")
    running = gr.State(None)

    @told(context, status)
    def paint_it(photograph, painting, start, iterations, size, file_format):
        from fast_style.common.images.pixels import to_uint8

        progress, newest = WorkProgress("iterations"), []
        yield {status: note(progress.in_words()), running: progress, save: gr.DownloadButton(visible=False)}
        settings = settings_of(context, checked(painting, "painting"), iterations, start, size)
        (job,) = jobs_for(context, [checked(photograph)], Path(painting).stem, file_format)
        context.networks.wait()

        def watch(picture):
            newest[:] = [picture]

        with Work(lambda: paint(job, settings, progress, watch), progress.stop) as work:
            for _ in work:
                shown = {on_the_way: to_uint8(newest.pop()).numpy()} if newest else {}
                yield {status: note(progress.in_words()), **shown}
        work.result()
        yield {
            slider: before_and_after(job),
            save: gr.DownloadButton(f"Save {Path(job.target).name}", value=job.target, visible=True),
            status: note(f"{Path(job.target).name}: {progress.done} iterations"),
        }

    def end_it(running):
        if running is not None:
            running.stop()

    go.click(
        paint_it,
        [photograph, painting, start, iterations, size, file_format],
        [status, running, on_the_way, slider, save],
        concurrency_id="optimize",
        show_progress="hidden",
    )
    stop.click(end_it, running, queue=False, show_progress="hidden")
