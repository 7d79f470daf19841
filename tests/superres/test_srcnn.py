"""SRCNN, on Y of a bicubic enlargement."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from skimage import data

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from superres.srcnn import SRCNN


def cat():
    return np.ascontiguousarray(data.chelsea()[64:96, 96:144])


@pytest.mark.parametrize("second_kernel, expected", [(1, 8129), (5, 57_281)])
def test_parameter_count(second_kernel, expected):
    """Dong et al. 2015, with biases: 9*9*64 + 64 = 5,248; 64*32 (or 25 times that) + 32; 5*5*32 + 1 = 801."""
    assert SRCNN(4, second_kernel).count_params() == expected


@pytest.mark.parametrize("height, width", [(1, 1), (2, 5), (17, 13)])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_output_is_exactly_the_factor_larger(factor, height, width):
    image = np.zeros((1, height, width, 3), "uint8")
    assert SRCNN(factor)(image).shape == (1, height * factor, width * factor, 3)


def identity(second_kernel):
    """SRCNN with weights that pass Y on: one path of positive, one of negative values."""
    network = SRCNN(2, second_kernel)
    kernels = [np.zeros(c.kernel.shape, "float32") for c in network.convolutions]
    kernels[0][4, 4, 0, :2] = 1, -1
    middle = second_kernel // 2
    kernels[1][middle, middle, [0, 1], [0, 1]] = 1
    kernels[2][2, 2, :2, 0] = 1, -1
    for convolution, kernel in zip(network.convolutions, kernels, strict=True):
        convolution.kernel.assign(kernel)
    return network


@pytest.mark.parametrize("second_kernel", [1, 5])
def test_passing_y_on_gives_the_bicubic_enlargement(second_kernel):
    enlarged = identity(second_kernel).render(cat()[None]).numpy()[0]
    assert np.abs(enlarged.astype(int) - resize_array(cat(), 64, 96)).max() <= 1


def test_only_y_is_changed():
    """Cb and Cr of the output are those of the bicubic enlargement, whatever the weights."""
    keras.utils.set_random_seed(0)
    output, bicubic = (tf.image.rgb_to_yuv(network(cat()[None])) for network in (SRCNN(2), identity(1)))
    assert np.abs(output[..., 0] - bicubic[..., 0]).max() > 10
    np.testing.assert_allclose(output[..., 1:], bicubic[..., 1:], atol=0.05)


@pytest.mark.parametrize("second_kernel", [1, 5])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_receptive_radius(factor, second_kernel):
    """A change of one input pixel reaches no output pixel beyond it."""
    network = SRCNN(factor, second_kernel)
    radius = network.receptive_radius
    side = 2 * radius + 5
    image = np.full((1, side, side, 3), 100, "uint8")
    changed = image.copy()
    changed[0, side // 2, side // 2] = 255
    difference = np.abs(network(changed).numpy() - network(image).numpy()).max(axis=(0, 2, 3))
    rows = np.flatnonzero(difference > 1e-4) // factor
    assert max(side // 2 - rows.min(), rows.max() - side // 2) <= radius


def test_config_round_trips():
    network = SRCNN(8, 5, histogram_matching=True)
    assert SRCNN.from_config(network.get_config()).get_config() == network.get_config()


def test_options_that_are_none():
    with pytest.raises(UserError, match=r"second_kernel: expected 1 \(9-1-5\) or 5 \(9-5-5\). Received: 3"):
        SRCNN(4, 3)
    with pytest.raises(UserError, match="factor: expected one of 2, 4, 8. Received: 6"):
        SRCNN(6)
