"""Two views of a photograph for stability: as it is, and with noise, moved (Zheng et al. 2016)."""

import dataclasses
import math

import keras
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.compression import compressed
from fast_style.common.images.margin import cut_margin
from fast_style.common.images.smooth_flow import smooth_flow
from fast_style.common.images.warping import warp_images
from fast_style.common.keras_ops import drawn
from fast_style.common.losses import pixel_loss
from fast_style.common.training.objective import Term

# Pixels at each side that are not compared where the second view is moved; as many are left at least.
APART = 16
# The quality of JPEG that is none.
FINEST_JPEG = 100.0


def least_side(settings):
    """Pixels a side of the smallest photograph that the views of settings can be made of, and the setting that asks."""
    views = views_of(settings)
    if not views.moves:
        return 1, "stability_weight"
    return 2 * views.apart + APART, views.asked_by


def views_of(settings):
    """The views that are compared, of settings of the term."""
    views = NoisyMoved(settings.stability_noise, settings.stability_shift)
    if not (settings.stability_motion or settings.stability_light or settings.stability_jpeg < FINEST_JPEG):
        return views
    moved = {"motion": settings.stability_motion, "light": settings.stability_light, "jpeg": settings.stability_jpeg}
    return SmoothlyMoved(**dataclasses.asdict(views), **moved)


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
    asked_by = "stability_shift"  # the setting that has them moved

    @property
    def moves(self):
        return bool(self.shift)

    @property
    def apart(self):
        # Of rows that went round a border, what lies there is painted by what they came to lie beside.
        return APART + max(0, self.shift - APART // 4)

    def __call__(self, photos, seed, border):
        noisy = photos + self.noise * drawn(keras.random.normal, ops.shape(photos), seed=seed(0))
        if not self.moves:
            return photos, noisy, (0, 0), lambda *made: tuple(cut_margin(one, border) for one in made)
        _check_sides(photos, border, self.apart, self.asked_by)
        shift = keras.random.randint((2,), 0, self.shift + 1, seed=seed(1))

        def put_back(made, of_noisy):
            # Round whose borders rows and columns went is not compared.
            apart = max(border, self.apart)
            return cut_margin(made, apart), cut_margin(ops.roll(of_noisy, shift, (1, 2)), apart)

        return photos, ops.roll(noisy, -shift, (1, 2)), shift, put_back


@dataclasses.dataclass(frozen=True)
class SmoothlyMoved:
    """Photographs, and the same as if in the next frame of a clip: moved smoothly, in other light, compressed, noisy.

    What the network makes of the first is moved and lit likewise, and compared with what it makes of the second.

    Args:
        noise: standard deviation, in pixel values of 0..255.
        shift: whole pixels by which the second view is moved beside that, up and left, at most.
        motion: pixels by which a pixel is moved smoothly at most; see :func:`common.images.smooth_flow.smooth_flow`.
        light: share by which the second view is lighter or darker at most.
        jpeg: quality of JPEG that the second view has at least, another for each photograph; 100: it is not compressed.

    Raises:
        UserError: photographs that leave nothing to compare.
    """

    noise: float
    shift: int
    motion: float
    light: float
    jpeg: float = FINEST_JPEG
    moves = True

    @property
    def asked_by(self):
        return "stability_motion" if self.motion else "stability_light" if self.light else "stability_jpeg"

    @property
    def apart(self):
        # From beyond the borders comes what is not compared.
        return APART + math.ceil(self.motion) + self.shift

    def __call__(self, photos, seed, border):
        apart = max(border, self.apart)
        _check_sides(photos, border, self.apart, self.asked_by)
        shape = ops.shape(photos)
        shift = keras.random.randint((2,), 0, self.shift + 1, seed=seed(1))
        flow = smooth_flow(shape, self.motion, seed) + ops.cast(ops.flip(shift), "float32")
        light = 1.0 + self.light * drawn(keras.random.uniform, (shape[0], 1, 1, 1), -1.0, 1.0, seed=seed(3))
        noise = self.noise * drawn(keras.random.normal, shape, seed=seed(0))

        def moved(pictures):
            return light * warp_images(pictures, flow)

        def put_back(made, of_moved):
            return cut_margin(moved(ops.cast(made, "float32")), apart), cut_margin(of_moved, apart)

        second = moved(photos) + noise
        if self.jpeg < FINEST_JPEG:
            quality = drawn(keras.random.uniform, shape[:1], self.jpeg, FINEST_JPEG, seed=seed(5))
            second = compressed(second, quality)
        # A field of noise is moved along as a whole: what turns, grows and warps is not of one place.
        return photos, second, ops.flip(ops.mean(flow, (1, 2)), -1), put_back


def _check_sides(photos, border, apart, name):
    least = 2 * apart + APART
    sides = [side if side is None else side - 2 * border for side in photos.shape[1:3]]
    if any(side is not None and side < least for side in sides):
        raise UserError(
            f"{name}: expected photographs of at least {least} pixels a side. Received: {sides[1]}x{sides[0]}"
        )


def stability_term(settings, loss_network, **context):
    """The mean squared difference of pixels between what a network makes of both views; None without a weight."""
    if not settings.stability_weight:
        return None
    return Term("stability", settings.stability_weight, pixel_loss, views=views_of(settings))
