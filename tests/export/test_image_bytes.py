"""Decoding and encoding within a graph, against Pillow's."""

import io
import struct

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import read_photo
from fast_style.export.image_bytes import decode, encode, orientation
from tests.export.conftest import encoded, picture

decode_in_graph = tf.function(decode, input_signature=[tf.TensorSpec((), tf.string)])
encode_in_graph = tf.function(encode)


def jpeg(value, endian="<", before=b""):
    """A JPEG of four flat corners, with an EXIF orientation; `before` stands in front of the EXIF segment."""
    corners = np.array([[[250, 0, 0], [0, 250, 0]], [[0, 0, 250], [250, 250, 250]]], np.uint8)
    exif = Image.Exif()
    exif.endian = endian
    exif[0x010F] = "a camera's maker"
    exif[0x0112] = value
    content = encoded(corners.repeat(16, 0).repeat(24, 1), "JPEG", exif=exif, quality=95)
    return content[:2] + before + content[2:]


@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("value", range(1, 9))
def test_orientation_is_applied(value, endian):
    file = jpeg(value, endian, before=b"\xff\xe2\x00\x08filler")
    rgb, alpha = decode_in_graph(file)
    expected = read_photo(file).rgb
    assert rgb.shape == expected.shape == ((32, 48, 3) if value < 5 else (48, 32, 3))
    # 12: two decoders of JPEG, next to an edge of colours. A wrong corner is 250 away.
    assert np.abs(rgb.numpy().astype(int) - expected).max() <= 12
    assert alpha.numpy().min() == 255


@pytest.mark.parametrize(
    "content",
    [
        jpeg(0),
        jpeg(9),
        encoded(picture(8, 8), "JPEG"),
        jpeg(6)[:40],  # ends within the EXIF data
        jpeg(6).replace(b"II*\0\x08\0\0\0", b"II*\0\xff\xff\xff\x7f"),  # a directory beyond the end
        b"Exif\0\0II*\0",
        b"",
    ],
)
def test_orientation_of_what_has_none_or_a_broken_one(content):
    assert int(orientation(tf.constant(content))) == 1


def kinds():
    rgb = picture(9, 14)
    alpha = np.tile(np.arange(14, dtype=np.uint8) * 18, (9, 1))
    palette = io.BytesIO()
    Image.fromarray(rgb).quantize(16).save(palette, "PNG")
    sixteen = io.BytesIO()
    Image.fromarray((np.arange(126).reshape(9, 14) * 520).astype(np.uint16)).save(sixteen, "PNG")
    return {
        "rgb": encoded(rgb),
        "grey": encoded(rgb[..., 0]),
        "alpha": encoded(np.dstack([rgb, alpha])),
        "grey and alpha": encoded(np.dstack([rgb[..., 0], alpha])),
        "palette": palette.getvalue(),
        "16 bits": sixteen.getvalue(),
        "webp": encoded(rgb, "WEBP", lossless=True),
        "webp with alpha": encoded(np.dstack([rgb, alpha]), "WEBP", lossless=True, exact=True),
        "cmyk": cmyk((200, 90, 40)),
        "bmp": encoded(rgb, "BMP"),
        "bmp of 32 bits": bmp_of_32_bits(rgb),
        "gif": encoded(np.full((6, 5), 77, np.uint8), "GIF"),
    }


def cmyk(colour):
    """A JPEG of four inks, as printers' files are; of one colour, which every decoder gives alike."""
    file = io.BytesIO()
    Image.new("RGB", (14, 9), colour).convert("CMYK").save(file, "JPEG", quality=100)
    return file.getvalue()


def bmp_of_32_bits(rgb):
    """As Windows writes it: rows from the bottom, blue first, and a fourth byte of 0 that means nothing."""
    height, width = rgb.shape[:2]
    rows = np.dstack([rgb[::-1, :, ::-1], np.zeros((height, width), np.uint8)]).tobytes()
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 32, 0, len(rows), 0, 0, 0, 0)
    return struct.pack("<2sIHHI", b"BM", 54 + len(rows), 0, 0, 54) + header + rows


def test_a_palette_bmp_is_refused():
    """TensorFlow's decoder would give the numbers of the palette's colours."""
    with pytest.raises(tf.errors.InvalidArgumentError, match="BMP: expected 24 or 32 bits a pixel"):
        decode_in_graph(encoded(picture(4, 5)[..., 0], "BMP"))


def test_what_is_checked_is_checked_before_alpha_is_composed():
    """The shape is that of the decoded image, before EXIF turns it."""
    seen = []

    def refuse(shape):
        seen.append(shape.numpy().tolist() if tf.executing_eagerly() else None)
        return [tf.debugging.assert_less(shape[0], 4, "too high")]

    with pytest.raises(tf.errors.InvalidArgumentError, match="too high"):
        decode(tf.constant(encoded(picture(4, 5))), refuse)
    assert seen == [[4, 5, 3]]


@pytest.mark.parametrize("kind", kinds())
def test_what_a_photograph_may_be(kind):
    file = kinds()[kind]
    expected = read_photo(file)
    rgb, alpha = decode_in_graph(file)
    # 1: alpha is composed, and 16 bits are scaled, in whole numbers by Pillow.
    assert np.abs(rgb.numpy().astype(int) - expected.rgb).max() <= (1 if "alpha" in kind or kind == "16 bits" else 0)
    opaque = np.full(expected.rgb.shape[:2], 255) if expected.alpha is None else expected.alpha
    np.testing.assert_array_equal(alpha.numpy()[..., 0], opaque)


def test_png_with_alpha_enlarged():
    rgb, alpha = picture(12, 20), picture(6, 10, seed=1)[..., :1]
    file = encode_in_graph(tf.constant(rgb), tf.constant(alpha)).numpy()
    pixels = np.asarray(Image.open(io.BytesIO(file)))
    np.testing.assert_array_equal(pixels[..., :3], rgb)
    # 1: what `bicubic_resize` promises.
    assert np.abs(pixels[..., 3].astype(int) - resize_array(alpha[..., 0], 12, 20)).max() <= 1


def test_png_without_alpha():
    file = encode_in_graph(tf.constant(picture(5, 4)), tf.fill((5, 4, 1), tf.constant(255, tf.uint8))).numpy()
    with Image.open(io.BytesIO(file)) as image:
        assert (image.mode, image.info) == ("RGB", {})
        np.testing.assert_array_equal(np.asarray(image), picture(5, 4))
