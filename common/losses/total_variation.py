"""Total-variation regularizer (section 3.3)."""

import keras
from keras import ops

from fast_style.common.types import Tensor


def total_variation(images: Tensor) -> Tensor:
    """Total variation, the sum of squared differences between neighbouring pixels (section 3.3).

    ``sum (x[i+1, j] - x[i, j])^2 + (x[i, j+1] - x[i, j])^2`` over all positions and channels. The
    paper names no formula; this is the one of the anisotropic, squared kind that its author's
    release uses. It is a sum, not a mean, so that the paper's strengths of 1e-6 to 1e-4 apply.

    >>> import numpy as np
    >>> from fast_style.losses import total_variation
    >>> image = np.array([[0.0, 3.0], [0.0, 3.0]]).reshape(1, 2, 2, 1)
    >>> np.asarray(total_variation(image))
    array([18.], dtype=float32)

    Args:
        images: uint8 or float (batch, height, width, channels), 0..255.

    Returns:
        float32 (batch,), in squared pixel values, 0 or more.
    """
    x = ops.cast(images, "float32")
    batch, height, width, channels = ops.shape(x)
    # Not x[:, 1:] - x[:, :-1]: TensorFlow's gradient of that takes five times as long.
    rows, columns = (batch, height - 1, width, channels), (batch, height, width - 1, channels)
    down = ops.square(ops.slice(x, (0, 1, 0, 0), rows) - ops.slice(x, (0, 0, 0, 0), rows))
    right = ops.square(ops.slice(x, (0, 0, 1, 0), columns) - ops.slice(x, (0, 0, 0, 0), columns))
    return ops.sum(down, axis=(1, 2, 3)) + ops.sum(right, axis=(1, 2, 3))


@keras.saving.register_keras_serializable(package="fast_style")
class TotalVariationLoss(keras.losses.Loss):
    """:func:`total_variation` of the output as a Keras loss, averaged over the batch; the target is not looked at.

    >>> import numpy as np
    >>> from fast_style.losses import TotalVariationLoss
    >>> image = np.array([[0.0, 3.0], [0.0, 3.0]]).reshape(1, 2, 2, 1)
    >>> float(TotalVariationLoss()(image, image))
    18.0

    Call: target and output images, float (batch, height, width, channels), 0..255. Returns a float32 scalar.

    Args:
        name, reduction, dtype: as of ``keras.losses.Loss``; the default reduction averages over the batch.
    """

    def call(self, y_true, y_pred):
        return total_variation(y_pred)
