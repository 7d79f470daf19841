"""Style reconstruction loss (section 3.2, eqs. 3 and 4)."""

import keras
from keras import ops

from fast_style.common.losses.constant import constant
from fast_style.common.losses.positions import position_vectors
from fast_style.common.types import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Gram matrices ``psi psi^T / (C H W)``, with psi the (C, H W) matrix of features (section 3.2, eq. 3).

    >>> import numpy as np
    >>> from fast_style.losses import gram_matrix
    >>> np.asarray(gram_matrix(np.ones((1, 5, 6, 2))))
    array([[[0.5, 0.5], [0.5, 0.5]]], dtype=float32)

    Args:
        features: of images at one layer, float (batch, height, width, channels), any range.

    Returns:
        float32 (batch, channels, channels).
    """
    shape = ops.shape(features)
    size = ops.cast(shape[1] * shape[2] * shape[3], "float32")
    # Products of bfloat16 features are added up in float32 by what multiplies matrices; only the sums are rounded,
    # by 0.1 %. float16 would overflow.
    exact = keras.backend.standardize_dtype(features.dtype) == "bfloat16"
    psi = ops.reshape(features, (shape[0], shape[1] * shape[2], shape[3])) if exact else position_vectors(features)
    return ops.cast(_products(psi), "float32") / size


@ops.custom_gradient
def _products(psi):
    """(batch, n, channels) -> (batch, channels, channels), with one product for a gradient and not two."""

    def gradient(*arguments, upstream=None):
        upstream = arguments[0] if upstream is None else upstream
        return ops.matmul(psi, upstream + ops.transpose(upstream, (0, 2, 1)))

    return ops.matmul(ops.transpose(psi, (0, 2, 1)), psi), gradient


def gram_loss(target: Tensor, output: Tensor) -> Tensor:
    """Squared Frobenius norm of the difference of Gram matrices (section 3.2, eq. 4).

    There is no further division by C^2, unlike in several other implementations.

    >>> import numpy as np
    >>> from fast_style.losses import gram_loss
    >>> np.asarray(gram_loss(np.zeros((1, 2, 2)), np.full((3, 2, 2), 0.5)))
    array([1., 1., 1.], dtype=float32)

    Args:
        target: of :func:`gram_matrix`, float (batch or 1, channels, channels).
        output: likewise, float (batch, channels, channels).

    Returns:
        float32 (batch,), 0 or more.
    """
    difference = ops.cast(output, "float32") - ops.cast(target, "float32")
    return ops.sum(ops.square(difference), axis=(1, 2))


def style_loss(target: Tensor, output: Tensor) -> Tensor:
    """Style reconstruction loss at one layer (section 3.2, eqs. 3 and 4).

    It is defined for a target and an output of different height and width.

    >>> import numpy as np
    >>> from fast_style.losses import style_loss
    >>> np.asarray(style_loss(np.zeros((1, 8, 8, 4)), np.ones((2, 6, 5, 4))))
    array([1., 1.], dtype=float32)

    Args:
        target: features of the style image, float (batch or 1, any height, any width, channels), any range.
        output: features of the output image, float (batch, any height, any width, channels).

    Returns:
        float32 (batch,), 0 or more.
    """
    return gram_loss(gram_matrix(target), gram_matrix(output))


class GramStyle:
    """:func:`style_loss` of one painting, whose Gram matrix is computed once (eqs. 3 and 4).

    >>> import numpy as np
    >>> from fast_style.losses import GramStyle
    >>> loss = GramStyle(np.zeros((1, 8, 8, 4)))
    >>> np.asarray(loss(np.ones((2, 6, 5, 4))))
    array([1., 1.], dtype=float32)

    Call: features of output images at that layer, float (batch, any height, any width, channels). Returns float32
    (batch,), 0 or more.

    Args:
        painting: features of the painting at one layer, float (1, height, width, channels), any range.
    """

    def __init__(self, painting: Tensor):
        self._gram = constant(gram_matrix(painting))

    def __call__(self, features: Tensor) -> Tensor:
        """Eq. 4 of an output's features, float (batch, any height, any width, channels) -> float32 (batch,)."""
        return gram_loss(self._gram, gram_matrix(features))


@keras.saving.register_keras_serializable(package="fast_style")
class StyleLoss(keras.losses.Loss):
    """:func:`style_loss` as a Keras loss, averaged over the batch.

    >>> import numpy as np
    >>> from fast_style.losses import StyleLoss
    >>> float(StyleLoss()(np.zeros((2, 8, 8, 4)), np.ones((2, 6, 5, 4))))
    1.0

    Call: features of targets and outputs, float (batch, any height, any width, channels). Returns a float32 scalar.

    Args:
        name, reduction, dtype: as of ``keras.losses.Loss``; the default reduction averages over the batch.
    """

    def call(self, y_true, y_pred):
        return style_loss(y_true, y_pred)
