"""Stylises photographs: one array, or files in and files out."""

from pathlib import Path

from common.errors import UserError
from common.geometry import limit_long_side, resize_array
from common.image_io import Photo, as_rgb
from common.photo_jobs import run_jobs
from common.run_record import physical_memory

# Peak memory a pixel, measured with the paper's network: a photograph of 2000x1500 takes 2.2 GB, 0.5 of
# which an image of one pixel takes too. Narrower networks take less.
BYTES_PER_PIXEL = 600


def stylize(image, network, max_size=None):
    """Stylises one photograph.

    Args:
        image: a path, or RGB or grey uint8 (height, width, 3), (height, width), any size from 1x1.
        network: a :class:`TransformationNetwork`, the name of one that ships, or a ``.keras`` file.
        max_size: shrink the photograph so that its long side is at most this many pixels.

    Returns:
        RGB uint8 of the photograph's (or the shrunk one's) size.

    Raises:
        UserError: a bad image, network or size; a photograph larger than memory can hold.
    """
    if isinstance(network, str | Path):
        from fast_style.pretrained_networks import load_network

        network = load_network(str(network))
    rgb = as_rgb(image)
    if max_size is not None:
        if max_size < 1:
            raise UserError(f"max_size: expected at least 1 pixel. Received: {max_size!r}")
        rgb = limit_long_side(rgb, max_size)
    _check_memory(*rgb.shape[:2], network.width)
    return network.paint(rgb[None]).numpy()[0]


def _check_memory(height, width, filters):
    """Refuses a photograph whose feature maps cannot fit, rather than to be killed half-way."""
    needed, memory = height * width * BYTES_PER_PIXEL * filters // 32, physical_memory()
    if 0 < memory < needed:
        raise UserError(
            f"photo: expected one that {memory >> 30} GiB of memory can hold, or --max-size. "
            f"Received: {width}x{height}, which needs about {needed >> 30} GiB"
        )


def stylize_photo(photo, network, max_size=None):
    """:func:`stylize` for a :class:`common.image_io.Photo`: the alpha mask is carried over."""
    rgb = stylize(photo.rgb, network, max_size)
    alpha = photo.alpha
    if alpha is not None and alpha.shape != rgb.shape[:2]:
        alpha = resize_array(alpha, *rgb.shape[:2])
    return Photo(rgb, alpha)


def stylize_files(jobs, network, max_size=None, quality=95, progress=True):
    """Runs jobs of :func:`common.photo_jobs.plan_jobs`; see :func:`common.photo_jobs.run_jobs`."""
    return run_jobs(jobs, lambda photo, job: stylize_photo(photo, network, max_size), quality, progress)
