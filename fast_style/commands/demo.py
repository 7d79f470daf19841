"""`fast-style demo`: photographs in every style that ships, and details of them enlarged."""

import os
import time
from pathlib import Path

from fast_style.common.commands.command_line import add_engine_flags, add_output_flag
from fast_style.common.errors import UserError
from fast_style.common.networks.engine import Work, choose_engine, network_loader
from fast_style.common.printable import printable
from fast_style.common.streams import say, warn

DEMO_SIDE = 640  # pixels; about that of the sample photographs
DETAIL_SIDE = 96  # of what is enlarged of each
SAMPLE = "astronaut"  # what is shown where no photograph is given: a face, in seconds


def add(commands):
    parser = commands.add_parser(
        "demo",
        help="paint photographs after many paintings, and enlarge details of them",
        description="Paint photographs after every painting that the networks of several know, and enlarge details of "
        "them with every super-resolution network of factor 4.",
    )
    parser.add_argument(
        "photos",
        nargs="*",
        metavar="PHOTO",
        help=f"a photograph, shown at most {DEMO_SIDE} pixels wide and high (default: {SAMPLE}, a CC0 sample of "
        "scikit-image)",
    )
    add_output_flag(parser, "fast_style_demo")
    add_engine_flags(parser)
    parser.set_defaults(run=run, light=True)


def work_of(photos):
    """What there is to paint and to enlarge, for :func:`choose_engine`."""
    from fast_style.common.networks.source import shipped_sources
    from fast_style.demo import shown_networks

    whole, details = [photo.shape[:2] for photo in photos], [(DETAIL_SIDE, DETAIL_SIDE) for _ in photos]
    painted = [(source, whole * len(paintings)) for source, paintings in shown_networks().values()]
    return Work(painted + [(source, details) for source in shipped_sources().values() if source.factor == 4])


def run(options):
    from fast_style.common.files import check_writable
    from fast_style.common.images.geometry import limit_long_side
    from fast_style.common.images.image_io import as_rgb
    from fast_style.common.images.sample_photos import sample_photos

    photos = {}
    for path in options.photos:
        name = Path(path).stem
        if name in photos:
            raise UserError(f"PHOTO: expected photographs of different names. Received: two of the name {name}")
        photos[name] = as_rgb(path)
    check_writable(options.output)
    start = time.perf_counter()
    photos = photos or {SAMPLE: sample_photos()[SAMPLE]}
    photos = {name: limit_long_side(photo, DEMO_SIDE) for name, photo in photos.items()}
    engine = choose_engine(options.engine, lambda: work_of(photos.values()), warn if options.verbose else None)
    load = network_loader(engine)

    from fast_style.demo import demo

    for path, seconds in demo(options.output, photos, load):
        say(printable(path) + (f"  {seconds:.2f} s" if seconds is not None else ""))
    where = printable(os.path.abspath(options.output))
    say(f"{time.perf_counter() - start:.1f} s in all; pictures are in {where}")
