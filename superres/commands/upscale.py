"""`superres upscale`: enlarges photographs and moving pictures."""

import argparse
import functools

from fast_style.common.bulk.flags import add_ray_flags, check_ray_flags
from fast_style.common.commands.clip_jobs import FORMATS_WITH_CLIPS, add_clip_flags, plan_photos_and_clips, run_clips
from fast_style.common.commands.command_line import (
    add_engine_flags,
    add_photo_flags,
    add_precision_flag,
    positive_number,
    whole_number,
)
from fast_style.common.networks.engine import MOVING, Work, choose_engine, network_loader, obstacle
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn
from superres.commands.self_ensemble_flag import add_self_ensemble_flag
from superres.settings import FACTORS


def add(commands):
    what = "photographs and moving pictures"
    parser = commands.add_parser("upscale", help=f"enlarge {what}", description=f"Enlarge {what}.")
    add_photo_flags(parser, "upscaled", FORMATS_WITH_CLIPS)
    parser.add_argument(
        "--factor",
        type=int,
        choices=FACTORS,
        help="how many times larger; --outscale takes any number (default: the network's, or 4)",
    )
    parser.add_argument(
        "--outscale",
        type=positive_number,
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
    add_clip_flags(parser)
    add_engine_flags(parser)
    add_ray_flags(parser)
    parser.set_defaults(run=run, light=True)


def _run_on_ray(options, label, source, chosen):
    from fast_style.common.bulk.command import run_on_ray
    from superres.upscaling import photo_enlarger

    made = {label: (source, functools.partial(photo_enlarger, **chosen))}
    run_on_ray("superres upscale", options, "upscaled", made, "--self-ensemble" if options.self_ensemble else "")


def run(options):
    check_ray_flags(options)
    from fast_style.common.commands.photo_jobs import how_to_go_on, photo_sides, report_jobs
    from fast_style.common.networks.source import find_network
    from superres.task import TASK, network_for

    asked = options.outscale or options.factor
    name = options.network or network_for(options.factor or asked or 4)
    # A factor is what a network that is named must have; of those that ship, a larger one does.
    source = find_network(name, TASK, factor=options.factor if options.network else None)
    outscale = None if asked in (None, source.factor) else asked
    label = source.name + (f"_to_x{outscale:g}" if outscale else "")
    chosen = {name: getattr(options, name) for name in ("histogram_matching", "tile", "self_ensemble")}
    chosen["outscale"] = outscale
    if options.ray:
        _run_on_ray(options, label, source, chosen)
    jobs, moving = (planned[label] for planned in plan_photos_and_clips(options, [label], "upscaled"))

    def work():
        needs = obstacle([source], options.precision) or ("--self-ensemble" if options.self_ensemble else "")
        needs = needs or (MOVING if moving else "")
        return Work(needs_tensorflow=needs) if needs else Work([(source, photo_sides(jobs))])

    load = network_loader(choose_engine(options.engine, work, warn if options.verbose else None), options.precision)

    from superres.upscaling import upscale_files

    clips_done, clips_failed, stopped = [], [], ""
    with StopSignals("photograph" if jobs else "frame") as signals:
        network = load(source)
        if moving:
            from superres.video import frame_enlarger

            enlarge = frame_enlarger(network, **chosen)
            clips_done, clips_failed, stopped = run_clips(moving, lambda clip: (enlarge, 1), options, signals)
        done, failed = upscale_files(jobs, network, quality=options.quality, signals=signals, **chosen)
    note = stopped or how_to_go_on(jobs, done, failed, options.overwrite)
    report_jobs("superres upscale", clips_done + done, clips_failed + failed, note, signals.received)
