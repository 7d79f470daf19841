"""Texture loss: eqs. 3 and 4 of small patches, each against the patch of the target at its place."""

import keras
from keras import ops

from fast_style.common.errors import UserError, check_whole
from fast_style.common.losses.squared_distance import check_alike
from fast_style.common.losses.style import gram_loss, gram_matrix
from fast_style.common.types import Tensor

PATCH = 8


def texture_loss(target: Tensor, output: Tensor, patch: int = PATCH) -> Tensor:
    """Texture loss: that of style (eqs. 3 and 4) between patches at the same place, averaged over the patches.

    What a patch is made of is compared, and not where in it that lies: an output that cannot know where the hairs
    of a fur lie is asked for hairs, whereas :func:`feature_loss` is least for the mean of all that they
    may be, a blur. Not in the paper; from EnhanceNet (Sajjadi, Schoelkopf and Hirsch 2017, arXiv:1612.07919), whose
    patches are 16x16 pixels.

    >>> import numpy as np
    >>> from fast_style.losses import texture_loss
    >>> np.asarray(texture_loss(np.zeros((2, 16, 16, 4)), np.ones((2, 16, 16, 4)), patch=8))
    array([1., 1.], dtype=float32)

    Args:
        target: features of the target image at one layer, float (batch, height, width, channels).
        output: features of the output image there, the same shape.
        patch: side of a patch in positions, at least 1. What is left over at the bottom and right is not compared.
            Default: 8.

    Returns:
        float32 (batch,), 0 or more.

    Raises:
        UserError: the shapes differ; features smaller than a patch; a patch without positions.
    """
    check_whole(1, patch=patch)
    check_alike("texture loss", target, output)
    shape = target.shape[1:3]
    if any(side is not None and side < patch for side in shape):
        raise UserError(f"texture loss: expected features of at least {patch}x{patch}. Received: {shape[1]}x{shape[0]}")
    each = gram_loss(gram_matrix(_patches(target, patch)), gram_matrix(_patches(output, patch)))
    return ops.mean(ops.reshape(each, (ops.shape(target)[0], -1)), axis=1)


def _patches(features, patch):
    """(batch, height, width, channels) -> (batch rows columns, patch, patch, channels)."""
    batch, height, width, channels = ops.shape(features)
    rows, columns = height // patch, width // patch
    features = features[:, : rows * patch, : columns * patch]
    cells = ops.reshape(features, (batch, rows, patch, columns, patch, channels))
    return ops.reshape(ops.transpose(cells, (0, 1, 3, 2, 4, 5)), (-1, patch, patch, channels))


@keras.saving.register_keras_serializable(package="fast_style")
class TextureLoss(keras.losses.Loss):
    """:func:`texture_loss` as a Keras loss, averaged over the batch.

    >>> import numpy as np
    >>> from fast_style.losses import TextureLoss
    >>> float(TextureLoss(patch=8)(np.zeros((2, 16, 16, 4)), np.ones((2, 16, 16, 4))))
    1.0

    Call: features of targets and outputs, float (batch, height, width, channels). Returns a float32 scalar.

    Args:
        patch: side of a patch in positions, at least 1. Default: 8.
        kwargs: ``name``, ``reduction`` and ``dtype``, as of ``keras.losses.Loss``.

    Raises:
        UserError: a patch without positions; at a call, the shapes differ, or features smaller than a patch.
    """

    def __init__(self, patch: int = PATCH, **kwargs):
        super().__init__(**kwargs)
        check_whole(1, patch=patch)
        self.patch = patch

    def call(self, y_true, y_pred):
        return texture_loss(y_true, y_pred, self.patch)

    def get_config(self):
        return {**super().get_config(), "patch": self.patch}
