"""`fast-style stylize`: paints photographs in a style, in one pass."""

import glob
import os

from fast_style.common.commands.command_line import (
    add_engine_flags,
    add_photo_flags,
    add_precision_flag,
    share,
    whole_number,
)
from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.networks.engine import Work, choose_engine, network_loader, obstacle
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn

ALL = "all"
SHEET = "contact_sheet.png"


def add(commands):
    parser = commands.add_parser(
        "stylize", help="paint photographs in a style", description="Paint photographs in one style or several."
    )
    add_photo_flags(parser, "stylized")
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
        help="shrink photographs to this long side; never enlarges",
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
    add_engine_flags(parser)
    parser.set_defaults(run=run, light=True)


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


def work_of(options, styles, planned):
    """What there is to paint, for :func:`choose_engine`."""
    from fast_style.common.commands.photo_jobs import photo_sides
    from fast_style.common.networks.litert_network import peak_bytes
    from fast_style.stylization import is_large, strips_of

    needs = obstacle(styles.values(), options.precision)
    if options.streaming in ("exact", "fast"):
        needs = needs or f"--streaming {options.streaming}"
    if needs:
        return Work(needs_tensorflow=needs)
    parts = [(styles[label], photo_sides(jobs, options.max_size)) for label, jobs in planned.items()]
    if options.streaming == "auto":
        large = (one for source, sides in parts for one in sides if is_large(peak_bytes(source.graph, *one)))
        needs = next((strips_of(*one) for one in large), "")
    return Work(parts, needs)


def run(options):
    from fast_style.common.commands.photo_jobs import how_to_go_on, jobs_by_label, plan_jobs, report_jobs

    styles = find_styles(options)
    planned = jobs_by_label(options, list(styles), "stylized")
    jobs = [job for some in planned.values() for job in some]
    folder = options.output or "stylized"
    sheet = check_sheet(os.path.join(folder, SHEET), jobs, options) if len(styles) > 1 else None
    engine = choose_engine(options.engine, lambda: work_of(options, styles, planned), warn if options.verbose else None)
    load = network_loader(engine, options.precision)

    from fast_style.stylization import stylize_files

    chosen = {name: getattr(options, name) for name in ("max_size", "streaming", "strength", "original_colours")}
    done, failed = [], []
    with StopSignals("photograph") as signals:
        for label, some in planned.items():
            if some and signals.received is None:
                results = stylize_files(some, load(styles[label]), quality=options.quality, signals=signals, **chosen)
                done += results[0]
                failed += results[1]
    note, written = how_to_go_on(jobs, done, failed, options.overwrite), []
    if sheet and done and not note:
        from fast_style.style_sheet import write_sheet

        every = {name: plan_jobs(options.photos, name, folder, folder, options.format, True, None) for name in styles}
        write_sheet(sheet, every)
        written.append(sheet)
    report_jobs("fast-style stylize", done, failed, note, signals.received, written)
