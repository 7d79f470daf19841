"""A contact sheet of photographs in several styles."""

from fast_style.common.commands.photo_jobs import read_source
from fast_style.common.errors import UserError
from fast_style.common.images.contact_sheet import contact_grid
from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.image_io import write_photo

PHOTOS = 8  # the first of a folder of many
CELL = 384  # side in pixels


def write_sheet(path, planned):
    """Writes the first photographs beside what became of them.

    Args:
        path: of the sheet, a PNG.
        planned: ``{style: jobs}`` of the same photographs; a result that cannot be read leaves its cell empty.
    """
    sources = [job.source for job in next(iter(planned.values()))[:PHOTOS]]
    groups = {"photograph": [_thumbnail(source) for source in sources]}
    groups |= {style: [_thumbnail(job.target) for job in jobs[:PHOTOS]] for style, jobs in planned.items()}
    write_photo(path, contact_grid(groups, CELL))


def _thumbnail(path):
    try:
        return limit_long_side(read_source(path).on_white(), CELL)
    except UserError:
        return None
