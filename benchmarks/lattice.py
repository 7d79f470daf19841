"""How strong a lattice networks leave that repeats every 4 pixels: ``python -m benchmarks.lattice --network A B``.

With two strides of 2 a network can mark the grid of its coarsest features: dots or ticks in rows, on what is smooth.
Measured is the standard deviation, in levels of 255, of the mean of all cells of that grid. What is painted lies on the
grid by chance, so that it leaves a tenth of a level or two. Of a grey square, and of each photograph.
"""

import argparse

import numpy as np

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.startup import start_tensorflow

GRID = 4  # pixels a side of a cell


def lattice(picture):
    """Standard deviation in levels of the mean cell of a picture, uint8 or float (height, width, 3)."""
    grey = np.asarray(picture, np.float64).mean(-1)
    rows, columns = (side // GRID for side in grey.shape)
    cells = grey[: rows * GRID, : columns * GRID].reshape(rows, GRID, columns, GRID)
    return float((cells - cells.mean((1, 3), keepdims=True)).mean((0, 2)).std())


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lattice", description=__doc__.splitlines()[0])
    parser.add_argument("--network", nargs="+", required=True, metavar="NAME|FILE")
    parser.add_argument("--photo", nargs="*", metavar="PHOTO", help="default: three of scikit-image")
    parser.add_argument("--size", type=int, default=512, help="of squares in pixels (default: 512)")
    options = parser.parse_args(arguments)
    start_tensorflow()

    from fast_style.common.images.image_io import as_rgb
    from fast_style.common.images.sample_photos import sample_photos
    from fast_style.evaluation.comparison import centre_square
    from fast_style.stylization import stylize
    from fast_style.task import load_network

    with errors_as_lines(parser.prog):
        photos = {path: as_rgb(path) for path in options.photo} if options.photo else sample_photos()
        squares = {"grey": np.full((options.size, options.size, 3), 128, np.uint8)}
        squares |= {name: centre_square(photo, options.size) for name, photo in photos.items()}
        print(f"| network | {' | '.join(squares)} |\n" + "|---" * (1 + len(squares)) + "|")
        for name in options.network:
            network = load_network(name)
            found = [lattice(stylize(square, network)) for square in squares.values()]
            print(f"| `{name}` | {' | '.join(f'{one:.2f}' for one in found)} |", flush=True)


if __name__ == "__main__":
    main()
