"""`superres upscale`: enlarges photographs."""

import argparse

from fast_style.common.commands.command_line import add_photo_flags, add_precision_flag, whole_number
from fast_style.common.startup import start_tensorflow
from superres.commands.self_ensemble_flag import add_self_ensemble_flag
from superres.settings import FACTORS


def add(commands):
    parser = commands.add_parser("upscale", help="enlarge photographs", description="Enlarge photographs.")
    add_photo_flags(parser, "upscaled")
    parser.add_argument(
        "--factor", type=int, choices=FACTORS, help="how many times larger (default: the network's, or 4)"
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
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.commands.photo_jobs import jobs_of, report_jobs
    from fast_style.common.networks.source import find_network
    from superres.task import TASK, default_network

    source = find_network(options.network or default_network(options.factor or 4), TASK, factor=options.factor)
    jobs = jobs_of(options, source.name, "upscaled")
    start_tensorflow()

    from fast_style.common.networks.rebuilding import in_precision
    from superres.upscaling import upscale_files

    done, failed = upscale_files(
        jobs,
        in_precision(source.load(), options.precision),
        options.histogram_matching,
        options.tile,
        options.quality,
        self_ensemble=options.self_ensemble,
    )
    report_jobs("superres upscale", done, failed)
