"""How far an artifact may be from the Keras network of its origin, and the photographs that show it."""

import numpy as np
from skimage.metrics import peak_signal_noise_ratio

from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.streams import warn

# PSNR in dB that an artifact must reach, by its precision, whatever the photograph.
FLOORS = {"float32": 45.0, "float16": 45.0, "bfloat16": 40.0, "dynamic": 30.0, "int8": 30.0}
# Of a folder that the user names.
MOST_PHOTOS = 8


def psnr(expected, received):
    """Peak signal-to-noise ratio in dB over all pixels and channels, of 255; infinite where nothing differs.

    Args:
        expected, received: arrays of one shape, 0..255, any dtype.

    Returns:
        float; -inf where a value is not finite, which compares as NaN would not.
    """
    expected, received = (np.asarray(one, np.float64) for one in (expected, received))
    if not (np.isfinite(expected).all() and np.isfinite(received).all()):
        return float("-inf")
    with np.errstate(divide="ignore"):  # equal pictures have no error: infinite
        return float(peak_signal_noise_ratio(expected, received, data_range=255))


def distances(network, images, results, weights=None):
    """PSNR in dB of each of a file's results, rounded to uint8, from what the Keras network makes of its image.

    Args:
        network: with ``render``.
        images: list of uint8 (height, width, 3).
        results: list of float32 or uint8 arrays.
        weights: list of dicts, of what the network takes behind each image, as :func:`sample_inputs` gives it.
            Default: nothing.
    """
    weights = weights or [{}] * len(images)
    expected = [network.render(one[None], *of.values()).numpy()[0] for one, of in zip(images, weights, strict=True)]
    return [psnr(one, np.rint(result)) for one, result in zip(expected, results, strict=True)]


def photographs(sizes, folder=None, most=MOST_PHOTOS):
    """Photographs cut to given sizes: shrunk or enlarged to cover the size, then the middle.

    Args:
        sizes: list of (height, width), taken in turn.
        folder: where from; default the CC0 samples of scikit-image.
        most: that are read of a folder, spread evenly over its sorted names.

    Returns:
        list of uint8 (height, width, 3): every photograph once, and at least one of each size.

    Raises:
        UserError: no such folder, no photograph in it, one that does not decode.
    """
    if folder is None:
        images = list(sample_photos().values())
    else:
        paths = list_images(folder, warn)
        images = (
            [read_photo(paths[i * len(paths) // most]).on_white() for i in range(most)] if len(paths) > most else None
        )
        images = images or [read_photo(path).on_white() for path in paths]
    count = max(len(images), len(sizes))
    return [cover(images[i % len(images)], *sizes[i % len(sizes)]) for i in range(count)]


def cover(image, height, width):
    """uint8 (any, any, 3) -> (height, width, 3): resized to cover the size, then its middle."""
    have_height, have_width = image.shape[:2]
    scale = max(height / have_height, width / have_width)
    resized = resize_array(image, max(height, round(have_height * scale)), max(width, round(have_width * scale)))
    top, left = ((have - want) // 2 for have, want in zip(resized.shape[:2], (height, width), strict=True))
    return resized[top : top + height, left : left + width]
