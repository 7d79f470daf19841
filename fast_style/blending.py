"""What a picture keeps of its photograph: colours, and a share of all that it was."""

import numpy as np

from fast_style.common.images.pixels import BT601_LUMA, array_to_uint8, luma
from fast_style.common.images.strips import row_strips
from fast_style.style_plan import check_strength


def blend(picture, photo, strength=1.0, original_colours=False):
    """Mixes a painted picture with its photograph.

    Args:
        picture, photo: RGB uint8 (height, width, 3).
        strength: share of the picture, 0 to 1, or of each pixel (height, width); the rest is of the photograph.
        original_colours: keep Cb and Cr of the photograph and take Y of the picture (Gatys et al. 2016,
            "Preserving Color in Neural Artistic Style Transfer", section 3: luminance-only transfer).

    Returns:
        RGB uint8 (height, width, 3); the picture itself where nothing is asked for.

    Raises:
        UserError: a strength that is no share of a whole.
    """
    each = np.ndim(strength) == 2
    if not each:
        check_strength(strength)
        if strength == 1 and not original_colours:
            return picture
    result = np.empty_like(picture)
    for rows in row_strips(*picture.shape[:2]):  # in float, the whole would take twelve times its bytes
        below, above = photo[rows].astype("float32"), picture[rows].astype("float32")
        if original_colours:
            # Equal amounts of R, G and B change Y alone, by 219 / 255 of the amount.
            above = below + (255.0 / sum(BT601_LUMA)) * (luma(above) - luma(below))[..., None]
        share = strength[rows][..., None] if each else strength
        result[rows] = array_to_uint8(below + share * (above - below))
    return result
