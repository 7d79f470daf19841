"""What holds of every loss of style, by its name."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.losses import style_loss
from fast_style.style_losses import STYLE_LOSSES


@pytest.mark.parametrize("name", STYLE_LOSSES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_one_float32_value_an_image_whatever_sizes_and_dtype(name, dtype, rng):
    """Sizes are not known when traced, as in training; the same image twice has the same value twice."""
    painting, image = (rng.uniform(0, 300, (1, side, 7, 5)) for side in (6, 9))
    loss = STYLE_LOSSES[name].loss(tf.cast(painting, dtype))
    function = tf.function(loss, input_signature=[tf.TensorSpec((None, None, None, 5), dtype)])
    values = function(tf.cast(np.concatenate([image, image]), dtype))
    assert (values.dtype, values.shape) == (tf.float32, (2,))
    assert np.isfinite(values).all()
    assert values[0] > 0
    np.testing.assert_allclose(values[0], values[1], rtol=1e-5)
    np.testing.assert_allclose(loss(tf.cast(painting, dtype))[0] / values[0], 0, atol=1e-5)


def test_gram_is_eqs_3_and_4(rng):
    painting, image = rng.uniform(0, 1, (1, 3, 4, 5)).astype("float32"), rng.uniform(0, 1, (2, 6, 2, 5))
    np.testing.assert_allclose(STYLE_LOSSES["gram"].loss(painting)(image), style_loss(painting, image), rtol=1e-6)
