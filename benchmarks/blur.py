"""How blurred enlargements are beside the truth: ``python -m benchmarks.blur --data Set5 --network A B``."""

import argparse

import numpy as np
from skimage.measure import blur_effect

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.images.pixels import luma
from superres.degradation import crop_to_multiple, degrade_photo
from superres.task import load_network
from superres.upscaling import upscale


def measure(data, networks):
    """Means over images of scikit-image's blur effect (Crete et al. 2007) of luma: 0 for none, 1 for nothing but blur.

    Args:
        data: folder of ground truth, which is degraded bicubically.
        networks: shipped names or ``.keras`` files, all of one factor.

    Returns:
        ``{method: float}``: the truth, bicubic interpolation, and each network as ``superres upscale`` enlarges by it.

    Raises:
        UserError: an unknown network, one of another factor, no images.
    """
    factor = load_network(networks[0]).factor
    methods = {name: load_network(name, factor) for name in networks}
    found = {name: [] for name in ("truth", "bicubic", *methods)}
    for path in list_images(data):
        truth = crop_to_multiple(read_photo(path).on_white(), factor)
        low = degrade_photo(truth, factor, "bicubic")
        pictures = {"truth": truth, "bicubic": resize_array(low, *truth.shape[:2])}
        pictures |= {name: upscale(low, network) for name, network in methods.items()}
        for name, picture in pictures.items():
            found[name].append(blur_effect(luma(picture)))
    return {name: float(np.mean(values)) for name, values in found.items()}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.blur", description=__doc__)
    parser.add_argument("--data", required=True, help="folder of ground truth")
    parser.add_argument("--network", nargs="+", required=True, help="shipped names or .keras files, of one factor")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        for name, value in measure(options.data, options.network).items():
            print(f"{name}: {value:.3f}")


if __name__ == "__main__":
    main()
