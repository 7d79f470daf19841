"""`fast-style stylize`: paints photographs in a style, in one pass."""

from fast_style.common.commands.command_line import add_photo_flags, add_precision_flag, share, whole_number
from fast_style.common.startup import start_tensorflow


def add(commands):
    parser = commands.add_parser(
        "stylize", help="paint photographs in a style", description="Paint photographs in a style."
    )
    add_photo_flags(parser, "stylized")
    network = parser.add_mutually_exclusive_group(required=True)
    network.add_argument("--style", metavar="NAME", help="a style that ships (fast-style styles)")
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
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.commands.photo_jobs import jobs_of, report_jobs
    from fast_style.common.networks.source import find_network
    from fast_style.paintings import check_no_painting
    from fast_style.task import TASK

    flag, name = ("--style", options.style) if options.network is None else ("--network", options.network)
    check_no_painting(name, flag)
    source = find_network(name, TASK, flag)
    jobs = jobs_of(options, source.name, "stylized")
    start_tensorflow()

    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.stylization import stylize_files

    network = in_precision(source.load(), options.precision)
    chosen = {name: getattr(options, name) for name in ("max_size", "streaming", "strength", "original_colours")}
    done, failed = stylize_files(jobs, network, quality=options.quality, **chosen)
    report_jobs("fast-style stylize", done, failed)
