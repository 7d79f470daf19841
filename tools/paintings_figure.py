"""One photograph over sizes of strokes, over mixtures of two paintings, and with two masks, in one picture.

``python -m tools.paintings_figure --network paintings --styles wave udnie --output docs/paintings.webp``
"""

import argparse
from pathlib import Path

import numpy as np

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.images.contact_sheet import contact_sheet
from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.image_formats import SUFFIXES
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.startup import start_tensorflow
from fast_style.masks import as_mask
from fast_style.stylization import stylize

STROKES = (0.25, 0.5, 1.0, 2.0, 4.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def horizon(height, width):
    """Two masks: above and below the middle, with an edge as soft as a tenth of the height."""
    sky = np.clip(0.5 + (0.5 - (np.arange(height) + 0.5) / height) * 10, 0, 1)[:, None] * np.ones(width)
    return sky, 1 - sky


def paintings_figure(photo, network, first, second, masks=None, cell=320):
    """The figure, uint8 (height, width, 3).

    Args:
        photo: uint8 (height, width, 3).
        network: of several paintings.
        first, second: two of them; strokes are shown of the first.
        masks: two, for the first and the second; default :func:`horizon`.
        cell: side of a picture in pixels.
    """
    masks = [as_mask(mask) for mask in masks or horizon(*photo.shape[:2])]
    strokes = [stylize(photo, network, style=first, stroke=stroke) for stroke in STROKES]
    mixtures = [stylize(photo, network, style={first: 1 - share, second: share}) for share in SHARES]
    styles = (first, second)
    both = stylize(photo, network, masks=list(zip(masks, styles, strict=True)))
    alone = stylize(photo, network, masks=[(masks[0], first)])
    grey = [np.repeat(mask.grey[..., None], 3, 2) for mask in masks]
    labels = [
        [f"{first}, stroke {stroke:g}" for stroke in STROKES],
        [f"{1 - share:g} {first} + {share:g} {second}" for share in SHARES],
        ["photograph", f"mask of {first}", f"mask of {second}", "both masks", f"the mask of {first} alone"],
    ]
    return contact_sheet([strokes, mixtures, [photo, *grey, both, alone]], cell=cell, cell_labels=labels)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.paintings_figure", description=__doc__.splitlines()[0])
    parser.add_argument("--network", required=True, metavar="NAME|FILE")
    parser.add_argument("--photo", help="default: a sample of scikit-image")
    parser.add_argument("--styles", nargs=2, required=True, metavar="NAME")
    parser.add_argument("--masks", nargs=2, metavar="FILE", help="default: above and below the middle")
    parser.add_argument("--max-size", type=int, default=640, help="of the photograph, in pixels (default: 640)")
    parser.add_argument("--output", "-o", required=True, metavar="FILE", help="a name of an image")
    options = parser.parse_args(arguments)
    start_tensorflow()
    with errors_as_lines(parser.prog):
        photo = read_photo(options.photo).on_white() if options.photo else sample_photos()["coffee"]
        photo = limit_long_side(photo, options.max_size)
        figure = paintings_figure(photo, options.network, *options.styles, options.masks)
        write_photo(options.output, figure, SUFFIXES[Path(options.output).suffix.lower()], 85)
        print(options.output)


if __name__ == "__main__":
    main()
