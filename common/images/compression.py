"""What JPEG does to pictures, as tensors of any backend: what is fine becomes rough, in squares of 8 pixels."""

import numpy as np
from keras import ops

from fast_style.common.types import Tensor

BLOCK = 8
# JFIF 1.02: red, green, blue to light, blueness and redness.
TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
# Light counts from its middle, colours from none.
MIDDLE = np.array([128.0, 0.0, 0.0], np.float32)
# The standard's example tables of quantization (ITU-T T.81, tables K.1 and K.2), by frequency down and right.
LIGHT = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
COLOUR = np.full((BLOCK, BLOCK), 99)
COLOUR[:4, :4] = ((17, 18, 24, 47), (18, 21, 26, 66), (24, 26, 56, 99), (47, 66, 99, 99))
TABLES = np.stack([LIGHT, COLOUR, COLOUR]).astype(np.float32)  # (3, 8, 8)


def compressed(images: Tensor, quality: Tensor) -> Tensor:
    """Images as they come back from a JPEG: cosines of squares of 8x8 pixels, rounded to the steps of a table.

    Tables and qualities are those of libjpeg; colours are kept at the whole resolution (4:4:4).

    >>> import numpy as np
    >>> from fast_style.common.images.compression import compressed
    >>> images = np.random.default_rng(0).uniform(0, 255, (1, 16, 24, 3)).astype("float32")
    >>> errors = [float(np.abs(np.asarray(compressed(images, quality)) - images).mean()) for quality in (20, 50, 90)]
    >>> errors == sorted(errors, reverse=True)
    True

    Args:
        images: float32 RGB (batch, height, width, 3), 0..255, at least 8 pixels a side.
        quality: 1 (rough) to 100 (fine), a number, or float32 (batch,).

    Returns:
        of the shape of the images, 0..255. Nothing flows back through the rounding.
    """
    quality = ops.reshape(ops.cast(quality, "float32"), (-1, 1, 1, 1))
    percent = ops.where(quality < 50.0, 5000.0 / quality, 200.0 - 2.0 * quality)
    steps = ops.clip(ops.floor((TABLES * percent + 50.0) / 100.0), 1.0, 255.0)  # (batch or 1, 3, 8, 8)
    height, width = ops.shape(images)[1:3]
    # Whole numbers, as libjpeg takes them.
    ycc = ops.round(ops.matmul(images, TO_YCC.T)) - MIDDLE
    ycc = ops.pad(ycc, ((0, 0), (0, -height % BLOCK), (0, -width % BLOCK), (0, 0)), mode="symmetric")
    cosines = _cosines()
    frequencies = ops.matmul(ops.matmul(cosines, _squares(ycc)), cosines.T)
    steps = steps[:, None, None]
    frequencies = ops.round(frequencies / steps) * steps
    ycc = _together(ops.matmul(ops.matmul(cosines.T, frequencies), cosines))[:, :height, :width]
    ycc = ycc + MIDDLE
    return ops.clip(ops.matmul(ycc, np.linalg.inv(TO_YCC).T.astype(np.float32)), 0.0, 255.0)


def _cosines():
    """The orthonormal discrete cosine transform of 8 values, (frequency, place)."""
    frequency, place = np.arange(BLOCK)[:, None], np.arange(BLOCK)
    cosines = np.cos((2 * place + 1) * frequency * np.pi / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    cosines[0] /= np.sqrt(2)
    return cosines.astype(np.float32)


def _squares(images):
    """(batch, height, width, 3) -> (batch, rows, columns, 3, 8, 8)."""
    batch, height, width, channels = ops.shape(images)
    squares = ops.reshape(images, (batch, height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels))
    return ops.transpose(squares, (0, 1, 3, 5, 2, 4))


def _together(squares):
    """The inverse of :func:`_squares`."""
    batch, rows, columns, channels = ops.shape(squares)[:4]
    images = ops.transpose(squares, (0, 1, 4, 2, 5, 3))
    return ops.reshape(images, (batch, rows * BLOCK, columns * BLOCK, channels))
