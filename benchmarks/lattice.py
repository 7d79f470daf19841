"""How strong a lattice networks leave that repeats every 4 pixels: ``python -m benchmarks.lattice --network A B``.

With two strides of 2 a network can mark the grid of its coarsest features: dots or ticks in rows, on what is smooth.
Measured is the standard deviation, in levels of 255, of what repeats every 4 pixels, in windows of 32 pixels: that of
the window of 20 that has most of it but one. Of a grey square, and of each photograph.
"""

import argparse

import numpy as np

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.startup import start_tensorflow

# Pixels of the grid; and of the windows in which it is measured, for a lattice may begin anew between them.
GRID, WINDOW = 4, 32
# Share of windows that have less.
RANK = 0.95


def lattice(picture):
    """Standard deviation in levels of a picture's lattice: of power at wavelengths of 4 pixels and parts of them.

    Args:
        picture: uint8 or float (height, width, 3), 32 pixels a side at least.
    """
    grey = np.asarray(picture, np.float64).mean(-1)
    window = np.hanning(WINDOW)[:, None] * np.hanning(WINDOW)
    waves = np.abs(np.fft.fftfreq(WINDOW, 1 / WINDOW)).astype(int)
    # Windows spread a frequency over its neighbours.
    step = WINDOW // GRID
    beside = np.minimum(waves % step, step - waves % step) <= 1
    fine = waves >= step - 1
    counted = np.logical_and.outer(beside, beside) & np.logical_or.outer(fine, fine)
    found = []
    for row in range(0, grey.shape[0] - WINDOW + 1, WINDOW // 2):
        for column in range(0, grey.shape[1] - WINDOW + 1, WINDOW // 2):
            patch = grey[row : row + WINDOW, column : column + WINDOW]
            power = np.abs(np.fft.fft2((patch - np.average(patch, weights=window)) * window)) ** 2
            found.append(np.sqrt(power[counted].sum() / (WINDOW**2 * np.square(window).sum())))
    return float(np.quantile(found, RANK))


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
            print(f"| `{name}` | {' | '.join(f'{one:.1f}' for one in found)} |", flush=True)


if __name__ == "__main__":
    main()
