"""Style reconstruction loss (section 3.2, eqs. 3 and 4)."""

import keras
from keras import ops

from fast_style.common.losses.constant import constant
from fast_style.common.losses.positions import position_vectors
from fast_style.common.types import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Eq. 3: ``psi psi^T / (C H W)`` with psi the (C, H W) matrix of features.

    Args:
        features: float (batch, height, width, channels).

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
    """Eq. 4 on Gram matrices: the squared Frobenius norm of their difference.

    There is no further division by C^2, unlike in several other implementations.

    Args:
        target: float (batch or 1, channels, channels).
        output: float (batch, channels, channels).

    Returns:
        float32 (batch,).
    """
    difference = ops.cast(output, "float32") - ops.cast(target, "float32")
    return ops.sum(ops.square(difference), axis=(1, 2))


def style_loss(target: Tensor, output: Tensor) -> Tensor:
    """Eqs. 3 and 4 on features: defined for a target and an output of different height and width.

    Args:
        target: features of the style image, float (batch or 1, any height, any width, channels).
        output: features of the output image, float (batch, any height, any width, channels).

    Returns:
        float32 (batch,).
    """
    return gram_loss(gram_matrix(target), gram_matrix(output))


class GramStyle:
    """:func:`style_loss` of one painting, whose Gram matrix is computed once.

    Args:
        painting: features of the painting, float (1, height, width, channels).
    """

    def __init__(self, painting: Tensor):
        self._gram = constant(gram_matrix(painting))

    def __call__(self, features: Tensor) -> Tensor:
        """Eq. 4 of an output's features, float (batch, any height, any width, channels) -> float32 (batch,)."""
        return gram_loss(self._gram, gram_matrix(features))


@keras.saving.register_keras_serializable(package="fast_style")
class StyleLoss(keras.losses.Loss):
    """:func:`style_loss` averaged over the batch."""

    def call(self, y_true, y_pred):
        return style_loss(y_true, y_pred)
