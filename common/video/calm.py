"""Calm from frame to frame: steady frames are painted, and what was painted before is moved along and mixed in."""

import typing

import numpy as np

from fast_style.common.errors import UserError, is_finite_number
from fast_style.common.video.flow import DenseFlow, warp
from fast_style.common.video.occlusion import visible
from fast_style.common.video.opencv import opencv

# Pixels of a frame for a pixel, a side, of the reduced one in which frames are compared.
REDUCTION = 2
# Levels of 255 by which a frame and the one before it, moved along, may differ: to half of the sum no pixel is
# doubted, from the whole on none is trusted. Of the slope of edges as many pixels are added, by which flow may be off.
TOLERANCE, SLOPES = 20.0, 1.0
# The same of a frame and the steady one before, moved along.
STEADY_TOLERANCE = 20.0
# Mean trust of a frame below which it is of another scene than the one before.
SAME_SCENE = 0.35
# Of contrast: the standard deviation of the finest band, the side of the squares in which it is measured, and by how
# much each band is amplified at most.
FINEST, SQUARE, FINE_GAIN, GAIN = 1.0, 16, 2.0, 1.6


class Followed(typing.NamedTuple):
    """A frame of a clip and how it moved on from the one before: what :meth:`Calm.follow` gives.

    Attributes:
        frame: RGB uint8 (height, width, 3).
        steady: the same, with its grain averaged over the frames before: what to paint.
        flow: float32 (height, width, 2), to the frame before; None in the first frame of a scene.
        trust: float32 (rows, columns), 0..1, of the reduced frame: in how far what was painted before may be mixed in;
            None likewise.
    """

    frame: np.ndarray
    steady: np.ndarray
    flow: np.ndarray | None = None
    trust: np.ndarray | None = None


class Calm:
    """Takes the flicker out of a clip that is painted frame by frame.

    A network paints each frame anew, and strokes come and go. Two remedies stand against it, both along optical flow
    between the frames (dense inverse search). What is painted is a steady frame: the mean of it and
    those before, so that grain and compression, which move strokes, are gone. And what was painted before is moved
    along with what it shows, and mixed into what is painted now. Both are trusted where flow there and back agree and
    where both frames show the same there; nothing is left behind what moves, and a new scene begins anew.

    A mean of two pictures has less contrast than either, and what is interpolated from frame to frame is blurred. So
    contrast is brought back, in two bands, to that of what is painted now: strokes stay.

    >>> import numpy as np
    >>> from fast_style.common.video.calm import Calm
    >>> calm = Calm(strength=0.5)
    >>> frame = np.zeros((36, 64, 3), np.uint8)
    >>> for bright in (10, 20):  # a network that flickers
    ...     followed = calm.follow(frame)
    ...     print(int(calm.mix(followed, followed.steady + bright).mean()))
    10
    15

    Args:
        strength: share of what was painted before, 0 to less than 1, where it is trusted. Default: 0.5.
        steadiness: share of the frames before in the one that is painted, 0 to less than 1, where they are trusted.
            Default: 0.8.

    One object serves one clip.

    Raises:
        UserError: a strength or steadiness that is none; OpenCV is not installed.
    """

    def __init__(self, strength: float = 0.5, steadiness: float = 0.8):
        for name, share in (("strength", strength), ("steadiness", steadiness)):
            if not (is_finite_number(share) and 0 <= share < 1):
                raise UserError(f"{name}: expected a number from 0 to less than 1. Received: {share!r}")
        self.strength, self.steadiness = strength, steadiness
        self._flow = DenseFlow("medium")
        self.reset()

    def reset(self):
        """Forgets the frame before: the next begins a clip, or a scene."""
        self._before = self._shown = None

    def follow(self, frame: np.ndarray) -> Followed:
        """What to paint of the next frame of the clip, and how it moved.

        Args:
            frame: RGB uint8 (height, width, 3).

        Returns:
            Followed: of which ``steady`` is to be painted, and that is given to :meth:`mix` then.

        Raises:
            UserError: a picture of another kind.
        """
        _check("frame", frame)
        cv2 = opencv()
        small, grey = _reduced(frame), cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        greys = grey, _reduced(grey)
        steady, followed = frame.astype(np.float32), Followed(frame, frame)
        if self._before is not None and self._before[2].shape == frame.shape:
            steady, followed = self._followed(frame, small, greys)
        self._before = small, greys, steady
        return followed

    def _followed(self, frame, small, greys):
        """The steady frame, float32, and :class:`Followed`; `greys`, of the frame and of the reduced one."""
        small_before, greys_before, before = self._before
        flow, there = (self._flow(*pair) for pair in zip(greys, greys_before, strict=True))
        back = self._flow(greys_before[1], greys[1])
        flow_small = _reduced(flow) * np.divide(small.shape[1::-1], frame.shape[1::-1], dtype=np.float32)
        # For what is hidden, flow at the reduced size will do.
        trust = _trust(small, warp(small_before, flow_small), greys[1], visible(there, back))
        if trust.mean() < SAME_SCENE:
            return frame.astype(np.float32), Followed(frame, frame)
        moved = warp(before, flow, "cubic")
        # Beside the frame itself, too: what changes slowly must not lag behind.
        near = _same(small, np.clip(_reduced(moved), 0, 255).astype(np.uint8), STEADY_TOLERANCE)
        steady = np.clip(_blended(moved, frame.astype(np.float32), trust * near * np.float32(self.steadiness)), 0, 255)
        return steady, Followed(frame, np.rint(steady).astype(np.uint8), flow, trust)

    def mix(self, followed: Followed, painted: np.ndarray) -> np.ndarray:
        """The calmer picture of a frame.

        Args:
            followed: of :meth:`follow`, in the order of the clip.
            painted: what was painted of it, RGB uint8 (height, width, 3).

        Returns:
            the same.

        Raises:
            UserError: a picture of another kind, or of another size than the frame.
        """
        _check("painted", painted)
        if followed.frame.shape != painted.shape:
            raise UserError(f"painted: expected the frame's shape {followed.frame.shape}. Received: {painted.shape}")
        now = painted.astype(np.float32)
        if followed.flow is not None and self._shown is not None and self._shown.shape == now.shape:
            mixed = _blended(warp(self._shown, followed.flow, "cubic"), now, followed.trust * np.float32(self.strength))
            now = np.clip(_with_contrast_of(mixed, now), 0, 255)
        self._shown = now
        return np.rint(now).astype(np.uint8)


def _reduced(picture):
    """Smaller by ``REDUCTION``, each pixel the mean of those that it stands for."""
    height, width = picture.shape[:2]
    sides = max(width // REDUCTION, 1), max(height // REDUCTION, 1)
    return opencv().resize(picture, sides, interpolation=opencv().INTER_AREA)


def _blended(one, other, share):
    """Two pictures mixed by a reduced map of the first one's share."""
    share = opencv().resize(share, one.shape[1::-1])
    return opencv().blendLinear(one, other, share, 1 - share)


def _check(name, picture):
    """Raises UserError for what is no RGB uint8 (height, width, 3)."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise UserError(f"{name}: expected RGB uint8 (height, width, 3). Received: {picture.dtype} {picture.shape}")


def _trust(frame, moved, grey, seen):
    """How far what was painted before may be mixed in, float32 (height, width), 0..1.

    Args:
        frame, moved: this frame and the one before, moved along, uint8 (height, width, 3).
        grey: of the frame.
        seen: bool (height, width), where flows agree.
    """
    cv2 = opencv()
    slopes = [cv2.Sobel(grey, cv2.CV_32F, *of, scale=1 / 8) for of in ((1, 0), (0, 1))]
    tolerance = TOLERANCE + SLOPES * cv2.blur(cv2.magnitude(*slopes), (3, 3))
    same = _same(frame, moved, tolerance)
    return cv2.blur(same * cv2.erode(seen.astype(np.float32), np.ones((3, 3), np.uint8)), (3, 3))


def _same(frame, moved, tolerance):
    """How far two pictures, uint8 (height, width, 3), show the same: float32 (height, width), 0..1."""
    cv2 = opencv()
    red, green, blue = cv2.split(cv2.absdiff(frame, moved))
    differs = cv2.max(cv2.max(red, green), blue).astype(np.float32)
    return np.clip(2 - 2 * cv2.blur(differs / tolerance, (5, 5)), 0, 1)


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
