"""A file, bytes or an array <-> one RGB uint8 image. The only place that reads or writes images.

What a photograph may be, and what is made of it:

* EXIF orientation is applied, so that the picture stands as viewers show it; metadata is dropped;
* an embedded colour profile is converted to sRGB;
* grey and palette become RGB, CMYK is converted, 16 bits are scaled to 8;
* alpha is kept apart: colours are composed over white, and the mask can be put back on writing;
* of an animation the first frame is read.
"""

import contextlib
import dataclasses
import io
import os
import struct
import threading
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.images.image_formats import EXTENSIONS, FORMATS

# Longest side in pixels that a format can hold, where that is less than what anyone asks for.
MAX_SIDES = {"jpg": 65_500, "webp": 16_383}
# Most pixels: both count bytes in 32 bits, of which a pixel takes 4 with alpha, and headers a few.
MAX_FORMAT_PIXELS = {"tiff": 1_070_000_000, "bmp": 1_430_000_000}
# Twice what telephones take; to read as many takes 3.8 GiB. Pillow's own limit is 179 megapixels.
MAX_PIXELS = 400_000_000
# EXIF orientation -> what makes the picture stand upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclasses.dataclass
class Photo:
    """One image as read.

    Attributes:
        rgb: uint8 (height, width, 3).
        alpha: uint8 (height, width), or None where everything is opaque.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None = None


def read_photo(source, name=None):
    """Reads an image.

    Args:
        source: a path, or the bytes of an encoded image.
        name: what to call it in errors; default the path.

    Returns:
        Photo.

    Raises:
        UserError: a missing file, a folder, an empty or truncated file, something that is no image,
            or an image of more than 400 megapixels.
    """
    name = name or (str(source) if not isinstance(source, bytes) else "image bytes")
    if not isinstance(source, bytes):
        source = _read_bytes(Path(source), name)
    if not source:
        raise UserError(f"{name}: expected an image. Received: an empty file")
    try:
        with _own_limit, Image.open(io.BytesIO(source)) as image:
            image.load()
            return _to_photo(image)
    except Image.DecompressionBombError as error:
        raise UserError(f"{name}: expected at most {MAX_PIXELS // 10**6} megapixels. Received: {error}") from error
    except Image.UnidentifiedImageError as error:
        raise UserError(
            f"{name}: expected an image (JPEG, PNG, WebP, BMP, GIF, TIFF). Received: a file of no known format"
        ) from error
    except Exception as error:  # Pillow's decoders raise OSError, ValueError, SyntaxError, struct.error and others
        raise UserError(f"{name}: expected a whole image. Received: one that does not decode ({error})") from error


class _OwnLimit:
    """Our limit of pixels in place of Pillow's, and none of its warnings of that and of odd metadata.

    In any number of threads: Pillow's limit is one for all of them, and ``warnings.catch_warnings`` alone, entered
    by two at once, leaves the filters changed for good.
    """

    def __init__(self):
        self._lock, self._readers = threading.Lock(), 0

    def __enter__(self):
        with self._lock:
            self._readers += 1
            if self._readers == 1:
                self._limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MAX_PIXELS // 2  # refused from twice
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")

    def __exit__(self, *exception):
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                self._filters.__exit__(None, None, None)
                Image.MAX_IMAGE_PIXELS = self._limit


_own_limit = _OwnLimit()


def _read_bytes(path, name):
    if path.is_dir():
        raise UserError(f"{name}: expected an image file. Received: a folder")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{name}: expected an image file. Received: no such file") from None
    except OSError as error:
        raise UserError(f"{name}: expected a readable image file. Received: {error.strerror or error}") from error


def _to_photo(image):
    image = _upright(image)
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = _to_8_bits(image)
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    alpha = None
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"))
        if (alpha == 255).all():
            alpha = None
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        image = _to_srgb(image, profile)
    if alpha is not None:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    # To convert copies what is RGB already: 4 bytes a pixel.
    return Photo(np.asarray(image if image.mode == "RGB" else image.convert("RGB")), alpha)


def _upright(image):
    """Applies the EXIF orientation. ``ImageOps.exif_transpose`` fails where any other tag is malformed."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # whatever Pillow raises for EXIF data that it cannot parse
        orientation = None
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def _to_8_bits(image):
    """16-bit and float grey to 8 bits. Pillow's own conversion clips at 255 instead of scaling."""
    values = np.asarray(image, np.float64)
    top = 65535.0
    if image.mode == "F":
        top = 1.0 if values.max(initial=0.0) <= 1.0 else 255.0
    return Image.fromarray(np.clip(np.round(values * (255.0 / top)), 0, 255).astype(np.uint8))


def _to_srgb(image, profile):
    """Converts from an embedded colour profile to sRGB; a profile that is no use is passed over."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    return image


def as_rgb(image, name="image"):
    """RGB uint8 (height, width, 3) from a path, encoded bytes, or an array.

    Arrays may be uint8 (height, width), (height, width, 1) or (height, width, 3).

    Raises:
        UserError: what :func:`read_photo` refuses; an array of another shape or dtype.
    """
    if isinstance(image, str | os.PathLike | bytes):
        return read_photo(image).rgb
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
    """Bytes of a Photo or RGB array in one of `FORMATS`; alpha is kept where the format has it.

    Args:
        photo: Photo, or uint8 (height, width, 3).
        file_format: a key of `FORMATS`.
        quality: of JPEG and WebP, 1 to 100.

    Raises:
        UserError: the picture is larger than the format allows.
    """
    if not isinstance(photo, Photo):
        photo = Photo(photo)
    image = Image.fromarray(np.ascontiguousarray(photo.rgb))
    if photo.alpha is not None and file_format in ("png", "webp", "tiff"):
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


def list_images(folder):
    """Image files in a folder and all below it, sorted by path; hidden ones are left out.

    Raises:
        UserError: not a folder, or no image in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(
            f"{folder}: expected a folder of photographs. Received: {'a file' if folder.exists() else 'no such folder'}"
        )
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in EXTENSIONS
        and not path.is_dir()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not paths:
        raise UserError(f"{folder}: expected photographs ({', '.join(EXTENSIONS)}). Received: a folder with none")
    return paths
