"""A file, bytes or an array <-> one RGB uint8 image. The only place that reads or writes images.

What a photograph may be, and what is made of it:

* EXIF orientation is applied, so that the picture stands as viewers show it; metadata is dropped;
* an embedded colour profile, of RGB, CMYK or grey, is converted to sRGB;
* grey and palette become RGB, CMYK is converted, more than 8 bits are scaled to 8;
* alpha is kept apart, colours as they are without it: composed over white where the mask is not wanted;
* of an animation the first frame is read.
"""

import dataclasses
import io
import os
import struct

import numpy as np
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.images.conversion import to_arrays
from fast_style.common.images.image_folder import find_images
from fast_style.common.images.image_formats import EXTENSIONS, FORMATS
from fast_style.common.images.opening import opened
from fast_style.common.images.transparency import over_white

# Longest side in pixels that a format can hold, where that is less than what anyone asks for.
MAX_SIDES = {"jpg": 65_500, "webp": 16_383}
# Most pixels: both count bytes in 32 bits, of which a pixel takes 4 with alpha, and headers a few.
MAX_FORMAT_PIXELS = {"tiff": 1_070_000_000, "bmp": 1_430_000_000}


@dataclasses.dataclass
class Photo:
    """One image as read.

    Attributes:
        rgb: uint8 (height, width, 3), not mixed with what is behind; where nothing shows, the colours beside it.
        alpha: uint8 (height, width), or None where everything is opaque.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None = None

    def on_white(self):
        """uint8 (height, width, 3): what shows on white paper."""
        return self.rgb if self.alpha is None else over_white(self.rgb, self.alpha)


def read_photo(source, name=None):
    """Reads an image.

    Args:
        source: a path, or the bytes of an encoded image.
        name: what to call it in errors; default the path.

    Returns:
        Photo.

    Raises:
        UserError: a missing file, a folder, a pipe or device, an empty or truncated file, something that is no image
            of a format that is read, an image of more than 400 megapixels, or of more than its bytes can hold.
    """
    name = name or (str(source) if not isinstance(source, bytes) else "image bytes")
    with opened(source, name) as image:
        return Photo(*to_arrays(image))


def as_rgb(image, name="image"):
    """RGB uint8 (height, width, 3) from a path, encoded bytes, or an array; what is transparent shows white.

    Arrays may be uint8 (height, width), (height, width, 1) or (height, width, 3).

    Raises:
        UserError: what :func:`read_photo` refuses; an array of another shape or dtype.
    """
    if isinstance(image, str | os.PathLike | bytes):
        return read_photo(image).on_white()
    array = np.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[-1] not in (1, 3) or 0 in array.shape:
        raise UserError(
            f"{name}: expected a path or a uint8 array (height, width, 3). "
            f"Received: {array.dtype} array of shape {array.shape}"
        )
    return np.broadcast_to(array, (*array.shape[:2], 3))


def check_fits(height, width, file_format):
    """Raises UserError where a picture is larger than its format allows, before it is computed."""
    if max(height, width) > MAX_SIDES.get(file_format, max(height, width)):
        raise UserError(
            f"{file_format}: expected sides of at most {MAX_SIDES[file_format]} pixels. Received: {width}x{height}; "
            "png and tiff hold more"
        )
    if height * width > MAX_FORMAT_PIXELS.get(file_format, height * width):
        raise UserError(
            f"{file_format}: expected at most {MAX_FORMAT_PIXELS[file_format]:,} pixels. Received: {width}x{height}; "
            "png holds more"
        )


def encode(photo, file_format="png", quality=95):
    """Bytes of a Photo or RGB array in one of `FORMATS`; alpha is kept, or shown on white.

    Args:
        photo: Photo, or uint8 (height, width, 3).
        file_format: a key of `FORMATS`.
        quality: of JPEG and WebP, 1 to 100.

    Raises:
        UserError: the picture is larger than the format allows.
    """
    if not isinstance(photo, Photo):
        photo = Photo(photo)
    keeps_alpha = file_format in ("png", "webp", "tiff")
    image = Image.fromarray(np.ascontiguousarray(photo.rgb if keeps_alpha else photo.on_white()))
    if photo.alpha is not None and keeps_alpha:
        image.putalpha(Image.fromarray(np.ascontiguousarray(photo.alpha)))
    options = {"jpg": {"quality": quality, "subsampling": 0}, "webp": {"quality": quality}}.get(file_format, {})
    buffer = io.BytesIO()
    try:
        image.save(buffer, FORMATS[file_format], **options)
    except (OSError, ValueError, struct.error) as error:
        raise UserError(
            f"{file_format}: expected a picture that fits. Received: {image.width}x{image.height} ({error})"
        ) from error
    return buffer.getvalue()


def write_photo(path, photo, file_format="png", quality=95):
    """Encodes and writes a picture whole or not at all; see :func:`encode`."""
    write_bytes(path, encode(photo, file_format, quality))


def list_images(folder, tell=None, besides=()):
    """Image files in a folder and all below it, linked folders too, sorted by path; hidden ones are passed over.

    Args:
        folder: path.
        tell: function of a line on what was left out, where anything was.
        besides: suffixes of files that are taken elsewhere.

    Raises:
        UserError: not a folder, or no image in it.
    """
    if not os.path.isdir(folder):
        received = repr("") if not str(folder) else "a file" if os.path.exists(folder) else "no such folder"
        raise UserError(f"{folder}: expected a folder of photographs. Received: {received}")
    paths, left_out = find_images(folder, besides=besides)
    if not paths:
        more = f" ({left_out})" if left_out else ""
        raise UserError(f"{folder}: expected photographs ({', '.join(EXTENSIONS)}). Received: a folder with none{more}")
    if left_out and tell:
        tell(f"{folder}: left out {left_out}")
    return paths
