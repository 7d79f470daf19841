"""What of a frame is still to be seen in another: where flow there and flow back agree."""

import numpy as np

from fast_style.common.video.flow import positions, warp


def visible(flow: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Where pixels of the first frame are seen in the second, too.

    Those whose way there and back ends where it began (Sundaram et al. 2010):
    ``|w + w'|^2 <= 0.01 (|w|^2 + |w'|^2) + 0.5``, w' the flow back where w leads; and whose way ends within the frame.

    >>> import numpy as np
    >>> from fast_style.common.video.occlusion import visible
    >>> right = np.full((1, 4, 2), (1, 0), np.float32)
    >>> visible(right, -right).tolist()  # the last pixel leaves the frame
    [[True, True, True, False]]

    Args:
        flow: from the first frame to the second, float32 (height, width, 2), pixels to the right and down.
        back: from the second to the first, the same shape.

    Returns:
        bool (height, width).
    """
    returned = warp(back, flow)
    height, width = flow.shape[:2]
    ends = positions(flow)
    columns, rows = ends[..., 0], ends[..., 1]
    within = (columns >= 0) & (rows >= 0) & (columns <= width - 1) & (rows <= height - 1)
    bound = 0.01 * (_squared(flow) + _squared(returned)) + 0.5
    return within & (_squared(flow + returned) <= bound)


def at_motion_boundary(flow: np.ndarray) -> np.ndarray:
    """Where the flow changes quickly from pixel to pixel: ``|grad w|^2 > 0.01 |w|^2 + 0.002`` (Sundaram et al. 2010).

    Flow that is estimated is wrong there more often than elsewhere, so measures leave it out.

    >>> import numpy as np
    >>> from fast_style.common.video.occlusion import at_motion_boundary
    >>> flow = np.zeros((2, 4, 2), np.float32)
    >>> flow[:, 2:] = 1
    >>> at_motion_boundary(flow).tolist()
    [[False, True, False, False], [False, True, False, False]]

    Args:
        flow: float32 (height, width, 2).

    Returns:
        bool (height, width).
    """
    right = np.diff(flow, axis=1, append=flow[:, -1:])
    down = np.diff(flow, axis=0, append=flow[-1:])
    return _squared(right) + _squared(down) > 0.01 * _squared(flow) + 0.002


def _squared(flow):
    return np.square(flow[..., 0]) + np.square(flow[..., 1])
