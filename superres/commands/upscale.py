"""`superres upscale`: enlarges photographs."""

import argparse

from fast_style.common.commands.command_line import add_engine_flags, add_photo_flags, add_precision_flag, whole_number
from fast_style.common.networks.engine import Work, choose_engine, network_loader, obstacle
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn
from superres.commands.self_ensemble_flag import add_self_ensemble_flag
from superres.settings import FACTORS


def add(commands):
    parser = commands.add_parser("upscale", help="enlarge photographs", description="Enlarge photographs.")
    add_photo_flags(parser, "upscaled")
    parser.add_argument(
        "--factor",
        type=int,
        choices=FACTORS,
        help="how many times larger; --outscale takes any number (default: the network's, or 4)",
    )
    parser.add_argument(
        "--outscale",
        type=scale,
        metavar="X",
        help="how many times larger results are, any number: they are enlarged by a network's factor, that of the "
        "smallest that is enough where none is named, and resized (default: --factor)",
    )
    parser.add_argument(
        "--network",
        metavar="NAME|FILE",
        help="a network that ships (superres networks) or a .keras file (default: the first that ships for the factor)",
    )
    parser.add_argument(
        "--histogram-matching",
        action=argparse.BooleanOptionalAction,
        help="match the histogram of the result to the photograph's, as the paper does "
        "(default: on for networks of the feature loss)",
    )
    parser.add_argument(
        "--tile",
        type=whole_number(0, unit="pixels"),
        metavar="PIXELS",
        help="side of the tiles in which a photograph is enlarged, in its own pixels; 0: no tiles "
        "(default: 768 / factor)",
    )
    add_self_ensemble_flag(parser)
    add_precision_flag(parser)
    add_engine_flags(parser)
    parser.set_defaults(run=run, light=True)


def scale(text):
    """An argparse type: a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a positive number. Received: {text}")
    return value


def run(options):
    from fast_style.common.commands.photo_jobs import how_to_go_on, jobs_of, photo_sides, report_jobs
    from fast_style.common.networks.source import find_network
    from superres.task import TASK, network_for

    asked = options.outscale or options.factor
    name = options.network or network_for(options.factor or asked or 4)
    # A factor is what a network that is named must have; of those that ship, a larger one does.
    source = find_network(name, TASK, factor=options.factor if options.network else None)
    outscale = None if asked in (None, source.factor) else asked
    jobs = jobs_of(options, source.name + (f"_to_x{outscale:g}" if outscale else ""), "upscaled")

    def work():
        needs = obstacle([source], options.precision) or ("--self-ensemble" if options.self_ensemble else "")
        return Work(needs_tensorflow=needs) if needs else Work([(source, photo_sides(jobs))])

    load = network_loader(choose_engine(options.engine, work, warn if options.verbose else None), options.precision)

    from superres.upscaling import upscale_files

    with StopSignals("photograph") as signals:
        done, failed = upscale_files(
            jobs,
            load(source),
            options.histogram_matching,
            options.tile,
            options.quality,
            self_ensemble=options.self_ensemble,
            outscale=outscale,
            signals=signals,
        )
    report_jobs("superres upscale", done, failed, how_to_go_on(jobs, done, failed, options.overwrite), signals.received)
