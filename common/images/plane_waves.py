"""A field of noise as sums of plane waves: a function of position, endless and without a period.

In NumPy, and with the functions of Keras in its place: LiteRT paints with the same field without Keras.
"""

import functools
import typing

import numpy as np

from fast_style.common.images.wavelengths import COARSEST, FINEST

WAVES = 32  # of a channel
# Standard deviation of a channel: strengths begin at 0 and grow by as much an iteration, whatever they multiply. With 8
# a network draws on the field after 800 iterations, with 1 on flat pictures alone.
DEVIATION = 8.0
# Places of pictures are drawn within so many pixels a side: angles in float32 are right to a thousandth there.
PLACES = 2**14


class PlaneWaves(typing.NamedTuple):
    """Radians a pixel and phases, float32 (channels, 2 * WAVES) each.

    ``sin(a + b)`` is ``sin a cos b + cos a sin b``, so that each wave is two products of a function of the row and one
    of the column, and a field a product of two matrices.
    """

    down: np.ndarray
    right: np.ndarray
    row_phases: np.ndarray
    column_phases: np.ndarray


@functools.cache
def plane_waves(channels, finest=FINEST):
    """The :class:`PlaneWaves` of so many channels: lengths fall into as many bands, from fine to coarse."""
    # Raw numbers of a bit generator, which NumPy promises to leave as they are: networks are trained on this field.
    turns, lengths, phases = np.random.PCG64(0).random_raw(3 * channels * WAVES).reshape(3, channels, WAVES) / 2.0**64
    octaves = (np.arange(channels)[:, None] + lengths) / channels
    frequencies = 2 * np.pi / (finest * (COARSEST / finest) ** octaves)
    # One wave in each of as many sectors of half a turn.
    angles = np.pi * (np.arange(WAVES) + turns) / WAVES
    phases = 2 * np.pi * phases
    quarter, none = np.full_like(phases, np.pi / 2), np.zeros_like(phases)
    pairs = (
        [frequencies * np.sin(angles)] * 2,
        [frequencies * np.cos(angles)] * 2,
        [phases, phases + quarter],
        [quarter, none],
    )
    return PlaneWaves(*(np.concatenate(pair, axis=1).astype("float32") for pair in pairs))


def noise_field(rows, columns, channels, ops=np, finest=FINEST):
    """The field at all crossings of rows and columns, each channel of mean 0 and a standard deviation of 8.

    >>> import numpy as np
    >>> from fast_style.common.images.plane_waves import noise_field
    >>> rows, columns = np.arange(24, dtype="float32")[None], np.arange(32, dtype="float32")[None]
    >>> field = noise_field(rows, columns, 2)
    >>> field.shape, bool(np.allclose(field[:, 4:], noise_field(rows[:, 4:], columns, 2), atol=1e-4))
    ((1, 24, 32, 2), True)

    Args:
        rows, columns: positions in pixels, float32 (batch, rows) and (batch, columns).
        channels: at least 1.
        ops: NumPy, or ``keras.ops`` for tensors.
        finest: length in pixels of the shortest waves; the longest have 128. Default: 16.

    Returns:
        float32 (batch, rows, columns, channels).
    """
    waves = plane_waves(channels, finest)
    of_rows = ops.sin(rows[:, None, :, None] * waves.down[:, None, :] + waves.row_phases[:, None, :])
    of_columns = ops.sin(columns[:, None, None, :] * waves.right[..., None] + waves.column_phases[..., None])
    amplitude = np.float32(DEVIATION * np.sqrt(2 / WAVES))
    return ops.moveaxis(ops.matmul(amplitude * of_rows, of_columns), 1, 3)


def bands(channels, finest):
    """Lengths of the waves of each channel, (shortest, longest) in pixels: (channels, 2), from fine to coarse."""
    edges = finest * (COARSEST / finest) ** (np.arange(channels + 1) / channels)
    return np.stack([edges[:-1], edges[1:]], axis=1)


def positions(length, pixels, before, ops=np):
    """Where features lie, in pixels of the photograph: float32 (1, length).

    Args:
        length: how many features.
        pixels: of the photograph for one of them.
        before: pixels of a border in front of the photograph, with which they begin.
        ops: NumPy, or ``keras.ops`` where the length is a tensor.
    """
    return (ops.arange(length, dtype="float32") * pixels - before)[None]


def place_of(seed):
    """The place of a picture on the field, pixels (down, right), for a seed of 0 to 2**32 - 1; 0 is where it begins."""
    return tuple(map(int, np.random.PCG64(seed).random_raw(2) % PLACES)) if seed else (0, 0)
