"""What exports that are one file have in common: it is run and compared before it is kept, with a card beside it."""

import hashlib
import os
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.export.comparison import FLOORS
from fast_style.export.model_card import card_path, model_card, write_card
from fast_style.export.output import check_new_file
from fast_style.export.settings import MAX_PIXELS

# What files of a dynamic size are compared at; the second has no side of a multiple of 4.
DYNAMIC_SIZES = [(256, 256), (193, 255)]


def check_choices(
    source, file: str | os.PathLike, suffix: str, precision: str, precisions: tuple, size: tuple | None, overwrite: bool
):
    """Finds out, before long work starts, whether a file can be made.

    Raises:
        UserError: another precision, a bad size, a name with another suffix, a file or card that is there.
    """
    if precision not in precisions:
        raise UserError(f"precision: expected one of {', '.join(precisions)}. Received: {precision!r}")
    check_size(size, source.factor)
    check_new_file(file, suffix, overwrite)
    if card_path(file).exists() and not overwrite:
        raise UserError(f"FILE: expected no card beside it, or --overwrite. Received: {card_path(file)}, which exists")


def check_size(size, factor):
    """Raises UserError where a network that enlarges `factor` times cannot take an input size, None for any."""
    if size is None:
        return
    height, width = size
    if min(size) < 1 or height * width * factor**2 > MAX_PIXELS:
        enlarged = f", to be enlarged {factor} times" if factor > 1 else ""
        raise UserError(
            f"size: expected at least 1x1, and a result of at most {MAX_PIXELS} pixels. "
            f"Received: {height}x{width}{enlarged}"
        )


def check_distance(file, lowest, precision, allow_loss):
    """Raises UserError where the lowest PSNR in dB falls short of what a precision may lose, unless that is allowed.

    Results that are no numbers, whose PSNR is -inf, are never allowed: a file that paints nothing is of use to nobody.
    """
    if lowest == float("-inf"):
        raise UserError(f"{file}: expected results that are finite with {precision}. Received: NaN or infinity")
    if not (lowest >= FLOORS[precision] or allow_loss):
        raise UserError(
            f"{file}: expected a PSNR of at least {FLOORS[precision]:g} dB from the Keras network with {precision}. "
            f"Received: {lowest:.1f} dB; --allow-loss keeps it"
        )


def keep(file, content, card):
    """Writes a file and its card, both or neither."""
    file = Path(file)
    before = file.read_bytes() if file.exists() else None
    write_bytes(file, content)
    try:
        write_card(card_path(file), card)
    except BaseException:  # one without the other would be wrong
        file.unlink() if before is None else write_bytes(file, before)
        raise


def file_card(source, form, content, precision, size, uint8, lowest, licence=None, output="images", **extra):
    """The model card of a file of these bytes, whose output has a name of its own where its format wants that."""
    height, width = size or ("height", "width")
    larger = [side * source.factor if size else f"{side} * {source.factor}" for side in (height, width)]
    larger = larger if source.factor > 1 else [height, width]
    tensor = {"dtype": "uint8" if uint8 else "float32", "range": [0, 255]}
    signature = {
        "inputs": {"images": {**tensor, "shape": [1, height, width, 3]}},
        "outputs": {output: {**tensor, "shape": [1, *larger, 3]}},
    }
    return model_card(
        source,
        form,
        precision,
        {"serving_default": signature},
        hashlib.sha256(content).hexdigest(),
        licence,
        bytes=len(content),
        **extra,
        psnr_db=round(lowest, 2) if np.isfinite(lowest) else None,
    )
