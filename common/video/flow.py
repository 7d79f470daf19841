"""Optical flow between two frames: where each pixel of the first lies in the second."""

import numpy as np

from fast_style.common.video.opencv import opencv

# Of DIS, from the quickest to the most exact.
PRESETS = ("ultrafast", "fast", "medium")


class DenseFlow:
    """Optical flow by dense inverse search (Kroeger et al. 2016, arXiv:1603.03590), as OpenCV has it.

    >>> import numpy as np
    >>> from fast_style.common.video.flow import DenseFlow
    >>> frame = np.random.default_rng(0).integers(0, 256, (64, 96), np.uint8)
    >>> flow = DenseFlow()(frame, np.roll(frame, 2, axis=1))
    >>> flow.shape, np.abs(np.median(flow, axis=(0, 1))).round().tolist()
    ((64, 96, 2), [2.0, 0.0])

    Args:
        preset: ``"ultrafast"``, ``"fast"`` or ``"medium"`` (default).

    Call: two grey uint8 (height, width); returns float32 (height, width, 2), pixels to the right and down.

    Raises:
        UserError: OpenCV is not installed.
    """

    # Sides below which OpenCV's patches do not fit.
    LEAST_SIDE = 32

    def __init__(self, preset: str = "medium"):
        cv2 = opencv()
        self._search = cv2.DISOpticalFlow.create(getattr(cv2, f"DISOPTICAL_FLOW_PRESET_{preset.upper()}"))

    def __call__(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        height, width = first.shape
        down, right = (max(self.LEAST_SIDE - side, 0) for side in (height, width))
        if down or right:
            first, second = (np.pad(one, ((0, down), (0, right)), mode="edge") for one in (first, second))
        first, second = np.ascontiguousarray(first), np.ascontiguousarray(second)
        return self._search.calc(first, second, None)[:height, :width]


def positions(flow: np.ndarray) -> np.ndarray:
    """Where each pixel lies in the other frame: float32 (height, width, 2), column and row.

    >>> import numpy as np
    >>> from fast_style.common.video.flow import positions
    >>> positions(np.full((1, 2, 2), 0.5, np.float32)).tolist()
    [[[0.5, 0.5], [1.5, 0.5]]]

    Args:
        flow: float32 (height, width, 2), pixels to the right and down.
    """
    height, width = flow.shape[:2]
    found = np.empty((height, width, 2), np.float32)
    np.add(flow[..., 0], np.arange(width, dtype=np.float32), out=found[..., 0])
    np.add(flow[..., 1], np.arange(height, dtype=np.float32)[:, None], out=found[..., 1])
    return found


def warp(frame: np.ndarray, flow: np.ndarray, interpolation: str = "linear") -> np.ndarray:
    """The second frame brought into the place of the first: ``frame`` read where the flow leads.

    >>> import numpy as np
    >>> from fast_style.common.video.flow import warp
    >>> second = np.array([[0, 10, 20, 30]], np.uint8)
    >>> warp(second, np.full((1, 4, 2), (1, 0), np.float32)).tolist()
    [[10, 20, 30, 30]]

    Args:
        frame: uint8 or float32 (height, width) or (height, width, channels). Beyond its borders, the nearest pixel is
            read.
        flow: float32 (height, width, 2), pixels to the right and down, from the first frame to this.
        interpolation: ``"linear"`` (default) or ``"cubic"``.

    Returns:
        of the frame's type and channels, of the flow's height and width.
    """
    cv2 = opencv()
    how = {"linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}[interpolation]
    return cv2.remap(frame, positions(flow), None, how, borderMode=cv2.BORDER_REPLICATE)
