"""The tab that paints photographs: one, with all paintings to choose from, or many."""

import math
import time
from pathlib import Path

import gradio as gr
from tqdm import tqdm

from fast_style.app.look import chosen
from fast_style.app.look_fields import LookFields
from fast_style.app.paintings import all_paintings, shipped_paintings
from fast_style.common.app.messages import note, problem, status_line, told
from fast_style.common.app.pictures import checked, photo_input, shown, thumbnail, zipped
from fast_style.common.commands.photo_jobs import plan_jobs
from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.opening import picture_sides

# Long side in pixels at which every painting is tried.
THUMBNAIL = 256
# Seconds between two lists of thumbnails: the page lays each list out anew.
PAUSE = 0.4
FORMATS = [("PNG", "png"), ("JPEG", "jpg")]


def thumbnails(context, photograph):
    """Yields what each painting makes of a photograph at 256 pixels, as they come: longer lists of (path, title).

    Raises:
        UserError: something that is no photograph.
    """
    from fast_style.stylization import stylize

    small = shown(checked(photograph), THUMBNAIL)
    pictures, folder = [], context.folder.new()
    paintings, told = all_paintings(context), -math.inf
    with context.networks.in_front():
        for painting in paintings:
            picture = stylize(small, context.networks.get_soon(painting.fast), style=painting.style)
            pictures.append((thumbnail(folder, picture, painting.name), painting.title))
            if time.monotonic() > told + PAUSE or len(pictures) == len(paintings):
                yield list(pictures)
                told = time.monotonic()


def jobs_for(context, photographs, label, file_format):
    """:func:`plan_jobs` of uploaded photographs, into a new folder: the names are the command line's."""
    folder = str(context.folder.new())
    return plan_jobs([str(path) for path in photographs], label, folder, folder, file_format, tell=None)


def paint(context, job, source, style, look, masks=()):
    """Paints one job of :func:`jobs_for`, as `fast-style stylize` does.

    Args:
        context: :class:`common.app.context.Context`.
        job: of :func:`jobs_for`.
        source, style: of :func:`fast_style.app.look.chosen`.
        look: :class:`fast_style.app.look.Look`.
        masks: as of :func:`stylize_files`.

    Raises:
        UserError: a photograph that cannot be painted.
    """
    from fast_style.stylization import stylize_files

    _, failed = stylize_files(
        [job],
        context.networks.get(source),
        max_size=look.max_size or None,
        progress=False,
        original_colours=look.original_colours,
        masks=masks,
        style=style,
        name=source.name,
        **look.painter_options,
    )
    for _, reason in failed:
        raise UserError(reason)


def before_and_after(job):
    """(photograph, picture) of the same size, as the slider shows them."""
    from fast_style.common.images.geometry import limit_long_side

    after = shown(job.target)
    return limit_long_side(shown(job.source, max(after.shape[:2])), max(after.shape[:2])), after


def build(context):
    """Lays the tab out."""
    context.networks.expect([painting.fast for painting in shipped_paintings()])
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            photograph = photo_input()
            fields = LookFields(context, {"painting": "painting", "other": "blend"})
            file_format = gr.Radio(FORMATS, value="png", label="Save as")
        with gr.Column(scale=3, min_width=320):
            gr.Markdown("**All paintings of this photograph:** click one to paint it at its full size.")
            gallery = gr.Gallery(
                show_label=False,
                columns=5,
                height="auto",
                object_fit="cover",
                allow_preview=False,
                buttons=[],
                elem_id="paintings",
                elem_classes="thumbnails",
            )
            go = gr.Button("Paint", variant="primary", elem_id="paint")
            status = status_line()
            slider = gr.ImageSlider(label="Before and after", interactive=False, buttons=["fullscreen"], max_height=700)
            save = gr.DownloadButton("Save the picture", visible=False, elem_id="save")
    with gr.Accordion("Several photographs, or a folder", open=False), gr.Row():
        with gr.Column(min_width=320):
            many = gr.File(
                label="Photographs", file_count="multiple", file_types=list(EXTENSIONS), height=180, elem_id="many"
            )
            folder = gr.UploadButton("A folder", file_count="directory")
            with gr.Row():
                go_many = gr.Button("Paint them all", variant="primary", elem_id="paint-all")
                stop = gr.Button("Stop")
        with gr.Column(min_width=320):
            status_many = status_line()
            done = gr.Gallery(
                show_label=False, columns=4, height="auto", allow_preview=False, buttons=[], elem_classes="thumbnails"
            )
            save_many = gr.DownloadButton("Save all as a zip", visible=False, elem_id="save-all")

    @told(context, status)
    def show_all(photograph):
        if photograph is None:
            yield {gallery: examples(), status: ""}
            return
        for number, pictures in enumerate(thumbnails(context, photograph)):
            # The line may be that of a picture by now, which was painted in the meantime.
            yield {gallery: pictures} | ({} if number else {status: ""})

    def examples():
        """What networks of one painting that ship made of a sample photograph."""
        folder = context.folder.new()
        return [
            (thumbnail(folder, as_rgb(one.full.path.with_suffix(".jpg")), one.name), one.title)
            for one in shipped_paintings()
            if one.style is None
        ]

    def clicked(event: gr.SelectData):
        return all_paintings(context)[event.index].name, ""

    settings = [*fields.inputs, file_format]

    @told(context, status)
    def paint_one(photograph, *settings):
        yield {status: note("Painting …"), save: gr.DownloadButton(visible=False)}
        start = time.perf_counter()
        look, file_format = fields.look(settings[:-1]), settings[-1]
        label, source, style = chosen(context, look)
        (job,) = jobs_for(context, [checked(photograph)], label, file_format)
        paint(context, job, source, style, look)
        height, width = picture_sides(job.target)
        yield {
            slider: before_and_after(job),
            save: gr.DownloadButton(f"Save {Path(job.target).name}", value=job.target, visible=True),
            status: note(f"{Path(job.target).name}: {width}x{height}, {time.perf_counter() - start:.1f} s"),
        }

    @told(context, status_many)
    def paint_many(photographs, *settings):
        if not photographs:
            raise UserError("photographs: expected some, dropped or chosen here. Received: none")
        if len(photographs) > (most := context.settings.max_photos):
            raise UserError(f"photographs: expected at most {most} at once. Received: {len(photographs)}")
        yield {status_many: note("Painting …"), done: [], save_many: gr.DownloadButton(visible=False)}
        look, file_format = fields.look(settings[:-1]), settings[-1]
        label, source, style = chosen(context, look)
        jobs = jobs_for(context, photographs, label, file_format)
        pictures, targets, problems, start = [], [], [], time.perf_counter()
        small = context.folder.new()
        for number, job in enumerate(jobs, 1):
            try:
                paint(context, job, source, style, look)
                name = Path(job.target).name
                pictures.append((thumbnail(small, shown(job.target, THUMBNAIL), f"{number}_{name}"), name))
                targets.append(job.target)
            except UserError as error:
                problems.append(problem(context, error))
            left = tqdm.format_interval((time.perf_counter() - start) / number * (len(jobs) - number))
            line = note(f"{number} of {len(jobs)}" + (f", {left} left" if number < len(jobs) else " done"))
            yield {status_many: line + "".join(problems), done: pictures}
        if targets:
            archive = zipped(Path(targets[0]).parent, targets, label)
            yield {save_many: gr.DownloadButton(f"Save {Path(archive).name}", value=archive, visible=True)}

    tries = {"outputs": [gallery, status], "concurrency_id": "thumbnails", "show_progress": "minimal"}
    photograph.change(show_all, photograph, **tries, trigger_mode="always_last")
    outputs = [slider, save, status]
    paints = {"outputs": outputs, "concurrency_id": "pictures", "show_progress_on": slider}
    gallery.select(clicked, outputs=[fields.painting, fields.other], queue=False).then(
        paint_one, [photograph, *settings], **paints
    )
    go.click(paint_one, [photograph, *settings], **paints)
    folder.upload(lambda files: files, folder, many, queue=False)
    running = go_many.click(
        paint_many,
        [many, *settings],
        [status_many, done, save_many],
        concurrency_id="pictures",
        show_progress="minimal",
    )
    stop.click(None, cancels=[running])
    context.page.load(examples, outputs=gallery, queue=False, show_progress="hidden")
