"""Part of `fast-style demo`: details of photographs, enlarged four times."""

import time

from common.geometry import resize_array
from common.network_files import in_precision
from superres.pretrained_networks import load_network, network_entries
from superres.upscaling import upscale

FACTOR = 4
SIDE = 96
# (top, left) of the squares in the sample photographs: a cat's eye, a face, the rim of a cup. Else it is the middle.
DETAILS = {"chelsea": (75, 125), "astronaut": (60, 170), "coffee": (90, 280)}


def demo_pictures(photos):
    """Enlarges a detail of each photograph with bicubic resizing and every network of factor 4 that ships.

    Args:
        photos: ``{name: uint8 (height, width, 3)}``.

    Yields:
        (label, name, uint8 picture, seconds).
    """
    details = {name: _detail(photo, DETAILS.get(name)) for name, photo in photos.items()}
    networks = [name for name, entry in network_entries().items() if entry["config"]["factor"] == FACTOR]
    for name, detail in details.items():
        start = time.perf_counter()
        picture = resize_array(detail, detail.shape[0] * FACTOR, detail.shape[1] * FACTOR)
        yield f"x{FACTOR}_bicubic", name, picture, time.perf_counter() - start
    for label in networks:
        network = in_precision(load_network(label))
        for name, detail in details.items():
            start = time.perf_counter()
            picture = upscale(detail, network)
            yield label, name, picture, time.perf_counter() - start


def _detail(photo, corner):
    """A square inside a photograph, from a (top, left) corner or else its middle; of a small photograph all."""
    room = [max(0, side - SIDE) for side in photo.shape[:2]]
    top, left = map(min, corner, room) if corner else (rest // 2 for rest in room)
    return photo[top : top + SIDE, left : left + SIDE]
