"""Two views of a photograph for equivariance: as it is, and moved by less than an input pixel, mirrored and turned."""

import dataclasses

import keras
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.losses import pixel_loss
from fast_style.common.training.objective import Term
from superres.orientation import BORDER, ORIENTATIONS, turn, turn_back


def least_side(factor):
    """Pixels a side of the smallest photograph on which equivariance can be measured."""
    return (2 * BORDER + 3) * factor


@dataclasses.dataclass(frozen=True)
class MovedTurned:
    """Windows of photographs, and windows further down and right, in another orientation; both put back.

    Args:
        factor: how many times larger outputs are than inputs: windows are moved by less.

    Raises:
        UserError: photographs that leave nothing to compare.
    """

    factor: int

    def __call__(self, photos, seed, border):
        factor, least = self.factor, least_side(self.factor)
        if any(side is not None and side < least for side in photos.shape[1:3]):
            raise UserError(
                f"equivariance_weight: expected photographs of at least {least} pixels a side for x{factor}. "
                f"Received: {photos.shape[2]}x{photos.shape[1]}"
            )
        place = keras.random.randint((), 0, factor * factor, seed=seed(1))
        shift = (place // factor, place % factor)
        batch, height, width, _ = ops.shape(photos)
        window = (batch, height - factor, width - factor, 3)
        first, moved = ops.slice(photos, (0, 0, 0, 0), window), ops.slice(photos, (0, *shift, 0), window)
        # The same orientation for all of a batch, of those that the photographs' sides allow.
        square = photos.shape[1] is not None and photos.shape[1] == photos.shape[2]
        allowed = ORIENTATIONS if square else ORIENTATIONS[: len(ORIENTATIONS) // 2]
        orientation = keras.random.randint((), 0, len(allowed), seed=seed(2))

        def put_back(made, of_moved):
            of_moved, edge = _switch(turn_back, of_moved, orientation, allowed), BORDER * factor
            inner = (batch, height - 2 * edge - 2 * factor, width - 2 * edge - 2 * factor, 3)
            corner = (0, *(edge + one for one in shift), 0)
            return ops.slice(made, corner, inner), ops.slice(of_moved, (0, edge, edge, 0), inner)

        return first, _switch(turn, moved, orientation, allowed), None, put_back


def equivariance_term(settings, loss_network, *, factor=None, **context):
    """The mean squared difference of pixels between what a network makes of both views; None without a weight."""
    if not settings.equivariance_weight:
        return None
    return Term("equivariance", settings.equivariance_weight, pixel_loss, views=MovedTurned(factor))


def _switch(function, images, index, orientations):
    """``function(images, orientations[index])``, of the images' shape."""
    branches = [lambda images, one=one: function(images, one) for one in orientations]
    return ops.reshape(ops.switch(index, branches, images), ops.shape(images))
