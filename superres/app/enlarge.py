"""The tab that enlarges photographs."""

import time
from pathlib import Path

import gradio as gr

from fast_style.common.app.messages import note, status_line, told
from fast_style.common.app.pictures import checked, photo_input, shown
from fast_style.common.app.trainings import Trainings
from fast_style.common.commands.photo_jobs import plan_jobs
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.opening import MAX_PIXELS, picture_sides
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import find_network, shipped_sources
from superres.task import TASK, network_for

FORMATS = [("PNG", "png"), ("JPEG", "jpg")]
HISTOGRAMS = [("as the network has it", ""), ("on", "on"), ("off", "off")]
MEANT = ("the one that is meant for that", "")
# Side in pixels of what is under the magnifier, which shows each twice as large on most screens.
MAGNIFIED = 288


def networks(context):
    """``{what people read: source}`` of networks that ship, that were given, and that were trained here."""
    entries = Presets(TASK).manifest()
    trained = () if context.for_strangers else Trainings(context, TASK).networks()
    found = {entries[name]["title"]: source for name, source in shipped_sources(TASK).items()}
    for source in (*context.given, *trained):
        if source.task.name == TASK.name:
            title, number = f"x{source.factor}, {source.name}", 2
            while title in found:  # files of one name in two folders
                title, number = f"x{source.factor}, {source.name} {number}", number + 1
            found[title] = source
    return found


def source_of(context, network, scale):
    """The :class:`Source` of a title of :func:`networks`; of "", the network that is meant for a scale.

    Raises:
        UserError: none of that title, which somebody may have deleted.
    """
    if not network:
        return find_network(network_for(scale or 4), TASK)
    found = networks(context)
    if network not in found:
        raise UserError(f"network: expected one of {', '.join(found)}. Received: {network}")
    return found[network]


def choice(context, network, scale, self_ensemble=False, histogram=""):
    """(label, source, options): what results are called, the network, and options of :func:`superres.upscale`.

    Args:
        context, network, scale, self_ensemble, histogram: as of :func:`enlarge`.

    Raises:
        UserError: no such network.
    """
    source = source_of(context, network, scale)
    outscale = None if scale in (None, source.factor) else scale
    matching = {"": None, "on": True, "off": False}[histogram]
    options = {"outscale": outscale, "self_ensemble": self_ensemble, "histogram_matching": matching}
    return source.name + (f"_to_x{outscale:g}" if outscale else ""), source, options


def enlarge(context, photograph, network, scale, self_ensemble, file_format, histogram=""):
    """Enlarges one photograph, as `superres upscale` does.

    Args:
        context: :class:`common.app.context.Context`.
        photograph: path.
        network: a key of :func:`networks`, or "" for the one for `scale`.
        scale: how many times larger; None for the network's factor.
        self_ensemble: as of :func:`superres.upscale`.
        file_format: a key of ``FORMATS``.
        histogram: a value of ``HISTOGRAMS``.

    Returns:
        The :class:`Job` that was done.

    Raises:
        UserError: a photograph that cannot be enlarged.
    """
    label, source, options = choice(context, network, scale, self_ensemble, histogram)
    folder = str(context.folder.new())
    (job,) = plan_jobs([photograph], label, folder, folder, file_format, tell=None)
    ready = context.networks.get(source)

    from superres.upscaling import scaled_sides, upscale_files

    height, width = scaled_sides(*(picture_sides(photograph) or (1, 1)), ready, options.get("outscale"))
    if height * width > MAX_PIXELS:
        most = f"{MAX_PIXELS // 10**6} megapixels, which this page can show"
        raise UserError(f"photograph: expected one whose enlargement has at most {most}. Received: {width}x{height}")
    _, failed = upscale_files([job], ready, progress=False, **options)
    for _, reason in failed:
        raise UserError(reason)
    return job


def magnified(job, across, down):
    """:func:`detail` of a job of :func:`enlarge`."""
    return detail(as_rgb(job.source), as_rgb(job.target), across, down)


def detail(before, after, across=0.5, down=0.5):
    """(before, after): a detail of both, pixel by pixel, the photograph enlarged bicubically.

    Args:
        before, after: uint8 RGB, as it was and enlarged.
        across, down: where the detail's middle is, shares of the width and the height.
    """
    from fast_style.common.images.geometry import resize_array

    height, width = after.shape[:2]
    high, wide = min(height, MAGNIFIED), min(width, MAGNIFIED)
    top = min(max(0, round(down * height) - high // 2), height - high)
    left = min(max(0, round(across * width) - wide // 2), width - wide)
    # Of the photograph a little more than is seen, for the filter's sake, and cut off again.
    across_scale, down_scale = width / before.shape[1], height / before.shape[0]
    first = max(0, int(top / down_scale) - 4), max(0, int(left / across_scale) - 4)
    last = int((top + high) / down_scale) + 5, int((left + wide) / across_scale) + 5
    part = before[first[0] : last[0], first[1] : last[1]]
    part = resize_array(part, round(part.shape[0] * down_scale), round(part.shape[1] * across_scale))
    y, x = top - round(first[0] * down_scale), left - round(first[1] * across_scale)
    part = part[y : y + high, x : x + wide]
    return part, after[top : top + part.shape[0], left : left + part.shape[1]]


def enlarging_fields(context, name):
    """Components for what :func:`choice` takes, in its order."""
    scale = gr.Number(4, label="Times larger, any number", minimum=0.1, maximum=64)
    network = gr.Dropdown([MEANT], value="", label="Network", elem_id=name)
    histogram = gr.Radio(HISTOGRAMS, value="", label="Match the photograph's histogram")
    ensemble = gr.Checkbox(label="Mean over eight orientations: closer, eight times the time")

    def names():
        return gr.Dropdown([MEANT, *networks(context)])

    network.focus(names, outputs=network, queue=False, show_progress="hidden")
    context.page.load(names, outputs=network, queue=False, show_progress="hidden")
    return [network, scale, ensemble, histogram]


def build(context):
    """Lays the tab out."""
    context.networks.expect([find_network(network_for(4), TASK)])
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            photograph = photo_input()
            fields = enlarging_fields(context, "enlarging-network")
            file_format = gr.Radio(FORMATS, value="png", label="Save as")
            go = gr.Button("Enlarge", variant="primary", elem_id="enlarge")
        with gr.Column(scale=3, min_width=320):
            status = status_line()
            whole = gr.Image(
                label="Enlarged: click where the magnifier is to be",
                interactive=False,
                height=360,
                buttons=["fullscreen"],
                elem_id="enlarged",
                elem_classes="clicked",
            )
            magnifier = gr.ImageSlider(
                label="Magnifier: before, bicubic, and after",
                interactive=False,
                buttons=["fullscreen"],
                max_height=560,
                elem_id="magnifier",
            )
            save = gr.DownloadButton("Save the picture", visible=False, elem_id="save-enlarged")
    done = gr.State(None)

    @told(context, status)
    def answer(photograph, file_format, network, scale, ensemble, histogram):
        yield {status: note("Enlarging …"), save: gr.DownloadButton(visible=False)}
        start = time.perf_counter()
        job = enlarge(context, checked(photograph), network, scale, ensemble, file_format, histogram)
        picture = as_rgb(job.target)
        yield {
            whole: shown(job.target),
            magnifier: magnified(job, 0.5, 0.5),
            done: (job, picture.shape[:2]),
            save: gr.DownloadButton(f"Save {Path(job.target).name}", value=job.target, visible=True),
            status: note(
                f"{Path(job.target).name}: {picture.shape[1]}x{picture.shape[0]}, {time.perf_counter() - start:.1f} s"
            ),
        }

    def look(done, event: gr.SelectData):
        job, (height, width) = done
        across, down = event.index
        shrunk = max(1.0, max(height, width) / max(shown(job.target).shape[:2]))
        return magnified(job, across * shrunk / width, down * shrunk / height)

    go.click(
        answer,
        [photograph, file_format, *fields],
        [whole, magnifier, done, save, status],
        concurrency_id="pictures",
        show_progress_on=whole,
    )
    whole.select(look, done, magnifier, queue=False, show_progress="hidden")
