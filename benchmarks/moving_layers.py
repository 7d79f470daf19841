"""Photographs moved in layers, as a clip whose flow is exact: one as the background, a masked one before it."""

import dataclasses
import math

import numpy as np

from fast_style.common.video.flow import positions
from fast_style.common.video.opencv import opencv

# Shares of the layer before that count as none of it, and as nothing else: what is between is of both layers.
CLEAR, COVERED = 0.02, 0.98


@dataclasses.dataclass(frozen=True)
class Motion:
    """A smooth movement of a layer: where a pixel of it lies in a frame.

    Attributes:
        shift: pixels a frame to the right and down.
        turn: radians a frame, round the middle.
        zoom: the factor a frame by which it grows.
        sway: pixels by which it sways to both sides, a period in 24 frames.
    """

    shift: tuple = (0.0, 0.0)
    turn: float = 0.0
    zoom: float = 1.0
    sway: float = 0.0

    def matrix(self, time, side):
        """The affine map, float64 (3, 3), from a layer's pixel (column, row, 1) to where it lies in a frame."""
        middle, angle = (side - 1) / 2, self.turn * time
        size, swayed = self.zoom**time, self.sway * math.sin(2 * math.pi * time / 24)
        cosine, sine = size * math.cos(angle), size * math.sin(angle)
        right, down = (each * time + middle for each in self.shift)
        return np.array(
            [
                [cosine, -sine, right + swayed - (cosine - sine) * middle],
                [sine, cosine, down - (sine + cosine) * middle],
                [0, 0, 1],
            ]
        )


class MovingLayers:
    """A clip of two photographs of which one moves before the other.

    Args:
        background, before: uint8 (side, side, 3).
        mask: float32 (side, side), 0..1, where the second covers the first.
        motions: of the background and of what is before it, two :class:`Motion`.
        count: frames.

    Attributes:
        frames: list of uint8 (side, side, 3).
    """

    def __init__(self, background, before, mask, motions, count):
        self.side, self.motions = background.shape[0], motions
        drawn = [
            [self._draw(layer, motion, time) for time in range(count)]
            for layer, motion in ((background, motions[0]), (before, motions[1]), (mask, motions[1]))
        ]
        self.covers = drawn[2]
        self.frames = [
            np.rint(below + cover[..., None] * (above - below)).astype(np.uint8)
            for below, above, cover in zip(*drawn, strict=True)
        ]

    def _draw(self, layer, motion, time):
        cv2 = opencv()
        mask = layer.ndim == 2
        border = cv2.BORDER_CONSTANT if mask else cv2.BORDER_REFLECT
        matrix = motion.matrix(time, self.side)[:2]
        drawn = cv2.warpAffine(layer.astype(np.float32), matrix, (self.side, self.side), None, cv2.INTER_CUBIC, border)
        return np.clip(drawn, 0, 1 if mask else 255)

    def flow(self, index):
        """The exact flow from a frame to the next, float32 (side, side, 2), and bool where both show the same."""
        cv2 = opencv()
        flows = [self._layer_flow(motion, index) for motion in self.motions]
        covered, clear = self.covers[index] >= COVERED, self.covers[index] <= CLEAR
        flow = np.where(covered[..., None], flows[1], flows[0])
        ends = positions(flow)
        # Of the four pixels that are read there, all must be of the same layer.
        kernel = np.ones((3, 3), np.uint8)
        most, least = (
            cv2.remap(of(self.covers[index + 1], kernel), ends, None, cv2.INTER_NEAREST)
            for of in (cv2.dilate, cv2.erode)
        )
        seen = (clear & (most <= CLEAR)) | (covered & (least >= COVERED))
        return flow, seen & ((ends >= 0) & (ends <= self.side - 1)).all(-1)

    def _layer_flow(self, motion, index):
        here, there = (motion.matrix(time, self.side) for time in (index, index + 1))
        moved = there @ np.linalg.inv(here) - np.eye(3)
        columns, rows = np.meshgrid(*[np.arange(self.side)] * 2)
        return (np.stack([columns, rows, np.ones_like(rows)], -1) @ moved[:2].T).astype(np.float32)
