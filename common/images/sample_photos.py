"""CC0 sample photographs that scikit-image carries, so that everything runs on any machine."""

from pathlib import Path

from fast_style.common.errors import UserError

NAMES = ("chelsea", "astronaut", "coffee")
# What they are called where a folder of photographs is meant.
SAMPLES = "samples"


def sample_photos():
    """``{name: uint8 (height, width, 3)}``: a cat, a portrait and a cup of coffee, all CC0."""
    try:
        from skimage import data
    except ImportError as error:
        raise UserError(
            f"PHOTO: expected photographs, or samples (pip install scikit-image). Received: none of either ({error})"
        ) from error
    return {name: getattr(data, name)() for name in NAMES}


def sample_paths():
    """Their files."""
    import skimage

    return [Path(skimage.data_dir) / f"{name}.png" for name in NAMES]
