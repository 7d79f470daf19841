"""`fast-style stylize`: paints photographs and moving pictures in a style, in one pass."""

import glob
import os

from fast_style.common.commands.clip_jobs import (
    FORMATS_WITH_CLIPS,
    add_clip_flags,
    check_formats,
    plan_clips,
    run_clips,
    split_clips,
)
from fast_style.common.commands.command_line import add_photo_flags, add_precision_flag, share, whole_number
from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.startup import start_tensorflow
from fast_style.common.stop_signals import StopSignals

ALL = "all"
SHEET = "contact_sheet.png"


def add(commands):
    parser = commands.add_parser(
        "stylize",
        help="paint photographs and moving pictures in a style",
        description="Paint photographs and moving pictures in one style or several.",
    )
    add_photo_flags(parser, "stylized", FORMATS_WITH_CLIPS)
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        "--style",
        action="append",
        nargs="?",  # without a name, the error names them
        metavar="NAME",
        help="a style that ships (fast-style styles), several, or all; of several, the folder of the results gets "
        f"{SHEET}, too, with the first photographs",
    )
    parser.take_several("--style", names_style)
    network.add_argument("--network", metavar="NAME|FILE", help="a network: a style that ships or a .keras file")
    parser.add_argument(
        "--max-size",
        type=whole_number(1, unit="pixel"),
        metavar="PIXELS",
        help="shrink photographs and clips to this long side; never enlarges",
    )
    parser.add_argument(
        "--strength",
        type=share,
        default=1.0,
        metavar="0-1",
        help="share of the painting in the result; the rest is of the photograph (default: 1)",
    )
    parser.add_argument(
        "--original-colours",
        "--original-colors",
        action="store_true",
        help="keep the photograph's colours: light and dark alone are painted",
    )
    parser.add_argument(
        "--streaming",
        choices=("auto", "exact", "fast", "off"),
        default="auto",
        help="paint in strips, in little memory whatever the size: exact, the same picture; fast, with the statistics "
        "of a reduced copy; off, as a whole; auto, exact where the whole would take more than 3.5 GiB: from about 6 "
        "megapixels on in float32, 13 in bfloat16 (default: auto)",
    )
    add_precision_flag(parser)
    add_clip_flags(parser, calm=True)
    parser.set_defaults(run=run)


def names_style(text):
    """Whether a further word behind ``--style`` is one more style, and no photograph."""
    from fast_style.common.networks.source import shipped_name
    from fast_style.task import TASK

    if text.casefold() == ALL or shipped_name(text, TASK) or text.endswith(".keras"):
        return True
    photograph = os.path.exists(text) or glob.has_magic(text) or text.lower().endswith(EXTENSIONS)
    return not photograph and not text.startswith("-") and os.sep not in text


def find_styles(options):
    """Sources of the networks that were asked for, by the name that each has in results.

    Raises:
        UserError: none was; one that is none.
    """
    from fast_style.common.networks.source import find_network, shipped_sources
    from fast_style.paintings import check_no_painting
    from fast_style.task import TASK

    shipped = shipped_sources(TASK)
    if options.network is None and not any(options.style or ()):
        raise UserError(f"--style: expected one of {', '.join(shipped)}, or {ALL}; or --network FILE. Received: none")
    flag, names = ("--style", options.style) if options.style else ("--network", [options.network])
    found = {}
    for name in filter(None, names):
        check_no_painting(name, flag)
        chosen = shipped.values() if flag == "--style" and name.casefold() == ALL else [find_network(name, TASK, flag)]
        found |= {str(source.path.resolve()): source for source in chosen}
    styles = {}
    for source in found.values():
        label, number = source.name, 2
        while label in styles:  # files of one name in two folders
            label, number = f"{source.name}_{number}", number + 1
        styles[label] = source
    return styles


def check_sheet(path, jobs, options):
    """The path of the contact sheet; None where there is one, and results that exist are left.

    Raises:
        UserError: it would replace something.
    """
    if any(os.path.abspath(job.target) == os.path.abspath(path) for job in jobs):
        raise UserError(f"--output: expected a result of another name than the contact sheet. Received: {path}")
    if not os.path.exists(path) or options.overwrite:
        return path
    if not options.skip_existing:
        raise UserError(f"--output: expected a new file, or --overwrite. Received: {path}, which exists")
    return None


def run(options):
    from fast_style.common.commands.photo_jobs import how_to_go_on, jobs_by_label, plan_jobs, report_jobs

    styles = find_styles(options)
    clips, options.photos = split_clips(options.photos, options.output, "stylized")
    check_formats(options)
    moving = plan_clips(clips, list(styles), options, "stylized")
    if options.photos:
        planned = jobs_by_label(options, list(styles), "stylized", others=any(moving.values()))
    else:
        planned = {label: [] for label in styles}
    jobs = [job for some in planned.values() for job in some]
    folder = options.output or "stylized"
    sheet = check_sheet(os.path.join(folder, SHEET), jobs, options) if jobs and len(styles) > 1 else None
    start_tensorflow()

    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.stylization import stylize_files
    from fast_style.video import frame_painter

    look = {name: getattr(options, name) for name in ("streaming", "strength", "original_colours")}
    done, failed, clips_done, clips_failed, stopped = [], [], [], [], ""
    with StopSignals("photograph" if jobs else "frame") as signals:
        for label in styles:
            if (planned[label] or moving[label]) and signals.received is None:
                network = in_precision(styles[label].load(), options.precision)
                results = run_clips(
                    moving[label],
                    lambda clip, network=network: frame_painter(network, *clip.sides, **look),
                    options,
                    signals,
                )
                clips_done += results[0]
                clips_failed += results[1]
                stopped = results[2]
                results = stylize_files(
                    planned[label], network, options.max_size, options.quality, signals=signals, **look
                )
                done += results[0]
                failed += results[1]
    note, written = stopped or how_to_go_on(jobs, done, failed, options.overwrite), []
    if sheet and done and not note:
        from fast_style.style_sheet import write_sheet

        every = {name: plan_jobs(options.photos, name, folder, folder, options.format, True, None) for name in styles}
        write_sheet(sheet, every)
        written.append(sheet)
    done, failed = clips_done + done, clips_failed + failed
    report_jobs("fast-style stylize", done, failed, note, signals.received, written)
