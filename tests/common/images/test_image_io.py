"""Reading and writing images: every kind of photograph, every kind of bad file."""

import io
import os
import threading
import warnings

import numpy as np
import pytest
from PIL import Image, ImageCms

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import (
    EXTENSIONS,
    FORMATS,
    Photo,
    as_rgb,
    check_fits,
    encode,
    list_images,
    read_photo,
    write_photo,
)

# 2x3, all pixels different: which way up it stands can be told.
PIXELS = np.array(
    [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [128, 128, 128], [255, 255, 255]]],
    np.uint8,
)


def encoded(image, file_format="PNG", **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def ramp(height=16, width=24):
    """A smooth picture, which lossy formats keep to within a few steps."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([8 * rows, 8 * columns, 255 - 4 * rows - 4 * columns], axis=-1).astype(np.uint8)


class TestFormats:
    @pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "GIF"])
    def test_lossless(self, file_format):
        image = Image.fromarray(PIXELS)
        photo = read_photo(encoded(image.quantize() if file_format == "GIF" else image, file_format))
        np.testing.assert_array_equal(photo.rgb, PIXELS)
        assert photo.rgb.dtype == np.uint8
        assert photo.alpha is None

    @pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
    def test_lossy(self, file_format):
        photo = read_photo(encoded(ramp(), file_format, quality=95))
        np.testing.assert_allclose(photo.rgb.astype(int), ramp().astype(int), atol=12)
        assert photo.alpha is None

    def test_lossless_webp(self):
        np.testing.assert_array_equal(read_photo(encoded(PIXELS, "WEBP", lossless=True)).rgb, PIXELS)

    @pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
    def test_first_frame_of_an_animation(self, file_format):
        frames = [Image.new("RGB", (5, 4), colour) for colour in ("red", "lime", "blue")]
        content = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], duration=100, lossless=True)
        assert read_photo(content).rgb.tolist() == np.full((4, 5, 3), [255, 0, 0]).tolist()

    @pytest.mark.parametrize("file_format", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
    def test_one_pixel(self, file_format):
        photo = read_photo(encoded(np.full((1, 1, 3), 200, np.uint8), file_format))
        assert photo.rgb.shape == (1, 1, 3)
        np.testing.assert_allclose(photo.rgb, 200, atol=2)

    def test_path_and_text_and_bytes_are_alike(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_bytes(encoded(PIXELS))
        for source in (path, str(path), path.read_bytes()):
            np.testing.assert_array_equal(read_photo(source).rgb, PIXELS)

    def test_content_counts_and_not_the_name(self, tmp_path):
        (tmp_path / "a.jpg").write_bytes(encoded(PIXELS, "PNG"))
        np.testing.assert_array_equal(read_photo(tmp_path / "a.jpg").rgb, PIXELS)


class TestOrientation:
    # EXIF 2.3, tag 0x0112: where row 0 and column 0 of the file belong in the picture, undone.
    UPRIGHT = {
        1: lambda x: x,
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.swapaxes(0, 1),
        6: lambda x: np.rot90(x, -1),
        7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
        8: lambda x: np.rot90(x, 1),
    }

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_is_applied(self, orientation):
        """6, the commonest: row 0 is the right side, so the picture is turned a quarter clockwise."""
        exif = Image.Exif()
        exif[0x0112] = orientation
        photo = read_photo(encoded(PIXELS, exif=exif))
        np.testing.assert_array_equal(photo.rgb, self.UPRIGHT[orientation](PIXELS))

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_agrees_with_pillow_on_jpeg(self, orientation):
        from PIL import ImageOps

        exif = Image.Exif()
        exif[0x0112] = orientation
        content = encoded(ramp(), "JPEG", exif=exif)
        expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
        np.testing.assert_array_equal(read_photo(content).rgb, expected)

    def test_alpha_turns_with_the_picture(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        alpha = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)
        photo = read_photo(encoded(np.dstack([PIXELS, alpha]), exif=exif))
        np.testing.assert_array_equal(photo.alpha, np.rot90(alpha, -1))

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_unknown_orientation_is_passed_over(self, orientation):
        exif = Image.Exif()
        exif[0x0112] = orientation
        np.testing.assert_array_equal(read_photo(encoded(PIXELS, exif=exif)).rgb, PIXELS)

    def test_other_malformed_tags_do_not_hide_the_orientation(self):
        """A width tag that holds text makes ``ImageOps.exif_transpose`` fail when it writes the tags again."""
        header = b"II*\x00\x08\x00\x00\x00\x02\x00"
        width = b"\x00\x01\x02\x00\x04\x00\x00\x00abc\x00"  # 0x0100 as ASCII
        orientation = b"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
        content = encoded(ramp(), "JPEG", exif=b"Exif\x00\x00" + header + width + orientation + b"\x00" * 4)
        assert read_photo(content).rgb.shape == (24, 16, 3)

    def test_exif_that_is_no_exif_is_passed_over(self):
        content = encoded(ramp(), "JPEG", exif=b"Exif\x00\x00 no such thing")
        assert read_photo(content).rgb.shape == (16, 24, 3)


class TestAlpha:
    def test_kept_apart_from_colours_and_composed_over_white(self):
        """Red (200, 0, 0) at alpha 102 of 255 is 0.4 of it and 0.6 of white: (233, 153, 153)."""
        image = np.full((2, 3, 4), [200, 0, 0, 102], np.uint8)
        photo = read_photo(encoded(image))
        assert photo.rgb.tolist() == np.full((2, 3, 3), [200, 0, 0]).tolist()
        assert photo.on_white().tolist() == np.full((2, 3, 3), [233, 153, 153]).tolist()
        np.testing.assert_array_equal(as_rgb(encoded(image)), photo.on_white())
        assert photo.alpha.tolist() == np.full((2, 3), 102).tolist()

    def test_opaque_is_none(self):
        assert read_photo(encoded(np.dstack([PIXELS, np.full((2, 3), 255, np.uint8)]))).alpha is None

    def test_grey_with_alpha(self):
        """Grey 100 at alpha 51 of 255 is 0.2 of it and 0.8 of white: 224; the other pixel is opaque."""
        image = np.array([[[100, 51], [100, 255]]], np.uint8)
        photo = read_photo(encoded(Image.fromarray(image, "LA")))
        assert photo.rgb.tolist() == [[[100] * 3, [100] * 3]]
        assert photo.on_white().tolist() == [[[224] * 3, [100] * 3]]
        assert photo.alpha.tolist() == [[51, 255]]

    def test_webp(self):
        image = np.full((4, 4, 4), [200, 0, 0, 102], np.uint8)
        photo = read_photo(encoded(image, "WEBP", lossless=True, exact=True))
        assert photo.rgb.tolist() == np.full((4, 4, 3), [200, 0, 0]).tolist()
        assert photo.alpha.tolist() == np.full((4, 4), 102).tolist()

    @pytest.mark.parametrize("file_format", ["GIF", "PNG"])
    def test_palette_with_transparency(self, file_format):
        """Entry 1 of the palette is transparent: white shows, under the colour beside it; entry 0 is red."""
        image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
        image.putpalette([255, 0, 0, 0, 0, 255])
        photo = read_photo(encoded(image, file_format, transparency=1))
        assert photo.on_white().tolist() == [[[255, 0, 0], [255, 255, 255]]]
        assert photo.rgb.tolist() == [[[255, 0, 0], [255, 0, 0]]]
        assert photo.alpha.tolist() == [[255, 0]]

    def test_palette_with_an_alpha_an_entry(self):
        """PNG's tRNS chunk: black at alpha 51 of 255 leaves 0.8 of white, 204."""
        image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
        image.putpalette([0, 0, 0, 0, 0, 255])
        photo = read_photo(encoded(image, transparency=bytes([51, 255])))
        assert photo.rgb.tolist() == [[[0, 0, 0], [0, 0, 255]]]
        assert photo.on_white().tolist() == [[[204, 204, 204], [0, 0, 255]]]
        assert photo.alpha.tolist() == [[51, 255]]

    @pytest.mark.parametrize("mode, transparent", [("L", 77), ("RGB", (77, 77, 77))])
    def test_one_colour_declared_transparent(self, mode, transparent):
        image = Image.fromarray(np.array([[77, 78]], np.uint8), "L").convert(mode)
        photo = read_photo(encoded(image, transparency=transparent))
        assert photo.alpha.tolist() == [[0, 255]]
        assert photo.on_white().tolist() == [[[255] * 3, [78] * 3]]


class TestModes:
    def test_palette(self):
        image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
        image.putpalette([1, 2, 3, 40, 50, 60, 255, 254, 253])
        photo = read_photo(encoded(image))
        assert photo.rgb.tolist() == [[[1, 2, 3], [40, 50, 60], [255, 254, 253]]]
        assert photo.alpha is None

    def test_grey(self):
        assert read_photo(encoded(np.array([[0, 99, 255]], np.uint8))).rgb.tolist() == [[[0] * 3, [99] * 3, [255] * 3]]

    def test_one_bit(self):
        image = Image.fromarray(np.array([[0, 255, 255, 0]], np.uint8)).convert("1")
        assert read_photo(encoded(image)).rgb[0, :, 0].tolist() == [0, 255, 255, 0]

    @pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
    def test_16_bit_grey_is_scaled_and_not_clipped(self, file_format):
        """x / 257, rounded: 65535 is white, 32896 = 128 * 257, 300 / 257 = 1.17; clipping would give 255 for all."""
        image = Image.fromarray(np.array([[0, 300, 32896, 65535]], np.uint16))
        assert image.mode == "I;16"
        photo = read_photo(encoded(image, file_format))
        assert photo.rgb[0].tolist() == [[0] * 3, [1] * 3, [128] * 3, [255] * 3]

    def test_16_bit_grey_big_endian(self):
        image = Image.frombytes("I;16B", (2, 1), np.array([256, 65535], ">u2").tobytes())
        assert read_photo(encoded(image, "TIFF")).rgb[0, :, 0].tolist() == [1, 255]

    def test_16_bit_rgb_is_scaled(self):
        """A PNG written by hand, as Pillow writes none: 65535, 32896 and 257 become 255, 128 and 1."""
        assert read_photo(png_16_bit_rgb([[65535, 32896, 257]])).rgb.tolist() == [[[255, 128, 1]]]

    @pytest.mark.parametrize("top, expected", [(1.0, [0, 128, 255]), (255.0, [0, 127, 255])])
    def test_float_grey(self, top, expected):
        """Values up to 1 are shares of white, others are 0..255: 0.5 * 255 = 127.5 goes to 128, 127 stays."""
        values = np.array([[0.0, 0.5 if top == 1.0 else 127.0, top]], np.float32)
        assert read_photo(encoded(Image.fromarray(values), "TIFF")).rgb[0, :, 0].tolist() == expected

    @pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
    def test_cmyk(self, file_format):
        """No ink is white, black ink black, cyan takes the red away; without a profile the plain formula."""
        inks = np.repeat(np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8), 16, axis=1)
        image = Image.fromarray(np.repeat(inks, 16, axis=0), "CMYK")
        options = {"quality": 100} if file_format == "JPEG" else {}
        rgb = read_photo(encoded(image, file_format, **options)).rgb[8, [8, 24, 40]]
        np.testing.assert_allclose(rgb, [[255, 255, 255], [0, 0, 0], [0, 255, 255]], atol=6)


def png_16_bit_rgb(row):
    """The bytes of a PNG of one row of 16-bit RGB pixels (PNG specification, sections 5 and 11)."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(row), 1, 16, 2, 0, 0, 0)
    data = b"\x00" + np.array(row, ">u2").tobytes()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


class TestColourProfile:
    @staticmethod
    def swapped_profile():
        """An sRGB profile with the red and the green primary exchanged: red there is green here."""
        content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        red, green = content.find(b"rXYZ", 128), content.find(b"gXYZ", 128)
        content[red : red + 4], content[green : green + 4] = b"gXYZ", b"rXYZ"
        return bytes(content)

    def test_srgb_changes_nothing(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        np.testing.assert_allclose(read_photo(encoded(PIXELS, icc_profile=profile)).rgb, PIXELS, atol=1)

    def test_is_converted_to_srgb(self):
        photo = read_photo(encoded(PIXELS, icc_profile=self.swapped_profile()))
        np.testing.assert_allclose(photo.rgb.astype(int), PIXELS[..., [1, 0, 2]].astype(int), atol=2)

    def test_alpha_is_kept(self):
        """Colours are converted as they are without it: red is green here, at alpha 102 of 255 too."""
        image = np.full((2, 3, 4), [255, 0, 0, 102], np.uint8)
        photo = read_photo(encoded(image, icc_profile=self.swapped_profile()))
        assert photo.alpha.tolist() == np.full((2, 3), 102).tolist()
        np.testing.assert_allclose(photo.rgb[0, 0].astype(int), [0, 255, 0], atol=2)

    def test_a_profile_that_is_no_use_is_passed_over(self):
        np.testing.assert_array_equal(read_photo(encoded(PIXELS, icc_profile=b"no profile")).rgb, PIXELS)


class TestBadFiles:
    @staticmethod
    def refused(source, **options):
        with pytest.raises(UserError) as caught:
            read_photo(source, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def test_missing(self, tmp_path):
        path = tmp_path / "no.jpg"
        assert self.refused(path) == f"{path}: expected an image file. Received: no such file"

    def test_folder(self, tmp_path):
        assert self.refused(tmp_path) == f"{tmp_path}: expected an image file. Received: a folder"

    def test_below_a_file(self, tmp_path):
        (tmp_path / "file").write_bytes(b"x")
        path = tmp_path / "file" / "a.jpg"
        assert self.refused(path) == f"{path}: expected a readable image file. Received: Not a directory"

    def test_empty(self, tmp_path):
        path = tmp_path / "a.jpg"
        path.touch()
        assert self.refused(path) == f"{path}: expected an image. Received: an empty file"

    @pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
    def test_truncated(self, file_format, tmp_path, rng):
        path = tmp_path / "a.jpg"
        noise = rng.integers(0, 255, size=(64, 64, 3), dtype=np.uint8)
        content = encoded(noise, file_format)
        path.write_bytes(content[: len(content) // 2])
        message = self.refused(path)
        assert message.startswith(f"{path}: expected ")
        if file_format == "JPEG":
            assert "expected a whole image. Received: one that does not decode (image file is truncated" in message

    def test_text_named_jpg(self, tmp_path):
        path = tmp_path / "a.jpg"
        path.write_text("To whom it may concern")
        formats = "JPEG, PNG, WebP, BMP, GIF, TIFF, AVIF, HEIC"
        assert self.refused(path) == f"{path}: expected an image ({formats}). Received: a file of no known format"

    def test_bytes_have_a_name(self):
        assert self.refused(b"text").startswith("image bytes: expected an image")
        assert self.refused(b"text", name="standard input").startswith("standard input: expected an image")

    @pytest.mark.parametrize("width", [20001, 40000])
    def test_decompression_bomb(self, width):
        """A 1-bit GIF header of 400.04 and 1,600 megapixels."""
        header = b"GIF89a" + width.to_bytes(2, "little") * 2 + b"\x80\x00\x00" + bytes(6)
        frame = b"," + bytes(4) + width.to_bytes(2, "little") * 2 + b"\x00\x02\x02\x44\x01\x00;"
        message = self.refused(header + frame)
        assert message.startswith("image bytes: expected at most 400 megapixels. Received: ")

    def test_pillows_own_limit_is_set_aside_while_reading(self, tmp_path, monkeypatch):
        """It is 179 megapixels, and here 20 pixels: telephones take photographs of 200 megapixels."""
        write_photo(tmp_path / "a.png", np.zeros((30, 40, 3), np.uint8))
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
        assert read_photo(tmp_path / "a.png").rgb.shape == (30, 40, 3)
        assert Image.MAX_IMAGE_PIXELS == 10

    def test_corrupted_anywhere_is_refused_in_one_line_or_read(self, rng):
        """Bytes of each format overwritten at random: Pillow may raise anything, users see one kind."""
        for file_format in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"):
            content = encoded(ramp(), file_format)
            refused = 0
            for _ in range(60):
                damaged = bytearray(content)
                for place in rng.integers(0, min(len(content), 200), size=3):
                    damaged[place] = rng.integers(0, 256)
                try:
                    assert read_photo(bytes(damaged)).rgb.dtype == np.uint8
                except UserError:
                    refused += 1
            assert refused > 0


class TestWarnings:
    def test_odd_metadata_is_read_without_a_warning(self):
        """Pillow warns of corrupt EXIF data; warnings are errors in these tests."""
        content = encoded(ramp(), "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff")
        with pytest.warns(UserWarning, match="Corrupt EXIF"):
            Image.open(io.BytesIO(content)).getexif()
        assert read_photo(content).rgb.shape == (16, 24, 3)

    def test_filters_are_as_before_after_many_threads(self):
        """``warnings.catch_warnings`` entered by two threads at once would leave them changed."""
        content = encoded(np.zeros((400, 400, 3), np.uint8), "JPEG")
        before = list(warnings.filters)
        threads = [threading.Thread(target=lambda: [read_photo(content) for _ in range(10)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(warnings.filters) == before


class TestArrays:
    def test_rgb(self):
        np.testing.assert_array_equal(as_rgb(PIXELS), PIXELS)

    @pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1)])
    def test_grey(self, shape):
        grey = np.arange(6, dtype=np.uint8)
        np.testing.assert_array_equal(as_rgb(grey.reshape(shape)), np.stack([grey.reshape(2, 3)] * 3, axis=-1))

    def test_path_and_bytes(self, tmp_path):
        (tmp_path / "a.png").write_bytes(encoded(PIXELS))
        for source in (tmp_path / "a.png", str(tmp_path / "a.png"), encoded(PIXELS)):
            np.testing.assert_array_equal(as_rgb(source), PIXELS)

    @pytest.mark.parametrize(
        "array, received",
        [
            (PIXELS.astype(np.float32), "float32 array of shape (2, 3, 3)"),
            (PIXELS.astype(np.int64), "int64 array of shape (2, 3, 3)"),
            (np.zeros((2, 3, 4), np.uint8), "uint8 array of shape (2, 3, 4)"),
            (np.zeros((1, 2, 3, 3), np.uint8), "uint8 array of shape (1, 2, 3, 3)"),
            (np.zeros((0, 3, 3), np.uint8), "uint8 array of shape (0, 3, 3)"),
            (np.zeros(3, np.uint8), "uint8 array of shape (3,)"),
            (None, "object array of shape ()"),
        ],
    )
    def test_another_dtype_or_shape_is_refused(self, array, received):
        with pytest.raises(UserError) as caught:
            as_rgb(array, name="style")
        expected = "style: expected a path or a uint8 array (height, width, 3). Received: "
        assert str(caught.value) == expected + received


class TestEncoding:
    @pytest.mark.parametrize("file_format", ["png", "bmp", "tiff"])
    def test_lossless_formats_come_back(self, file_format):
        content = encode(PIXELS, file_format)
        assert Image.open(io.BytesIO(content)).format == FORMATS[file_format]
        np.testing.assert_array_equal(read_photo(content).rgb, PIXELS)

    @pytest.mark.parametrize("file_format", ["jpg", "webp"])
    def test_quality(self, file_format, rng):
        noise = rng.integers(0, 255, size=(64, 64, 3), dtype=np.uint8)
        fine, coarse = encode(noise, file_format, quality=95), encode(noise, file_format, quality=20)
        assert Image.open(io.BytesIO(fine)).format == FORMATS[file_format]
        assert len(coarse) < len(fine) / 2

    def test_jpeg_keeps_colours_at_full_resolution(self):
        """Columns of red and blue, one pixel wide, would blend with colours at half resolution."""
        columns = np.tile(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8), (16, 8, 1))
        assert np.abs(read_photo(encode(columns, "jpg")).rgb.astype(int) - columns).max() < 20

    @pytest.mark.parametrize("file_format", ["png", "webp", "tiff"])
    def test_alpha_is_put_back_where_the_format_has_it(self, file_format):
        alpha = np.array([[0, 100, 255], [255, 255, 255]], np.uint8)
        photo = read_photo(encode(Photo(PIXELS, alpha), file_format))
        np.testing.assert_array_equal(photo.alpha, alpha)

    @pytest.mark.parametrize("file_format", ["jpg", "bmp"])
    def test_alpha_is_left_out_where_it_has_not(self, file_format):
        content = encode(Photo(ramp(), np.zeros((16, 24), np.uint8)), file_format)
        assert read_photo(content).alpha is None

    def test_views_that_are_not_contiguous(self):
        np.testing.assert_array_equal(read_photo(encode(PIXELS[:, ::-1])).rgb, PIXELS[:, ::-1])

    @pytest.mark.parametrize("file_format, width", [("webp", 16384), ("jpg", 65536)])
    def test_larger_than_the_format_allows(self, file_format, width):
        """WebP holds 16,383 pixels a side, JPEG 65,535."""
        with pytest.raises(UserError, match=rf"{file_format}: expected a picture that fits\. Received: {width}x1 \("):
            encode(np.zeros((1, width, 3), np.uint8), file_format)

    @pytest.mark.parametrize("file_format, side", [("webp", 16383), ("jpg", 65500)])
    def test_check_fits_refuses_before_anything_is_computed(self, file_format, side):
        """The limit itself is written; one more is refused, whichever side it is."""
        check_fits(side, 1, file_format)
        assert encode(np.zeros((1, side, 3), np.uint8), file_format)
        for height, width in ((side + 1, 7), (7, side + 1)):
            expected = (
                rf"{file_format}: expected sides of at most {side} pixels\. "
                rf"Received: {width}x{height}; png and tiff hold more"
            )
            with pytest.raises(UserError, match=expected):
                check_fits(height, width, file_format)

    @pytest.mark.parametrize(("file_format", "most"), [("tiff", 1_070_000_000), ("bmp", 1_430_000_000)])
    def test_check_fits_refuses_more_bytes_than_32_bits_count(self, file_format, most):
        check_fits(most // 1000, 1000, file_format)
        with pytest.raises(UserError, match=f"{file_format}: expected at most {most:,} pixels. .* png holds more"):
            check_fits(most // 1000 + 1, 1000, file_format)

    def test_check_fits_of_formats_without_a_limit(self):
        check_fits(10**6, 10**6, "png")


class TestWriting:
    def test_writes_and_replaces(self, tmp_path):
        path = tmp_path / "a.png"
        write_photo(path, np.zeros((1, 1, 3), np.uint8))
        write_photo(path, PIXELS)
        np.testing.assert_array_equal(read_photo(path).rgb, PIXELS)
        assert os.listdir(tmp_path) == ["a.png"]


class TestListing:
    def test_recursive_sorted_without_hidden_ones(self, tmp_path):
        names = ["b.JPG", "a.png", "sub/deep/c.webp", "sub/a.gif", ".hidden.jpg", ".git/d.jpg", "notes.txt", "raw.npy"]
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        (tmp_path / "folder.jpg").mkdir()
        found = [str(path.relative_to(tmp_path)) for path in list_images(tmp_path)]
        assert found == ["a.png", "b.JPG", "sub/a.gif", "sub/deep/c.webp"]

    @pytest.mark.parametrize("extension", EXTENSIONS)
    def test_every_extension(self, extension, tmp_path):
        (tmp_path / f"a{extension}").touch()
        assert len(list_images(str(tmp_path))) == 1

    def test_a_hidden_folder_that_is_asked_for_is_listed(self, tmp_path):
        (tmp_path / ".photos").mkdir()
        (tmp_path / ".photos" / "a.jpg").touch()
        assert len(list_images(tmp_path / ".photos")) == 1

    def test_no_folder(self, tmp_path):
        (tmp_path / "a.jpg").touch()
        expected = r"expected a folder of photographs\. Received: "
        with pytest.raises(UserError, match=expected + "a file"):
            list_images(tmp_path / "a.jpg")
        with pytest.raises(UserError, match=expected + "no such folder"):
            list_images(tmp_path / "no")

    def test_none(self, tmp_path):
        (tmp_path / "notes.txt").touch()
        with pytest.raises(UserError, match=r"expected photographs \(\.jpg, .*\)\. Received: a folder with none"):
            list_images(tmp_path)
