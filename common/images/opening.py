"""A file or stream -> an image that Pillow has loaded, within bounds of bytes, pixels and formats.

What a stranger's file may cost is decided from its header: by the bytes that reading takes in the mode of its pixels,
and by how many pixels its size can hold. Nothing but the formats of `READ_FORMATS` is opened: Pillow would start
Ghostscript for PostScript under any name.
"""

import contextlib
import functools
import hashlib
import importlib.util
import io
import os
import re
import struct
import threading
import warnings

import numpy as np
from PIL import Image, features

from fast_style.common.errors import UserError
from fast_style.common.files import NotRegularError, open_regular
from fast_style.common.images.image_formats import READ_FORMATS
from fast_style.common.images.png_chunks import MAX_CHUNKS, SIGNATURE, pixels_are_missing, without_unreadable_chunks

# Twice what telephones take; to read as many takes 3 GiB. Pillow's own limit is 179 megapixels.
MAX_PIXELS = 400_000_000
# What reading may take; what it may take of a file of any size, and more for each byte that the file has. A byte of
# JPEG or PNG makes at most 3,600.
MAX_MEMORY, FREE_MEMORY, MEMORY_PER_BYTE = 4 << 30, 1 << 29, 4096
# Of a file: 16-bit RGB of nearly 400 megapixels, not packed. Of a stream, which is kept in memory.
MAX_FILE, MAX_STREAM = 2 << 30, 1 << 29
# Bytes of a pixel: of a mode as Pillow keeps it, 4 in all others; of the result, and what decoders keep besides.
MODE_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
RESULT_BYTES = 3
DECODER_BYTES = {"WEBP": 12, "AVIF": 8, "HEIF": 8}
# Chunks of a WebP that hold pixels; others hold as many bytes as one likes.
WEBP_PIXELS = (b"VP8 ", b"VP8L", b"ALPH", b"ANMF")
# Of a JPEG without an end, which is decoded three times.
MAX_MENDED_PIXELS = 100_000_000
# What stands at the end of a JPEG; and bits that no decoder takes for nothing, without a byte of markers.
JPEG_END, JPEG_NOISE = b"\xff\xd9", bytes(range(1, 251))
# The beginning of a segment of a JPEG, and of that which pixels follow; what stands among pixels is left out.
SEGMENT, SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]"), b"\xff\xda"
# Raw modes of big-endian TIFFs, and what libtiff makes of them.
BIG_ENDIAN = {"I;16BS": "I;16NS", "I;32BS": "I;32NS", "F;32BF": "F;32NF"}
TRUNCATED = "expected a whole image. Received: one that does not decode (image file is truncated)"
WHAT = "an image (JPEG, PNG, WebP, BMP, GIF, TIFF, AVIF, HEIC)"


@contextlib.contextmanager
def opened(source, name):
    """An image, loaded, with its file still open.

    Args:
        source: a path, or bytes.
        name: what to call it in errors.

    Yields:
        PIL.Image.Image. Where the profile of a PNG was too large for Pillow, ``info["icc_profile"]`` holds it.

    Raises:
        UserError: no regular file; a file that is empty, of no known format, that does not decode, has fewer pixels
            than it declares, or takes too much memory. Also for what is raised within.
    """
    try:
        with _own_limit, contextlib.ExitStack() as stack:
            file = stack.enter_context(io.BytesIO(source) if isinstance(source, bytes) else _regular_file(source, name))
            size = file.seek(0, os.SEEK_END)
            if not size:
                raise UserError("expected an image. Received: an empty file")
            if size > MAX_FILE:
                raise UserError(f"expected a file of at most {MAX_FILE >> 30} GiB. Received: {size >> 20:,} MiB")
            file.seek(0)
            start = file.read(64)
            file.seek(0)
            profile = None
            if start.startswith(SIGNATURE):
                file, profile = without_unreadable_chunks(file)
            _check_webp(file, start)
            image = stack.enter_context(_open(file, start))
            _check_cost(image, size)
            image = _load(image, file, start, stack)
            if profile:
                image.info["icc_profile"] = profile
            yield image
    except UserError as error:
        message = str(error)
        raise UserError(message if message.startswith(f"{name}: ") else f"{name}: {message}") from error.__cause__
    except Image.DecompressionBombError as error:
        raise UserError(f"{name}: expected at most {MAX_PIXELS // 10**6} megapixels. Received: {error}") from error
    except Exception as error:  # Pillow's decoders raise OSError, ValueError, SyntaxError, struct.error and others
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{name}: expected a whole image. Received: one that does not decode ({reason})") from error


def picture_sides(source):
    """(height, width) that the header of a file or bytes declares; None where it does not open, which reading tells."""
    try:
        with _own_limit, io.BytesIO(source) if isinstance(source, bytes) else _regular_file(source, "") as file:
            start = file.read(64)
            file.seek(0)
            with _open(file, start) as image:
                return image.size[::-1]
    except Exception:  # as of opened()
        return None


def read_stream(stream, name="standard input"):
    """All bytes of a stream, whose beginning is that of an image.

    Args:
        stream: binary, to be read once.
        name: what to call it in errors.

    Raises:
        UserError: nothing comes, no image, or more than 512 MiB.
    """
    start = stream.read(64)
    if start and not _is_known(start):
        raise UserError(f"{name}: expected {WHAT}. Received: bytes of no known format")
    content = bytearray(start)
    while part := stream.read(1 << 20):
        content += part
        if len(content) > MAX_STREAM:
            raise UserError(f"{name}: expected at most {MAX_STREAM >> 20} MiB. Received: more; give it as a file")
    return bytes(content)


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


def _regular_file(path, name):
    """A file for reading; what is none is refused before it is read, which may last for ever."""
    try:
        return open_regular(path)
    except FileNotFoundError:
        received = "no such file"
    except NotRegularError:
        received = "a pipe or device; - reads standard input"
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        if not os.path.isdir(path):
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"{name}: expected a readable image file. Received: {reason}") from error
        received = "a folder"
    raise UserError(f"{name}: expected an image file. Received: {received}")


def _is_known(start):
    """Whether this is how a file of a format that is read begins."""
    return (
        start.startswith((b"\xff\xd8\xff", SIGNATURE, b"BM", b"GIF8", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))
        or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
        or start[4:8] == b"ftyp"
    )


def _open(file, start):
    """An image whose pixels are not decoded yet."""
    heif = start[4:8] == b"ftyp" and start[8:12] not in (b"avif", b"avis")
    formats = [one for one in READ_FORMATS if one != "HEIF" or (heif and _register_heif())]
    if not features.check("avif"):
        formats.remove("AVIF")
    try:
        return Image.open(file, formats=formats)
    except Image.UnidentifiedImageError as error:
        if start[4:8] == b"ftyp" and heif and "HEIF" not in formats:
            raise UserError(
                "expected pillow-heif for HEIC pictures (pip install 'fast-style[heic]'). Received: none installed"
            ) from error
        if start[4:8] == b"ftyp" and "AVIF" not in formats:
            raise UserError("expected a Pillow that reads AVIF, 11.3 or later. Received: one that does not") from error
        if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise UserError("expected a whole TIFF of 8 or 16 bits, or of grey in 32. Received: another") from error
        known = "one that does not decode" if _is_known(start) else "a file of no known format"
        raise UserError(f"expected {WHAT}. Received: {known}") from error


@functools.cache
def _register_heif():
    """Whether Pillow opens HEIC now."""
    if importlib.util.find_spec("pillow_heif") is None:
        return False
    import pillow_heif

    pillow_heif.register_heif_opener()
    return True


def _check_webp(file, start):
    """Sides of a WebP, before Pillow's decoder takes memory for them."""
    if start[:4] != b"RIFF" or start[8:12] != b"WEBP" or len(start) < 30:
        return
    size, position = 0, 12
    for _ in range(MAX_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            break
        length = int.from_bytes(head[4:], "little")
        size += length if head[:4] in WEBP_PIXELS else 0
        position += 8 + length + length % 2
    file.seek(0)
    width, height = {
        b"VP8X": lambda: (int.from_bytes(start[24:27], "little") + 1, int.from_bytes(start[27:30], "little") + 1),
        b"VP8L": lambda: tuple(1 + (int.from_bytes(start[21:25], "little") >> shift & 0x3FFF) for shift in (0, 14)),
        b"VP8 ": lambda: tuple(side & 0x3FFF for side in struct.unpack("<HH", start[26:30])),
    }.get(start[12:16], lambda: (1, 1))()
    _check_bytes(width, height, 4 + RESULT_BYTES + DECODER_BYTES["WEBP"], size)


def _check_cost(image, size):
    """Refuses an image that takes too much memory, or more than a file of this size can be true of."""
    each = MODE_BYTES.get(image.mode, 4) + RESULT_BYTES + DECODER_BYTES.get(image.format, 0)
    each += image.has_transparency_data
    if image.info.get("progressive"):  # all coefficients are kept, 2 bytes each, of as many as the subsampling leaves
        factors = [(across, down) for _, across, down, _ in image.layer]
        most = max(across for across, _ in factors) * max(down for _, down in factors)
        each += 2 * sum(across * down for across, down in factors) / most
    _check_bytes(*image.size, each, size)


def _check_bytes(width, height, each, size):
    needed = width * height * each
    if width * height > MAX_PIXELS:
        raise UserError(f"expected at most {MAX_PIXELS // 10**6} megapixels. Received: {width}x{height}")
    if needed > MAX_MEMORY:
        raise UserError(
            f"expected an image that takes at most {MAX_MEMORY >> 30} GiB to read. Received: {width}x{height}, which "
            f"takes {needed / (1 << 30):.1f} GiB"
        )
    if needed > FREE_MEMORY + MEMORY_PER_BYTE * size:
        raise UserError(f"expected a whole image. Received: {width}x{height} pixels in only {size:,} bytes")


def _load(image, file, start, stack):
    """The image with its pixels decoded; another one where its file needed mending."""
    if image.format == "TIFF":
        image.tile = [_in_native_order(tile) for tile in image.tile]
    png = image.format == "PNG"
    low_bytes = png and image.mode == "RGB" and start[24] == 16 and "transparency" in image.info
    try:
        image.load()
    except OSError:
        if image.format not in ("JPEG", "MPO"):
            raise
        return _load_without_end(image, file, stack)
    if png:
        last = np.asarray(image.crop((0, image.height - 1, *image.size)))
        # Rows that are missing are left black. To count them takes as long as to decode.
        if (image.info.get("interlace") or not last.any()) and pixels_are_missing(file):
            raise UserError(
                f"expected a whole image. Received: fewer pixels than {image.width}x{image.height}, which it declares"
            )
        if low_bytes:
            image.info["low_bytes"] = _low_bytes(file, stack)
        elif image.mode == "L" and "transparency" in image.info and start[24] < 8:
            most = (1 << start[24]) - 1  # the chunk counts in the levels of the file, and Pillow's pixels in 0..255
            image.info["transparency"] = (image.info["transparency"] & most) * 255 // most
    return image


def _in_native_order(tile):
    """A tile of a big-endian TIFF: libtiff turns its numbers round, and Pillow would do it again."""
    if tile.codec_name == "libtiff" and tile.args[0] in BIG_ENDIAN:
        return tile._replace(args=(BIG_ENDIAN[tile.args[0]], *tile.args[1:]))
    return tile


def _low_bytes(file, stack):
    """The second bytes of 16-bit RGB, which Pillow leaves out, as an image: read as if they were the first."""
    file.seek(0)
    image = stack.enter_context(Image.open(file, formats=["PNG"]))
    image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
    image.load()
    return image


def _load_without_end(image, file, stack):
    """A JPEG whose pixels are whole but which lacks the two bytes of its end.

    The decoder fills what is missing with grey. Whether anything is, the pixels tell: where they need the bytes that
    follow, they are others when others follow.
    """
    file.seek(0)
    content = file.read().removesuffix(b"\xff")
    *_, last = [b"", *SEGMENT.findall(content)]
    if last != SCAN or image.width * image.height > MAX_MENDED_PIXELS:
        raise UserError(TRUNCATED)
    image.close()
    pixels = set()
    for behind in (b"", JPEG_NOISE):
        image = stack.enter_context(Image.open(io.BytesIO(content + behind + JPEG_END), formats=["JPEG"]))
        image.load()
        pixels.add(hashlib.blake2b(image.tobytes()).digest())
    if len(pixels) > 1:
        raise UserError(TRUNCATED)
    return image
