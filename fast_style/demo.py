"""The first minute: sample photographs in every style that ships, and one contact sheet."""

import time
from pathlib import Path

from common.contact_sheet import contact_sheet
from common.image_io import write_photo
from common.sample_photos import sample_photos
from fast_style.pretrained_networks import load_network, style_entries
from fast_style.stylization import stylize


def demo(folder):
    """Stylises the CC0 sample photographs of scikit-image with every network that ships.

    Args:
        folder: where the pictures and ``contact_sheet.png`` go; made if need be, files replaced.

    Yields:
        (path, seconds): each picture as it is written, the contact sheet last with None.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    photos = sample_photos()
    rows = [list(photos.values())]
    for style in style_entries():
        network = load_network(style)
        rows.append([])
        for name, photo in photos.items():
            start = time.perf_counter()
            picture = stylize(photo, network)
            seconds = time.perf_counter() - start
            path = folder / f"{name}_{style}.png"
            write_photo(path, picture)
            rows[-1].append(picture)
            yield path, seconds
    sheet = folder / "contact_sheet.png"
    write_photo(sheet, contact_sheet(rows, row_labels=["photograph", *style_entries()], cell=384))
    yield sheet, None
