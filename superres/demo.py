"""Part of `fast-style demo`: details of the sample photographs, enlarged four times."""

import time

from common.geometry import resize_array
from superres.pretrained_networks import load_network, network_entries
from superres.upscaling import upscale

FACTOR = 4
SIDE = 96
# (top, left) of the squares: a cat's eye, a face, the rim of a cup.
DETAILS = {"chelsea": (75, 125), "astronaut": (60, 170), "coffee": (90, 280)}


def demo_pictures(photos):
    """Enlarges a detail of each photograph with bicubic resizing and every network of factor 4 that ships.

    Args:
        photos: ``{name: uint8 (height, width, 3)}`` of :func:`common.sample_photos.sample_photos`.

    Yields:
        (label, name, uint8 picture, seconds).
    """
    details = {name: photos[name][top : top + SIDE, left : left + SIDE] for name, (top, left) in DETAILS.items()}
    networks = [name for name, entry in network_entries().items() if entry["config"]["factor"] == FACTOR]
    for name, detail in details.items():
        start = time.perf_counter()
        picture = resize_array(detail, SIDE * FACTOR, SIDE * FACTOR)
        yield f"x{FACTOR}_bicubic", name, picture, time.perf_counter() - start
    for label in networks:
        network = load_network(label)
        for name, detail in details.items():
            start = time.perf_counter()
            picture = upscale(detail, network)
            yield label, name, picture, time.perf_counter() - start
