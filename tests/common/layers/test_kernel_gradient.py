"""The kernel gradient by matrix products is TensorFlow's."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.layers.kernel_gradient import kernel_gradient

UNEVEN = [[0, 0], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize("shape", [(2, 12, 14), (1, 9, 10)])
@pytest.mark.parametrize(
    ("size", "stride", "channels", "filters"),
    [(3, 1, 4, 6), (3, 2, 4, 6), (9, 1, 3, 5), (9, 1, 5, 3), (1, 1, 4, 2), (5, 1, 4, 1), (2, 1, 4, 6)],
)
@pytest.mark.parametrize("padding", ["SAME", "VALID", UNEVEN], ids=str)
def test_kernel_gradient_is_that_of_tensorflow(shape, size, stride, channels, filters, padding):
    images = tf.random.stateless_normal((*shape, channels), (1, 2))
    kernel = tf.random.stateless_normal((size, size, channels, filters), (3, 4))
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        result = tf.nn.conv2d(images, kernel, stride, padding)
        upstream = tf.random.stateless_normal(tf.shape(result), (5, 6))
        product = tf.reduce_sum(result * upstream)
    expected = tape.gradient(product, kernel)
    np.testing.assert_allclose(kernel_gradient(images, upstream, size, stride, padding), expected, rtol=1e-4, atol=1e-3)
