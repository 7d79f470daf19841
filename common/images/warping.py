"""Pictures read at places between pixels, as tensors of any backend."""

from keras import ops

from fast_style.common.types import Tensor


def warp_images(images: Tensor, flow: Tensor) -> Tensor:
    """Images read where the flow leads, by cubic interpolation (Catmull and Rom 1974), which blurs hardly.

    >>> import numpy as np
    >>> from fast_style.common.images.warping import warp_images
    >>> images = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    >>> np.asarray(warp_images(images, np.full((1, 4, 4, 2), (0.5, 0))))[0, 1, 1]
    array([5.5], dtype=float32)

    Args:
        images: float32 (batch, height, width, channels). Beyond their borders, the nearest pixel is read.
        flow: float32 (batch, height, width, 2), pixels to the right and down.

    Returns:
        of the shape of the images.
    """
    batch, height, width, channels = ops.shape(images)
    flow = ops.cast(flow, "float32")
    columns, column_weights = _taps(flow[..., 0] + ops.arange(width, dtype="float32"), width)
    rows, row_weights = _taps(flow[..., 1] + ops.arange(height, dtype="float32")[:, None], height)
    flat = ops.reshape(images, (-1, channels))
    first = (ops.arange(batch, dtype="int32") * height)[:, None, None]
    total = ops.zeros_like(images)
    for row, row_weight in zip(rows, row_weights, strict=True):
        for column, column_weight in zip(columns, column_weights, strict=True):
            read = ops.take(flat, (first + row) * width + column, axis=0)
            total = total + read * (row_weight * column_weight)[..., None]
    return total


def _taps(places, length):
    """The four pixels around places on a line, int32 within it, and their weights."""
    whole = ops.floor(places)
    t = places - whole
    weights = (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    last = ops.cast(length - 1, "int32")  # a tensor where sides are known only when it runs
    return [ops.clip(ops.cast(whole, "int32") + tap, 0, last) for tap in (-1, 0, 1, 2)], weights
