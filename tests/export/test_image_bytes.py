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
from tests.common.images.files import animated_webp, png, png_chunk
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
    np.testing.assert_array_equal(rgb.numpy(), expected)
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
    translucent = io.BytesIO()
    Image.fromarray(rgb).quantize(16).save(translucent, "PNG", transparency=bytes(range(0, 240, 16)))
    sixteen = io.BytesIO()
    Image.fromarray((np.arange(126).reshape(9, 14) * 520).astype(np.uint16)).save(sixteen, "PNG")
    return {
        "rgb": encoded(rgb),
        "grey": encoded(rgb[..., 0]),
        "alpha": encoded(np.dstack([rgb, alpha])),
        "grey and alpha": encoded(np.dstack([rgb[..., 0], alpha])),
        "palette": palette.getvalue(),
        "palette with alpha": translucent.getvalue(),
        "hidden under a mask": encoded(np.dstack([rgb, np.where(alpha > 120, 255, 0).astype(np.uint8)])),
        "nothing visible": encoded(np.dstack([rgb, np.zeros_like(alpha)])),
        **{f"tRNS, grey of {depth}": declared_transparent(depth, 0) for depth in (1, 2, 4, 8, 16)},
        **{f"tRNS, RGB of {depth}": declared_transparent(depth, 2) for depth in (8, 16)},
        "grey of 1 bit": png([b"\x5a", b"\xa5"], 8, 1, 0),
        "16-bit RGB": png([np.arange(0, 60000, 5000, dtype=">u2").tobytes()], 4, 16, 2),
        "16-bit RGBA": png([np.arange(10000, 60000, 3200, dtype=">u2").tobytes()], 4, 16, 6),
        "16-bit grey and alpha": png([np.arange(10000, 60000, 6400, dtype=">u2").tobytes()], 4, 16, 4),
        "JPEG": encoded(picture(40, 50), "JPEG"),
        "JPEG, colours at half resolution": encoded(picture(41, 51), "JPEG", subsampling=2),
        "JPEG, progressive": encoded(picture(40, 50), "JPEG", progressive=True),
        "JPEG, grey": encoded(picture(40, 50)[..., 0], "JPEG"),
        "animated webp": animated_webp(),
        "animated webp with alpha": animated_webp(alpha=True),
        "16 bits": sixteen.getvalue(),
        "webp": encoded(rgb, "WEBP", lossless=True),
        "webp with alpha": encoded(np.dstack([rgb, alpha]), "WEBP", lossless=True, exact=True),
        "cmyk": cmyk((200, 90, 40)),
        "cmyk without Adobe's marker": without_adobe(cmyk((200, 90, 40))),
        "bmp": encoded(rgb, "BMP"),
        "bmp of 32 bits": bmp_of_32_bits(rgb),
        "gif": encoded(np.full((6, 5), 77, np.uint8), "GIF"),
    }


def cmyk(colour):
    """A JPEG of four inks, as printers' files are; of one colour, which every decoder gives alike."""
    file = io.BytesIO()
    Image.new("RGB", (14, 9), colour).convert("CMYK").save(file, "JPEG", quality=100)
    return file.getvalue()


def without_adobe(jpeg):
    """Without the segment APP14: the number of channels alone says that they are inks."""
    start = jpeg.index(b"\xff\xee")
    return jpeg[:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big") :]


def declared_transparent(depth, colour_type):
    """Four pixels or more, of which the second byte or number is declared transparent."""
    if colour_type == 0:
        row = np.array([0, 1000, 1001, 65535], ">u2").tobytes() if depth == 16 else b"\x1b\x5a\x00\xff"
        value = {1: 1, 2: 1, 4: 5, 8: 0x5A, 16: 1000}[depth]
        width = 4 * 8 // depth if depth < 16 else 4
        return png([row], width, depth, 0, png_chunk(b"tRNS", struct.pack(">H", value)))
    values = np.array([[1, 2, 3], [1, 2, 4], [9, 9, 9]], ">u2" if depth == 16 else "u1")
    return png([values.tobytes()], 3, depth, 2, png_chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3)))


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
        return [tf.debugging.assert_less(shape[0], tf.constant(4, tf.int64), "too high")]

    with pytest.raises(tf.errors.InvalidArgumentError, match="too high"):
        decode(tf.constant(encoded(picture(4, 5))), refuse)
    assert seen == [[4, 5, 3]]


@pytest.mark.parametrize("kind", kinds())
def test_what_a_photograph_may_be(kind):
    """The same pixels as the command line reads."""
    file = kinds()[kind]
    expected = read_photo(file)
    rgb, alpha = decode_in_graph(file)
    opaque = np.full(expected.rgb.shape[:2], 255) if expected.alpha is None else expected.alpha
    np.testing.assert_array_equal(alpha.numpy()[..., 0], opaque)
    # 1: what nobody sees is a mean in float.
    difference = np.abs(rgb.numpy().astype(int) - expected.rgb)
    assert difference.max() <= (0 if (opaque > 0).all() else 1)
    assert (difference[opaque > 0] == 0).all()


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_orientation_of_other_formats(value, file_format):
    exif = Image.Exif()
    exif[0x0112] = value
    file = encoded(picture(5, 9), file_format, exif=exif, **({"lossless": True} if file_format == "WEBP" else {}))
    np.testing.assert_array_equal(decode_in_graph(file)[0].numpy(), read_photo(file).rgb)


def xmp_files(text):
    """JPEG, PNG and WebP with XMP."""
    jpeg = encoded(picture(16, 24), "JPEG", xmp=text)
    chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text)
    webp = encoded(picture(5, 9), "WEBP", xmp=text, lossless=True)
    return {"JPEG": jpeg, "PNG": png([bytes(range(27))] * 5, 9, 8, 2, chunk), "WEBP": webp}


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("text", [b'<x tiff:Orientation="6"/>', b"<tiff:Orientation>8</tiff:Orientation>", b"<x/>"])
def test_orientation_by_xmp(file_format, text):
    file = xmp_files(text)[file_format]
    expected = read_photo(file).rgb
    assert (expected.shape[0] > expected.shape[1]) == (b"Orientation" in text)
    np.testing.assert_array_equal(decode_in_graph(file)[0].numpy(), expected)


def test_exif_counts_before_xmp():
    exif = Image.Exif()
    exif[0x0112] = 1
    file = encoded(picture(16, 24), "JPEG", exif=exif, xmp=b'<x tiff:Orientation="6"/>')
    assert decode_in_graph(file)[0].shape == (16, 24, 3)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}, {"restart_marker_blocks": 2}])
class TestJpegWithoutItsEnd:
    @pytest.mark.parametrize("missing", [1, 2])
    def test_is_decoded_as_the_command_line_reads_it(self, options, missing):
        content = encoded(picture(40, 50), "JPEG", **options)[:-missing]
        np.testing.assert_array_equal(decode_in_graph(content)[0], read_photo(content).rgb)

    @pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
    def test_without_pixels_is_refused(self, options, kept):
        content = encoded(picture(200, 64), "JPEG", **options)
        with pytest.raises(tf.errors.InvalidArgumentError):
            decode_in_graph(content[: int(len(content) * kept)])


def test_bytes_behind_the_end_of_a_jpeg_are_passed_over():
    content = encoded(picture(40, 50), "JPEG") + b"behind"
    np.testing.assert_array_equal(decode_in_graph(content)[0], read_photo(content).rgb)


@pytest.mark.parametrize(
    "file",
    [
        encoded(picture(90, 70)),
        encoded(picture(90, 70), "JPEG"),
        encoded(picture(90, 70), "JPEG", progressive=True),
        encoded(picture(90, 70), "GIF"),
        encoded(picture(90, 70), "WEBP"),
        encoded(picture(90, 70), "WEBP", lossless=True),
        animated_webp(70, 90),
    ],
)
def test_what_is_declared_is_checked_before_it_is_decoded(file):
    """A header promises 90x70: it is refused by that, with nothing but its first bytes there."""

    def refuse(shape):
        return [tf.debugging.assert_less(shape[0], tf.constant(90, tf.int64), "too high")]

    def allow(shape):
        return [tf.debugging.assert_equal(shape, tf.constant([90, 70, 3], tf.int64))]

    with pytest.raises(tf.errors.InvalidArgumentError, match="too high"):
        decode(tf.constant(file[:700]), refuse)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        decode(tf.constant(file[:700] if file[:1] != b"R" else file[:40]), allow)
    assert "Condition x == y" not in str(caught.value)


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
