"""`fast-style demo`: photographs in every style that ships, and details of them enlarged."""

import os
import time
from pathlib import Path

from fast_style.common.commands.command_line import add_output_flag
from fast_style.common.errors import UserError
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say

DEMO_SIDE = 640  # pixels; about that of the sample photographs


def add(commands):
    parser = commands.add_parser(
        "demo",
        help="paint photographs in every style, and enlarge details of them",
        description="Paint photographs in every style that ships, and enlarge details of them with every "
        "super-resolution network of factor 4.",
    )
    parser.add_argument(
        "photos",
        nargs="*",
        metavar="PHOTO",
        help=f"a photograph, shown at most {DEMO_SIDE} pixels wide and high (default: the CC0 sample photographs of "
        "scikit-image)",
    )
    add_output_flag(parser, "fast_style_demo")
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.files import check_writable
    from fast_style.common.images.image_io import as_rgb

    photos = {}
    for path in options.photos:
        name = Path(path).stem
        if name in photos:
            raise UserError(f"PHOTO: expected photographs of different names. Received: two of the name {name}")
        photos[name] = as_rgb(path)
    check_writable(options.output)
    start = time.perf_counter()
    start_tensorflow()

    from fast_style.common.images.geometry import limit_long_side
    from fast_style.demo import demo

    photos = {name: limit_long_side(photo, DEMO_SIDE) for name, photo in photos.items()}
    for path, seconds in demo(options.output, photos):
        say(printable(path) + (f"  {seconds:.2f} s" if seconds is not None else ""))
    where = printable(os.path.abspath(options.output))
    say(f"{time.perf_counter() - start:.1f} s in all; pictures are in {where}")
