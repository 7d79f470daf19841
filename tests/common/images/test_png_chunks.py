"""PNGs whose pixels are sound, and whose texts, profiles or number of rows are not."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from fast_style.common.errors import UserError
from fast_style.common.images import png_chunks
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.png_chunks import pixels_are_missing, without_unreadable_chunks
from tests.common.images.files import png, png_chunk

PIXELS = np.array([[3, 50, 255], [200, 100, 0]], np.uint8)
ROWS = [row.tobytes() for row in PIXELS]
MEBIBYTES = bytes(2 << 20)
XMP = b'<x tiff:Orientation="6"/>'


def wrong(chunk):
    """A chunk with another checksum."""
    return chunk[:-1] + bytes([chunk[-1] ^ 1])


ODD = {
    "large zTXt": png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(MEBIBYTES)),
    "large iTXt": png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(MEBIBYTES)),
    "large tEXt": png_chunk(b"tEXt", b"Comment\0" + MEBIBYTES),
    "large iCCP": png_chunk(b"iCCP", b"name\0\0" + zlib.compress(MEBIBYTES)),
    "very large iCCP": png_chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(17 << 20))),
    "broken zTXt": png_chunk(b"zTXt", b"Comment\0\0no packed bytes"),
    "checksum of tEXt": wrong(png_chunk(b"tEXt", b"Comment\0text")),
    "checksum of gAMA": wrong(png_chunk(b"gAMA", b"\0\0\xb1\x8f")),
    "checksum of pHYs": wrong(png_chunk(b"pHYs", b"\0\0\1\0\0\0\1\0\1")),
    "checksum of eXIf": wrong(png_chunk(b"eXIf", b"MM\0*")),
}


@pytest.mark.parametrize("place", ["in front", "behind"])
@pytest.mark.parametrize("name", ODD)
def test_others_show_them_and_so_do_we(name, place):
    content = png(ROWS, 3, 8, 0, *([ODD[name]] if place == "in front" else []), behind=[ODD[name]])
    np.testing.assert_array_equal(read_photo(content).rgb[..., 0], PIXELS)


def test_a_profile_that_is_too_large_for_pillow_counts():
    """A profile that makes linear light of grey, with 2 MiB behind it: 100 is 168 in sRGB (IEC 61966-2-1)."""
    from tests.common.images.files import grey_profile

    profile = grey_profile(())
    profile = (len(profile) + len(MEBIBYTES)).to_bytes(4, "big") + profile[4:] + MEBIBYTES
    content = png([b"\x64"], 1, 8, 0, png_chunk(b"iCCP", b"name\0\0" + zlib.compress(profile)))
    np.testing.assert_allclose(read_photo(content).rgb[0, 0].astype(int), 168, atol=1)


def test_a_sound_file_is_handed_on():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    content = png(ROWS, 3, 8, 0, png_chunk(b"iCCP", b"name\0\0" + zlib.compress(profile)), text)
    file = io.BytesIO(content)
    assert without_unreadable_chunks(file) == (file, None)


def test_xmp_still_turns_where_something_is_left_out():
    text = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    content = png(ROWS, 3, 8, 0, ODD["large zTXt"], text)
    np.testing.assert_array_equal(read_photo(content).rgb[..., 0], np.rot90(PIXELS, -1))


def test_endless_chunks_are_refused(monkeypatch):
    monkeypatch.setattr(png_chunks, "MAX_CHUNKS", 20)
    content = png(ROWS, 3, 8, 0, *[png_chunk(b"tEXt", b"a\0b")] * 30)
    with pytest.raises(UserError, match=r"^image bytes: expected a PNG of at most 20 chunks\. Received: one of more$"):
        read_photo(content)


@pytest.mark.parametrize("colour_type, samples", [(0, 1), (2, 3), (4, 2), (6, 4)])
@pytest.mark.parametrize("depth", [8, 16])
def test_missing_rows_are_refused(colour_type, samples, depth):
    """Pillow leaves them black."""
    row = bytes([200]) * (3 * samples * depth // 8)
    assert not pixels_are_missing(io.BytesIO(png([row] * 5, 3, depth, colour_type)))
    content = png([row] * 4, 3, depth, colour_type, height=5)
    with Image.open(io.BytesIO(content)) as image:
        image.load()
    with pytest.raises(UserError, match="Received: fewer pixels than 3x5, which it declares"):
        read_photo(content)


def test_a_black_last_row_is_a_row():
    assert read_photo(png([b"\xff", b"\0"], 8, 1, 0)).rgb[:, 0, 0].tolist() == [255, 0]


@pytest.mark.parametrize("width, height", [(1, 1), (5, 3), (9, 17), (33, 2)])
def test_interlaced(width, height, rng):
    """Pillow writes none: the passes of Adam7 by the table of the specification, section 8.2."""
    values = rng.integers(1, 256, (height, width), np.uint8)
    data = b""
    for left, top, across, down in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ):  # fmt: skip
        rows = values[top::down, left::across]
        data += b"".join(b"\0" + row.tobytes() for row in rows if row.size)
    content = png([b"\0" * width] * height, width, 8, 0)
    header = content[16:28] + b"\1"
    content = (
        content[:8] + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(data)) + png_chunk(b"IEND", b"")
    )
    np.testing.assert_array_equal(read_photo(content).rgb[..., 0], values)
    short = png_chunk(b"IDAT", zlib.compress(data[:-1]))
    with pytest.raises(UserError, match="expected a whole image"):
        read_photo(content[:8] + png_chunk(b"IHDR", header) + short + png_chunk(b"IEND", b""))
