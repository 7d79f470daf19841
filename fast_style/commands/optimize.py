"""`fast-style optimize`: paints photographs by optimisation, the slow way."""

from pathlib import Path

from fast_style.common.commands.command_line import (
    add_photo_flags,
    add_settings,
    check_required,
    docstring,
    given_settings,
)
from fast_style.common.startup import start_tensorflow


def add(commands):
    from fast_style.settings import OptimizationSettings

    parser = commands.add_parser(
        "optimize",
        help="paint photographs by optimisation, the slow way",
        description="Paint photographs in the style of any painting by optimisation, hundreds of iterations each: "
        "the method that the networks replace. " + docstring(OptimizationSettings),
    )
    add_photo_flags(parser, "optimized")
    add_settings(parser, OptimizationSettings)
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.commands.photo_jobs import how_to_go_on, jobs_of, report_jobs
    from fast_style.common.images.image_io import as_rgb
    from fast_style.paintings import check_painting
    from fast_style.settings import OptimizationSettings

    settings = OptimizationSettings.from_given(given_settings(options, OptimizationSettings))
    check_required(settings)
    for painting in settings.style:
        check_painting(painting)
        as_rgb(painting)
    label = "+".join(Path(painting).stem for painting in settings.style)
    jobs = jobs_of(options, label, "optimized")
    start_tensorflow()

    from fast_style.optimization.jobs import check_kept_pictures, optimize_files

    # Beside a result that is not there, they are what a run that was stopped has left.
    check_kept_pictures(jobs, settings, options.overwrite or options.skip_existing)
    done, failed, signal = optimize_files(jobs, settings, options.quality)
    note = ""
    if signal:
        note = "stopped; what there is of the last picture is kept"
        note += how_to_go_on(jobs, done, failed, options.overwrite).removeprefix("stopped")
    report_jobs("fast-style optimize", done, failed, note, signal)
