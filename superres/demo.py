"""Part of `fast-style demo` and of the gallery: details of photographs, enlarged."""

import time

from fast_style.common.images.geometry import resize_array
from fast_style.common.networks.source import shipped_sources
from superres.task import TASK
from superres.upscaling import upscale

SIDE = 384  # of the pictures
# (row, column) of the middle of what is shown of the sample photographs: a cat's eye, a face, the rim of a cup.
DETAILS = {"chelsea": (123, 173), "astronaut": (108, 218), "coffee": (138, 328)}


def demo_pictures(photos, everything, load):
    """:func:`enlarged_details` by four; of everything by eight, too."""
    for factor in (4, 8) if everything else (4,):
        yield from enlarged_details(photos, factor, load)


def enlarged_details(photos, factor, load):
    """Enlarges a detail of each photograph to 384x384 with bicubic resizing and every network of a factor that ships.

    Args:
        photos: ``{name: uint8 (height, width, 3)}``; of those that are not scikit-image's samples the middle is shown.
        factor: how many times larger.
        load: function from a :class:`Source` to what enlarges with it.

    Yields:
        (label, name, uint8 picture, seconds).
    """
    details = {name: _detail(photo, SIDE // factor, DETAILS.get(name)) for name, photo in photos.items()}
    networks = {name: source for name, source in shipped_sources(TASK).items() if source.factor == factor}
    for name, detail in details.items():
        start = time.perf_counter()
        picture = resize_array(detail, detail.shape[0] * factor, detail.shape[1] * factor)
        yield f"x{factor}_bicubic", name, picture, time.perf_counter() - start
    for label, source in networks.items():
        network = load(source)
        for name, detail in details.items():
            start = time.perf_counter()
            picture = upscale(detail, network)
            yield label, name, picture, time.perf_counter() - start


def _detail(photo, side, middle):
    """A square of a photograph around a (row, column), or the middle of the photograph; of a small photograph all."""
    middle = middle or [length // 2 for length in photo.shape[:2]]
    room = [max(0, length - side) for length in photo.shape[:2]]
    top, left = (min(max(0, at - side // 2), most) for at, most in zip(middle, room, strict=True))
    return photo[top : top + side, left : left + side]
