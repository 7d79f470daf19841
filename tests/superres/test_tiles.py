"""Tiles against the untiled result."""

import keras
import numpy as np
import pytest
from skimage import data

from superres.network import SuperResolutionNetwork
from superres.self_ensemble import enlarge_by_ensemble
from superres.srcnn import SRCNN
from superres.tiles import OUTPUT_SIDE, default_tile, enlarge_in_tiles, tile_count
from tests.levels import quick_first


def trained(network):
    """Weights and statistics as after a training, so that every layer matters and nothing is near 0."""
    generator = np.random.default_rng(0)
    for variable in network.weights:
        if "kernel" in variable.path:
            deviation = 2 / np.sqrt(np.prod(variable.shape[:-1]))
        elif variable.path.endswith("moving_variance"):
            variable.assign(generator.uniform(0.5, 2, variable.shape))
            continue
        else:
            deviation = 0.1
        variable.assign(keras.ops.convert_to_numpy(variable) * 0 + generator.normal(0, deviation, variable.shape))
    for variable in network.weights:
        if variable.path.endswith("gamma"):
            variable.assign(variable + 1)
    return network


NETWORKS = {
    "x2": lambda: SuperResolutionNetwork(2, width=4),
    "x4": lambda: SuperResolutionNetwork(4, width=4),
    "x8": lambda: SuperResolutionNetwork(8, width=4),
    "x4 resize": lambda: SuperResolutionNetwork(4, width=4, upsampling="resize"),
    "x4 bilinear": lambda: SuperResolutionNetwork(4, width=4, upsampling="bilinear"),
    "x4 sub-pixel, skip": lambda: SuperResolutionNetwork(4, width=4, upsampling="subpixel", bicubic_skip=True),
    "x4 without normalization": lambda: SuperResolutionNetwork(4, width=4, normalization="none"),
    "x4 with a margin": lambda: SuperResolutionNetwork(4, width=4, normalization="none", margin=4),
    "SRCNN 9-1-5": lambda: SRCNN(4),
    "SRCNN 9-5-5": lambda: SRCNN(2, 5),
}


@pytest.mark.parametrize("name", quick_first(NETWORKS, 3))
def test_tiles_equal_the_untiled_result_to_one_of_255(name):
    """Tiles of 23 pixels, smaller than twice the overlap and no divisor of the sides."""
    network = trained(NETWORKS[name]())
    image = np.ascontiguousarray(data.chelsea()[60:110, 100:171])
    whole = network.render(image[None]).numpy()[0].astype(int)
    assert whole.std() > 10  # not one colour
    tiled = enlarge_in_tiles(image, network, 23)
    assert tiled.shape == whole.shape
    assert np.abs(tiled - whole).max() <= 1


@pytest.mark.slow
def test_tiles_in_eight_orientations_equal_the_untiled_result():
    network = trained(NETWORKS["x4 without normalization"]())
    image = np.ascontiguousarray(data.chelsea()[60:110, 100:171])
    whole = enlarge_by_ensemble(network, image[None])[0].astype(int)
    tiled = enlarge_in_tiles(image, network, 23, self_ensemble=True)
    assert np.abs(tiled - whole).max() <= 1
    assert np.abs(enlarge_in_tiles(image, network, 23) - whole).max() > 1


def test_less_overlap_shows():
    """The test above would notice an overlap that is far too small: of 4 pixels, say, instead of 15."""
    network = trained(SuperResolutionNetwork(4, width=4))
    image = np.ascontiguousarray(data.chelsea()[60:110, 100:171])
    whole = network.render(image[None]).numpy()[0].astype(int)
    cheating = type("Cheating", (), {"factor": 4, "receptive_radius": 4, "render": network.render})
    assert np.abs(enlarge_in_tiles(image, cheating, 23) - whole).max() > 1


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_memory_is_bounded_whatever_the_image(factor):
    """The largest activation is the last, at the output's size: (768 + 2 * 15 * factor)^2 pixels of 64 floats.

    That is at most 1008^2 * 64 * 4 bytes = 248 MiB; the output of a convolution, its normalization
    and its ReLU live at once, and twice that is left for temporaries: 1.5 GiB beside the canvas.
    """
    network = SuperResolutionNetwork(factor, width=1)
    seen = []
    watching = type(
        "Watching",
        (),
        {
            "factor": factor,
            "receptive_radius": network.receptive_radius,
            "render": lambda self, x: _Numpy(seen, x, factor),
        },
    )()
    side = 3 * default_tile(factor)
    enlarge_in_tiles(np.zeros((side, side, 3), "uint8"), watching, default_tile(factor))
    assert len(seen) == tile_count(side, side, default_tile(factor)) == 9
    largest = max(h * w for h, w in seen) * factor**2
    assert largest == (OUTPUT_SIDE + 2 * 15 * factor) ** 2
    assert largest * 64 * 4 <= 248 * 2**20 + 2**20


class _Numpy:
    """Stands for what ``render`` returns, and notes the size of what it was given."""

    def __init__(self, seen, images, factor):
        seen.append(images.shape[1:3])
        self.shape = (1, images.shape[1] * factor, images.shape[2] * factor, 3)

    def __array__(self, dtype=None, copy=None):
        return np.zeros(self.shape, "uint8")


def test_finish_and_progress():
    network = SuperResolutionNetwork(2, width=1, residual_blocks=0)
    calls = []
    result = enlarge_in_tiles(
        np.zeros((5, 9, 3), "uint8"), network, 4, finish=lambda pixels: pixels * 0 + 7, on_tile=lambda: calls.append(1)
    )
    assert (result == 7).all()
    assert len(calls) == tile_count(5, 9, 4) == 6
