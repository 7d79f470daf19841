"""Products of what no photograph changes: computed when a network is run, or when an exported file is."""

import contextlib
import contextvars

import numpy as np

from fast_style.common.layers.litert_convolution import values

_late = contextvars.ContextVar("late_products", default=False)


@contextlib.contextmanager
def late_products():
    """Context within which layers that are traced keep such products for later, in a graph of one size.

    A converter would compute them at once, and write a map of all filters into the file: 6.5 MB for 64 filters at
    512x512.
    """
    token = _late.set(True)
    try:
        yield
    finally:
        _late.reset(token)


def are_late():
    """Whether :func:`late_products` holds."""
    return _late.get()


def add_late_product(features, constant, kernel):
    """Features, and a 1x1 convolution of what does not depend on the photograph, which no converter computes.

    One channel of the features goes along, by which nothing is multiplied.

    Args:
        features: (1, height, width, filters).
        constant: of the same type, (1, height, width, channels).
        kernel: a variable (1, 1, channels, filters).
    """
    import tensorflow as tf

    kernel = np.pad(values(kernel), [(0, 0), (0, 0), (0, 1), (0, 0)])
    return features + tf.nn.conv2d(tf.concat([constant, features[..., :1]], axis=-1), kernel, 1, "VALID")
