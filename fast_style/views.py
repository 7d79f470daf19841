"""Two views of a photograph for stability: as it is, and with noise, moved (Zheng et al. 2016)."""

import dataclasses

import keras
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.margin import cut_margin
from fast_style.common.losses import pixel_loss
from fast_style.common.training.objective import Term

# Pixels at each side that are not compared where the second view is moved, and the side that leaves some.
APART = 16
LEAST_SIDE = 3 * APART


@dataclasses.dataclass(frozen=True)
class NoisyMoved:
    """Photographs, and the same with noise, moved up and left round the borders; both put back.

    Args:
        noise: standard deviation, in pixel values of 0..255.
        shift: pixels by which the second view is moved at most; 0: it is not.

    Raises:
        UserError: photographs that leave nothing to compare.
    """

    noise: float
    shift: int

    def __call__(self, photos, seed, border):
        noisy = photos + self.noise * keras.random.normal(ops.shape(photos), seed=seed(0))
        if not self.shift:
            return photos, noisy, lambda *made: tuple(cut_margin(one, border) for one in made)
        sides = [side if side is None else side - 2 * border for side in photos.shape[1:3]]
        if any(side is not None and side < LEAST_SIDE for side in sides):
            raise UserError(
                f"stability_shift: expected photographs of at least {LEAST_SIDE} pixels a side. "
                f"Received: {sides[1]}x{sides[0]}"
            )
        shift = keras.random.randint((2,), 0, self.shift + 1, seed=seed(1))

        def put_back(made, of_noisy):
            # Round whose borders rows and columns went is not compared.
            apart = max(border, APART)
            return cut_margin(made, apart), cut_margin(ops.roll(of_noisy, shift, (1, 2)), apart)

        return photos, ops.roll(noisy, -shift, (1, 2)), put_back


def stability_term(settings, loss_network, **context):
    """The mean squared difference of pixels between what a network makes of both views; None without a weight."""
    if not settings.stability_weight:
        return None
    views = NoisyMoved(settings.stability_noise, settings.stability_shift)
    return Term("stability", settings.stability_weight, pixel_loss, views=views)
