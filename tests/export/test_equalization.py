"""Equalization: the same function, with channels of one range."""

import keras
import numpy as np
import pytest

from fast_style.common.images.pixels import image_to_network
from fast_style.common.images.sample_photos import sample_photos
from fast_style.export.comparison import cover, psnr
from fast_style.export.equalization import equalized, factors
from fast_style.network import TransformationNetwork
from superres.network import SuperResolutionNetwork
from tests.export.conftest import colourful


def spoiled(network):
    """With kernels whose channels differ 20 times, which instance normalization takes out again."""
    for step in [step for step in network.steps() if step.normalization is not None]:
        kernel = np.asarray(step.convolution.kernel)
        axis = 2 if isinstance(step.convolution, keras.layers.Conv2DTranspose) else 3
        scale = np.geomspace(1, 20, kernel.shape[axis]).reshape([-1 if i == axis else 1 for i in range(4)])
        step.convolution.kernel.assign(kernel * scale)
    return network


def ranges(network, image):
    """The quotient of the largest and the smallest channel's range that the first normalization is given."""
    x = np.asarray(network.steps()[0].convolution(image_to_network(image[None])))
    magnitudes = np.abs(x).max((0, 1, 2))
    return magnitudes.max() / magnitudes.min()


@pytest.mark.slow
@pytest.mark.parametrize(
    "network",
    [
        lambda: TransformationNetwork(width=4, upsampling="transposed"),
        lambda: SuperResolutionNetwork(2, width=4, residual_blocks=1, normalization="instance", upsampling="subpixel"),
    ],
)
def test_channels_have_one_range_and_the_function_stays(network, eager_pictures):
    network = spoiled(colourful(network()))
    image = cover(sample_photos()["chelsea"], 48, 48)
    even = equalized(network, [image])
    # Not 1 exactly: the network sees the image with other borders than the first layer by itself.
    assert ranges(even, image) < 1.5 < 5 < ranges(network, image)
    # 60 dB is an error of 0.25 of 255: rounding, and epsilon.
    assert psnr(network.render(image[None]).numpy()[0], even.render(image[None]).numpy()[0]) > 60


def test_a_network_without_instance_normalization_is_copied(sources):
    network = sources["x2"].network
    for mine, theirs in zip(equalized(network, []).get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_channels_near_epsilon_are_left_alone():
    """A deviation of 0.01 squared is 1e-4, ten epsilons: scaled up, epsilon would no longer damp it."""
    found = factors(np.array([8.0, 2.0, 0.05]), np.array([1.0, 0.3, 0.01]), 1e-5)
    np.testing.assert_allclose(found, [1.0, 4.0, 1.0])
