"""How much noise in photographs, and movement of them, changes pictures.

``python -m benchmarks.stability --photos DIR --network A B``
"""

import argparse

import numpy as np
from tqdm import tqdm

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.evaluation.comparison import centre_square
from fast_style.task import load_network

SIDE = 256
NOISES = (2.0, 10.0)  # standard deviations: the grain of a photograph, and what training adds
MOVES = (1, 2, 4)  # pixels, down and right; a network of two layers of stride 2 computes on a grid of 4
MARGIN = 16  # pixels a side that are not compared: other pixels are reflected there


def change(paint, photo, noise, seed=0):
    """Mean squared difference, in levels of 255, of what `paint` makes of a photograph and of the same with noise.

    Args:
        paint: function from uint8 (height, width, 3) to the same.
        photo: uint8 (height, width, 3).
        noise: standard deviation in levels, normal, rounded as a photograph is.
        seed: of the noise.
    """
    noisy = photo + np.random.default_rng(seed).normal(0, noise, photo.shape)
    pictures = [paint(image).astype(float) for image in (photo, np.clip(np.rint(noisy), 0, 255).astype(np.uint8))]
    return float(np.square(pictures[0] - pictures[1]).mean())


def change_by_move(paint, photo, pixels):
    """As :func:`change`, of a photograph and of the same moved up and left by so many pixels, put back."""
    side = SIDE - max(MOVES)
    here, moved = (paint(photo[start : start + side, start : start + side]).astype(float) for start in (0, pixels))
    inner = slice(MARGIN, side - MARGIN - pixels)
    there = slice(MARGIN + pixels, side - MARGIN)
    return float(np.square(here[there, there] - moved[inner, inner]).mean())


def measure(folder, networks):
    """Prints a line for each network, and one for the photographs as they are."""
    photos = [centre_square(read_photo(path).on_white(), SIDE) for path in list_images(folder)]
    print(f"mean squared change in levels of 255, {len(photos)} centre squares at {SIDE}x{SIDE}")
    print(f"noise of {', '.join(map(str, NOISES))}; moved by {', '.join(map(str, MOVES))}")
    for name, paint in {"as it is": lambda photo: photo, **{name: _painter(name) for name in networks}}.items():
        values = []
        for of, amounts in ((change, NOISES), (change_by_move, MOVES)):
            each = [[of(paint, p, amount) for p in tqdm(photos, leave=False, disable=None)] for amount in amounts]
            values.append(", ".join(f"{np.mean(one):.1f}" for one in each))
        print(f"{name}: " + "; ".join(values), flush=True)


def _painter(name):
    network = load_network(name)
    return lambda photo: network.render(photo[None]).numpy()[0]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stability", description=__doc__)
    parser.add_argument("--photos", required=True, help="folder of photographs")
    parser.add_argument("--network", nargs="+", required=True, help="shipped names or .keras files")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        measure(options.photos, options.network)


if __name__ == "__main__":
    main()
