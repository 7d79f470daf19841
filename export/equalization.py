"""Makes a network with instance normalization easier to quantize, without changing what it computes."""

import numpy as np

from fast_style.common.layers import InstanceNormalization
from fast_style.common.networks.rebuilding import rebuilt

# Of the photographs that int8 is calibrated on: ranges of a few are enough for a scale.
MOST_PHOTOS = 8


def equalized(network, images):
    """The same network with kernels scaled so that all channels that a layer normalizes have one range.

    One scale of 8 bits holds what a convolution gives, for all its channels. A channel that is a tenth of
    the largest has 5 bits left, and instance normalization then magnifies the rounding. It divides by the
    deviation, so that a factor on the channel's kernel goes out again: up to epsilon, the function is the
    same. On starry_night this gains 2 dB in int8: docs/experiments/2026-11-21-int8.md.

    Args:
        network: of either task.
        images: list of uint8 (height, width, 3), photographs to measure ranges on.

    Returns:
        a new network; where nothing is instance-normalized, a copy.

    Raises:
        UserError: a layer that does not state its convolutions.
    """
    network.steps()  # refuses a layer of which nothing is known
    network = rebuilt(network)
    steps = [step for step in network.steps() if isinstance(step.normalization, InstanceNormalization)]
    seen = [_watch(step.normalization) for step in steps]
    for image in images[:MOST_PHOTOS]:
        network(image[None], training=False)
    for step, (ranges, deviations) in zip(steps, seen, strict=True):
        _scale(step.convolution, factors(np.max(ranges, 0), np.min(deviations, 0), step.normalization.epsilon))
    return rebuilt(network)  # without the watching


def factors(ranges, deviations, epsilon):
    """By what to multiply each channel: to the largest range, or 1 where epsilon would be felt in the deviation."""
    loud = np.square(deviations) > 100 * epsilon
    return np.where(loud, ranges[loud].max(initial=0.0) / np.maximum(ranges, 1e-9), 1.0)


def _watch(layer):
    """Makes a normalization note the largest magnitude and the deviation of each channel that it is given."""
    ranges, deviations, call = [], [], layer.call

    def watching(inputs, *arguments):
        values = np.asarray(inputs)
        ranges.append(np.abs(values).max((0, 1, 2)))
        deviations.append(values.std((0, 1, 2)))
        return call(inputs, *arguments)

    layer.call = watching
    return ranges, deviations


def _scale(convolution, scale):
    """Multiplies the outputs of a convolution; of a subpixel one each of its four times as many."""
    import keras

    shape, axis = convolution.kernel.shape, 2 if isinstance(convolution, keras.layers.Conv2DTranspose) else 3
    scale = np.tile(scale, shape[axis] // len(scale)).astype("float32")
    convolution.kernel.assign(convolution.kernel * scale.reshape([-1 if i == axis else 1 for i in range(4)]))
