"""The first minute: photographs in every style that ships, enlargements, and one contact sheet."""

import time
from pathlib import Path

from fast_style.chosen_styles import conditions_of
from fast_style.common.images.contact_sheet import contact_grid
from fast_style.common.images.image_io import write_photo
from fast_style.common.networks.source import shipped_sources
from fast_style.common.task import showcase
from fast_style.conditions import paintings_of
from fast_style.stylization import stylize
from fast_style.task import TASK

# Of paintings that a network before shows, a network of several shows as many, where all networks are shown.
AGAIN = 1


def shown_networks(everything=False):
    """``{name: (Source, paintings)}`` of the networks that are shown; paintings are (None,) of a network of one.

    Args:
        everything: show all that ship. Default: each painting by the first network of several that knows it, where
            there are some, for those of one.
    """
    of_one, several, shown = {}, {}, set()
    for name, source in shipped_sources(TASK).items():
        if not source.conditions:
            of_one[name] = source, (None,)
            continue
        known = tuple(paintings_of(conditions_of(source)))
        again = [painting for painting in known if painting in shown][: AGAIN if everything else 0]
        paintings = tuple(painting for painting in known if painting not in shown or painting in again)
        shown |= set(known)
        if paintings:
            several[name] = source, paintings
    return {**of_one, **several} if everything else several or of_one


def demo_pictures(photos, everything, load):
    """Stylises photographs with the networks of :func:`shown_networks`.

    Args:
        photos: ``{name: uint8 (height, width, 3)}``.
        everything: all networks; of one of several paintings, the first photograph in each, by the painting's name,
            rather than all photographs in each.
        load: function from a :class:`Source` to what paints with it.

    Yields:
        (label, name, uint8 picture, seconds).
    """
    for style, (source, paintings) in shown_networks(everything).items():
        network = load(source)
        for painting in paintings:
            label = style if everything or painting is None else painting
            first = everything and painting is not None
            for name, photo in list(photos.items())[: 1 if first else None]:
                start = time.perf_counter()
                picture = stylize(photo, network, style=painting)
                yield label, painting if first else name, picture, time.perf_counter() - start


def demo(folder, photos, load):
    """Shows on photographs what the networks that ship do.

    Args:
        folder: where the pictures and ``contact_sheet.png`` go; made if need be, files replaced.
        photos: ``{name: uint8 (height, width, 3)}``.
        load: as of :func:`demo_pictures`.

    Yields:
        (path, seconds): each picture as it is written, the contact sheet last with None.
    """
    folder = Path(folder)
    rows = {"photograph": list(photos.values())}
    for label, name, picture, seconds in showcase(photos, load):
        path = folder / f"{name}_{label}.png"
        write_photo(path, picture)
        rows.setdefault(label, []).append(picture)
        yield path, seconds
    sheet = folder / "contact_sheet.png"
    write_photo(sheet, contact_grid(rows, cell=384))
    yield sheet, None
