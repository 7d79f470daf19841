"""Wider networks that paint as a narrower one does, to go on from (Chen et al. 2016, arXiv:1511.05641)."""

import keras
import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.layers.convolution import TransposedConvolution
from fast_style.common.networks.rebuilding import redescribed

# Before they are made to add up to 1. Of shares that are nearer to each other, copies are given nearly the same
# gradients (a cosine of 0.96 with 0.5 to 1.5, of 0.85 with these, in starry_night_fast).
LEAST_SHARE, MOST_SHARE = 0.1, 1.9


def widened(network, width):
    """A network of more filters that paints the same: each filter stands in it several times.

    Chen, Goodfellow, Shlens: "Net2Net" (2016, section 3.1). What reads a filter reads each of its copies by a share
    of the weight. Shares are drawn for each weight apart, so that copies are given different gradients and part.

    >>> import numpy as np, fast_style
    >>> from fast_style.widening import widened
    >>> network, photo = fast_style.TransformationNetwork(width=2), np.full((1, 32, 32, 3), 100, np.uint8)
    >>> wider = widened(network, 6)
    >>> wider.width, bool(np.allclose(network(photo), wider(photo), atol=1e-2))
    (6, True)

    Args:
        network: :class:`TransformationNetwork`.
        width: filters of the first layer of the new one: twice, three times, ... those of `network`.

    Returns:
        a new network, described as `network` is but for its width.

    Raises:
        UserError: another width.
    """
    times, rest = divmod(width, network.width)
    if rest or times < 1:
        raise UserError(f"width: expected a multiple of {network.width}. Received: {width}")
    wider = redescribed(network, width=width)
    generator = np.random.default_rng(0)
    readers = {id(variable): axis for variable, axis in _kernels(wider)}
    for before, after in zip(network.weights, wider.weights, strict=True):
        values = keras.ops.convert_to_numpy(before)
        for axis, (old, new) in enumerate(zip(before.shape, after.shape, strict=True)):
            if old != new:
                values = np.concatenate([values] * times, axis)
                if axis == readers.get(id(after)):
                    values = values * _shares(generator, values.shape, axis, times)
        after.assign(values)
    return wider


def _kernels(network):
    """Kernels, each with the axis of the filters that it reads."""
    for layer in network._flatten_layers():
        kernel = getattr(layer, "kernel", None)
        if kernel is not None:
            yield kernel, 3 if isinstance(layer, TransposedConvolution) else 2


def _shares(generator, shape, axis, times):
    """Factors of copies along an axis that has all filters `times` times over; those of one filter add up to 1."""
    apart = (*shape[:axis], times, shape[axis] // times, *shape[axis + 1 :])
    shares = generator.uniform(LEAST_SHARE, MOST_SHARE, apart)
    return (shares / shares.sum(axis, keepdims=True)).reshape(shape)
