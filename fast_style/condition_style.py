"""The loss of style of pictures each of which has a condition, a painting read at one size, or the photograph."""

import typing

from keras import ops

from fast_style.common.losses import gram_loss, gram_matrix
from fast_style.common.training.objective import Term
from fast_style.common.types import Tensor

# What targets have of the conditions of a batch.
CHOSEN = "chosen"


class Chosen(typing.NamedTuple):
    """The conditions of the pictures of a batch.

    Attributes:
        number: of each condition, int32 (batch,).
        painting: of each its painting's number, int32 (batch,); the one behind the last is the photograph.
        paints: 1 for a painting and 0 for the photograph, float32 (batch,).
        photos: float32 (batch, height, width, 3).
    """

    number: Tensor
    painting: Tensor
    paints: Tensor
    photos: Tensor


class ConditionStyle:
    """Eq. 4 at one layer, of each picture with the Gram matrix of its condition; 0 of the photograph.

    Args:
        grams: variable float32 (conditions, channels, channels).
        divisor: of the loss.
    """

    def __init__(self, grams, divisor):
        self._grams, self.divisor = grams, divisor

    def __call__(self, chosen, features):
        targets = ops.take(ops.convert_to_tensor(self._grams), chosen.number, axis=0)
        return gram_loss(targets, gram_matrix(features)) * chosen.paints / self.divisor


def condition_style_term(settings, conditions, divisor):
    """l_style of pictures that have a condition each.

    Args:
        settings: of the objective.
        conditions: ``{layer: Gram matrices of all}``.
        divisor: function from a layer's channels to that of its loss.
    """
    functions = {name: ConditionStyle(grams, divisor(grams.shape[-1])) for name, grams in conditions.items()}
    weights = tuple(settings.style_layer_weights)
    return Term("style", settings.style_weight, functions, tuple(conditions), weights, compares=False, target=CHOSEN)
