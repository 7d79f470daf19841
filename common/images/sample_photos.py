"""CC0 sample photographs that scikit-image carries, so that everything runs on any machine."""

from pathlib import Path

NAMES = ("chelsea", "astronaut", "coffee")
# What they are called where a folder of photographs is meant.
SAMPLES = "samples"


def sample_photos():
    """``{name: uint8 (height, width, 3)}``: a cat, a portrait and a cup of coffee, all CC0."""
    from skimage import data

    return {name: getattr(data, name)() for name in NAMES}


def sample_paths():
    """Their files."""
    import skimage

    return [Path(skimage.data_dir) / f"{name}.png" for name in NAMES]
