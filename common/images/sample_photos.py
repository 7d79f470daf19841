"""CC0 sample photographs that scikit-image carries, so that everything runs on any machine."""

from fast_style.common.errors import UserError

NAMES = ("chelsea", "astronaut", "coffee")


def sample_photos():
    """``{name: uint8 (height, width, 3)}``: a cat, a portrait and a cup of coffee, all CC0."""
    try:
        from skimage import data
    except ImportError as error:
        raise UserError(
            f"PHOTO: expected photographs, or samples (pip install scikit-image). Received: none of either ({error})"
        ) from error
    return {name: getattr(data, name)() for name in NAMES}
