"""Enlarging in tiles that overlap by what an output pixel depends on, so that no seam can be."""

import numpy as np

from superres.self_ensemble import enlarge_by_ensemble

# Side in output pixels of what a tile contributes. At 64 filters and 768 pixels an activation takes
# 230 MiB with its overlap, of which three live at once.
OUTPUT_SIDE = 768


def default_tile(factor):
    """Side of a tile in input pixels, without its overlap."""
    return OUTPUT_SIDE // factor


def tile_count(height, width, tile):
    """How many tiles an image takes."""
    return -(-height // tile) * -(-width // tile)


def enlarge_in_tiles(rgb, network, tile, finish=None, on_tile=None, self_ensemble=False):
    """What ``network.render`` makes of an image, piece by piece.

    Each tile is read with the network's receptive radius around it, as far as the image goes, and only
    its middle is kept: zero padding comes in at the borders of the image and nowhere else. So the
    result is the untiled one, up to rounding, where ``network.is_local``; instance normalization sees
    other statistics in each tile.

    Args:
        rgb: uint8 (height, width, 3).
        network: :class:`superres.enlarging_network.EnlargingNetwork`.
        tile: side in input pixels.
        finish: function of the uint8 pixels of a tile, applied before they are kept.
        on_tile: called without arguments behind each tile.
        self_ensemble: see :func:`superres.self_ensemble.enlarge_by_ensemble`.

    Returns:
        uint8 (height * factor, width * factor, 3).
    """
    height, width = rgb.shape[:2]
    factor, radius = network.factor, network.receptive_radius
    canvas = np.empty((height * factor, width * factor, 3), np.uint8)
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            bottom, right = min(top + tile, height), min(left + tile, width)
            first_row, first_column = max(top - radius, 0), max(left - radius, 0)
            read = rgb[None, first_row : bottom + radius, first_column : right + radius]
            enlarged = (enlarge_by_ensemble(network, read) if self_ensemble else np.asarray(network.render(read)))[0]
            kept = enlarged[
                (top - first_row) * factor : (bottom - first_row) * factor,
                (left - first_column) * factor : (right - first_column) * factor,
            ]
            canvas[top * factor : bottom * factor, left * factor : right * factor] = finish(kept) if finish else kept
            if on_tile:
                on_tile()
    return canvas
