"""CC0 sample photographs that scikit-image carries, so that everything runs on any machine."""

NAMES = ("chelsea", "astronaut", "coffee")


def sample_photos():
    """``{name: uint8 (height, width, 3)}``: a cat, a portrait and a cup of coffee, all CC0."""
    from skimage import data

    return {name: getattr(data, name)() for name in NAMES}
