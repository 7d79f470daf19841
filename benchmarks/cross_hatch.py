"""How much of a cross-hatch pattern networks leave: ``python -m benchmarks.cross_hatch --data Set5 --network A B``."""

import argparse

import numpy as np

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.images.pixels import luma
from superres.degradation import crop_to_multiple, degrade_photo
from superres.evaluation.metrics import psnr
from superres.task import load_network

FLAT = 2.0  # standard deviation of luma below which a cell of the bicubic enlargement is flat


def pattern(bicubic, picture, factor):
    """Standard deviation, in levels of luma, of the mean cell of what a network adds to bicubic interpolation.

    Args:
        bicubic, picture: uint8 (height, width, 3), sides multiples of the factor.
        factor: side of a cell in pixels. Cells that are flat in `bicubic` count.

    Returns:
        float, or None where no cell is flat.
    """
    base, added = (_cells(luma(image), factor) for image in (bicubic, picture))
    added = added - base
    flat = base.std((1, 2)) < FLAT
    return float(added[flat].mean(0).std()) if flat.any() else None


def _cells(values, factor):
    """(height, width) -> (cells, factor, factor)."""
    height, width = values.shape
    cells = values.reshape(height // factor, factor, width // factor, factor)
    return cells.transpose(0, 2, 1, 3).reshape(-1, factor, factor)


def measure(data, networks):
    """Prints a line for each network."""
    photos = [read_photo(path).on_white() for path in list_images(data)]
    print("bicubic degradation, without histogram matching, means over images")
    for name in networks:
        network = load_network(name)
        factor, ratios, patterns = network.factor, [], []
        for photo in photos:
            truth = crop_to_multiple(photo, factor)
            low = degrade_photo(truth, factor, "bicubic")
            picture = network.render(low[None]).numpy()[0]
            ratios.append(psnr(truth, picture, factor))
            patterns.append(pattern(resize_array(low, *truth.shape[:2]), picture, factor))
        flat = [value for value in patterns if value is not None]
        mean = f"{np.mean(flat):.2f} on {len(flat)} images" if flat else "none: no image has a flat cell"
        print(f"{name}: {np.mean(ratios):.2f} dB, pattern {mean}", flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cross_hatch", description=__doc__)
    parser.add_argument("--data", required=True, help="folder of ground truth")
    parser.add_argument("--network", nargs="+", required=True, help="shipped names or .keras files")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        measure(options.data, options.network)


if __name__ == "__main__":
    main()
