"""The first minute: photographs in every style that ships, enlargements, and one contact sheet."""

import time
from importlib.metadata import entry_points
from pathlib import Path

from fast_style.common.images.contact_sheet import contact_sheet
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.network_files import in_precision
from fast_style.pretrained_networks import load_network, style_entries
from fast_style.stylization import stylize

# Packages that this one does not know show their own pictures by an entry point of this group, in the gallery of the
# other: functions like `demo_pictures`.
GROUP = "fast_style.demo"
GALLERY_GROUP = "tools.gallery"


def demo_pictures(photos):
    """Stylises photographs with every network that ships.

    Args:
        photos: ``{name: uint8 (height, width, 3)}``.

    Yields:
        (label, name, uint8 picture, seconds).
    """
    for style in style_entries():
        network = in_precision(load_network(style))
        for name, photo in photos.items():
            start = time.perf_counter()
            picture = stylize(photo, network)
            yield style, name, picture, time.perf_counter() - start


def showcase(photos, group=GROUP):
    """:func:`demo_pictures` of this package and of those that the entry points of a group name."""
    yield from demo_pictures(photos)
    for point in entry_points(group=group):
        yield from point.load()(photos)


def demo(folder, photos=None):
    """Shows on photographs what the networks that ship do.

    Args:
        folder: where the pictures and ``contact_sheet.png`` go; made if need be, files replaced.
        photos: ``{name: uint8 (height, width, 3)}``; default the CC0 sample photographs of scikit-image.

    Yields:
        (path, seconds): each picture as it is written, the contact sheet last with None.
    """
    folder = Path(folder)
    photos = photos or sample_photos()
    rows = {"photograph": list(photos.values())}
    for label, name, picture, seconds in showcase(photos):
        path = folder / f"{name}_{label}.png"
        write_photo(path, picture)
        rows.setdefault(label, []).append(picture)
        yield path, seconds
    sheet = folder / "contact_sheet.png"
    write_photo(sheet, contact_sheet(list(rows.values()), row_labels=list(rows), cell=384))
    yield sheet, None
