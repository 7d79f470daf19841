"""Calm from frame to frame: what was painted before is moved along with what it shows, and mixed in."""

import numpy as np

from fast_style.common.errors import UserError, is_finite_number
from fast_style.common.video.flow import DenseFlow, warp
from fast_style.common.video.occlusion import visible
from fast_style.common.video.opencv import opencv

# Pixels of a frame for a pixel, a side, of the reduced one in which movement is looked for.
REDUCTION = 2
# Levels of 255 by which a frame and the one before it, moved along, may differ: to half of the sum no pixel is
# doubted, from the whole on none is trusted. Of the slope of edges as many pixels are added, by which flow may be off.
TOLERANCE, SLOPES = 20.0, 1.0
# Mean trust of a frame below which it is of another scene than the one before.
SAME_SCENE = 0.35
# Of contrast: the standard deviation of the finest band, the side of the squares in which it is measured, and by how
# much each band is amplified at most.
FINEST, SQUARE, FINE_GAIN, GAIN = 1.0, 16, 2.0, 1.6


class Calm:
    """Takes the flicker out of a clip that is painted frame by frame.

    A network paints each frame anew, and strokes come and go. Here what was painted before is moved along with what
    it shows, by optical flow between the frames (dense inverse search at half the size), and mixed into what is painted
    now. It is trusted where flow there and back agree and where both frames show the same there; nothing is left
    behind what moves, and a new scene begins anew.

    A mean of two pictures has less contrast than either, and what is interpolated from frame to frame is blurred. So
    contrast is brought back, in two bands, to that of what is painted now: strokes stay.

    >>> import numpy as np
    >>> from fast_style.common.video.calm import Calm
    >>> calm = Calm(strength=0.5)
    >>> frame = np.zeros((36, 64, 3), np.uint8)
    >>> int(calm.calm(frame, frame + 10).mean()), int(calm.calm(frame, frame + 20).mean())
    (10, 15)

    Args:
        strength: share of what was painted before, 0 to less than 1, where it is trusted. Default: 0.6.

    One object serves one clip.

    Raises:
        UserError: a strength that is none; OpenCV is not installed.
    """

    def __init__(self, strength: float = 0.6):
        if not (is_finite_number(strength) and 0 <= strength < 1):
            raise UserError(f"strength: expected a number from 0 to less than 1. Received: {strength!r}")
        self.strength = strength
        self._flow = DenseFlow("medium")
        self.reset()

    def reset(self):
        """Forgets the frame before: the next begins a clip, or a scene."""
        self._before = None

    def calm(self, frame: np.ndarray, painted: np.ndarray) -> np.ndarray:
        """The calmer picture of the next frame of the clip.

        Args:
            frame: RGB uint8 (height, width, 3).
            painted: what was painted of it, the same.

        Returns:
            the same.

        Raises:
            UserError: pictures of other kinds, or of two sizes.
        """
        for name, picture in (("frame", frame), ("painted", painted)):
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
                raise UserError(
                    f"{name}: expected RGB uint8 (height, width, 3). Received: {picture.dtype} {picture.shape}"
                )
        if frame.shape != painted.shape:
            raise UserError(f"painted: expected the frame's shape {frame.shape}. Received: {painted.shape}")
        cv2 = opencv()
        height, width = frame.shape[:2]
        sides = max(width // REDUCTION, 1), max(height // REDUCTION, 1)
        small = cv2.resize(frame, sides, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        now = painted.astype(np.float32)
        calmed = now
        if self._before is not None and self._before[2].shape == now.shape:
            calmed = self._mixed(small, grey, now)
        self._before = small, grey, calmed
        return np.rint(calmed).astype(np.uint8)

    def _mixed(self, small, grey, now):
        """What is painted now, with what was painted before moved along and mixed in: float32, 0..255."""
        cv2 = opencv()
        small_before, grey_before, before = self._before
        flow, back = self._flow(grey, grey_before), self._flow(grey_before, grey)
        trust = _trust(small, warp(small_before, flow), grey, visible(flow, back))
        if trust.mean() < SAME_SCENE:
            return now
        height, width = now.shape[:2]
        larger = np.float32((width / small.shape[1], height / small.shape[0]))
        flow = cv2.resize(flow, (width, height)) * larger
        share = cv2.resize(trust * np.float32(self.strength), (width, height))
        mixed = cv2.blendLinear(warp(before, flow, "cubic"), now, share, 1 - share)
        return np.clip(_with_contrast_of(mixed, now), 0, 255)


def _trust(frame, moved, grey, seen):
    """How far what was painted before may be mixed in, float32 (height, width), 0..1.

    Args:
        frame, moved: this frame and the one before, moved along, uint8 (height, width, 3).
        grey: of the frame.
        seen: bool (height, width), where flows agree.
    """
    cv2 = opencv()
    red, green, blue = cv2.split(cv2.absdiff(frame, moved))
    differs = cv2.max(cv2.max(red, green), blue).astype(np.float32)
    slopes = [cv2.Sobel(grey, cv2.CV_32F, *of, scale=1 / 8) for of in ((1, 0), (0, 1))]
    tolerance = TOLERANCE + SLOPES * cv2.blur(cv2.magnitude(*slopes), (3, 3))
    same = np.clip(2 - 2 * cv2.blur(differs / tolerance, (5, 5)), 0, 1)
    return cv2.blur(same * cv2.erode(seen.astype(np.float32), np.ones((3, 3), np.uint8)), (3, 3))


def _with_contrast_of(mixed, now):
    """The mixed picture with the local contrast of what is painted now, band by band; float32, beyond 0..255."""
    cv2 = opencv()
    height, width = now.shape[:2]
    squares = max(width // SQUARE, 1), max(height // SQUARE, 1)

    def means(picture):
        return cv2.resize(picture, squares, interpolation=cv2.INTER_AREA)

    def everywhere(of_squares):
        return cv2.resize(of_squares, (width, height))

    def smooth(picture):
        return cv2.GaussianBlur(picture, (0, 0), FINEST)

    def energies(picture):
        luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        coarse = smooth(luma)
        mean = means(coarse)
        return means(np.square(luma - coarse)), np.maximum(means(np.square(coarse)) - np.square(mean), 0)

    gains = [
        everywhere(cv2.blur(np.clip(np.sqrt((wanted + 0.5) / (found + 0.5)), 1, most), (3, 3)))
        for wanted, found, most in zip(energies(now), energies(mixed), (FINE_GAIN, GAIN), strict=True)
    ]
    coarse, mean = smooth(mixed), everywhere(means(mixed))

    def amplified(below, above, gain):
        return cv2.blendLinear(above, below, gain, 1 - gain)

    return amplified(mean, coarse, gains[1]) + (amplified(coarse, mixed, gains[0]) - coarse)
