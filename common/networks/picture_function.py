"""A network as a compiled function from picture to picture."""

import functools

from fast_style.common.images.pixels import to_uint8
from fast_style.common.layers import cpu_convolutions


def picture_function(network):
    """A compiled function from one uint8 image (1, height, width, 3) to one, any size, traced once."""
    import tensorflow as tf

    # A partial, which has no code of its own: TensorFlow counts tracings by code, and at the fifth network of a
    # process would warn of a function that is traced too often.
    return tf.function(
        functools.partial(_picture, network),
        input_signature=[tf.TensorSpec((1, None, None, 3), tf.uint8)],
        jit_compile=False,
        reduce_retracing=True,
    )


def _picture(network, image):
    with cpu_convolutions():
        return to_uint8(network(image, training=False))
