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
    within = (ends >= 0).all(-1) & (ends[..., 0] <= width - 1) & (ends[..., 1] <= height - 1)
    bound = 0.01 * (np.square(flow).sum(-1) + np.square(returned).sum(-1)) + 0.5
    return within & (np.square(flow + returned).sum(-1) <= bound)


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
    changes = np.square(right).sum(-1) + np.square(down).sum(-1)
    return changes > 0.01 * np.square(flow).sum(-1) + 0.002
