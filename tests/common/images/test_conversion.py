"""Profiles of grey, and colours that are declared transparent."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from fast_style.common.images.conversion import STRIP_PIXELS
from fast_style.common.images.image_io import read_photo
from tests.common.images.files import grey_profile, png, png_chunk


def encoded(image, file_format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


class TestGreyProfiles:
    # Tone curve -> what 128 of 255 is in sRGB (IEC 61966-2-1): 0.50196 ** gamma = y is 1.055 y ** (1 / 2.4) - 0.055.
    CURVES = {"linear": ((), 188), "gamma 1.8": ((461,), 146), "table": ((0, 16384, 65535), 138)}

    @pytest.mark.parametrize("curve", CURVES)
    @pytest.mark.parametrize("mode", ["L", "LA", "P", "I;16"])
    def test_are_converted(self, mode, curve):
        """The table's middle is 0.25 where 128 is 0.50196, so y is a little more: 0.2529, 138."""
        values, expected = self.CURVES[curve]
        if mode == "I;16":
            image = Image.fromarray(np.full((4, 4), 128 * 257, np.uint16))
        elif mode == "P":
            image = Image.new("P", (4, 4), 1)
            image.putpalette([0, 0, 0, 128, 128, 128])
        else:
            image = Image.new(mode, (4, 4), (128, 77) if mode == "LA" else 128)
        photo = read_photo(encoded(image, icc_profile=grey_profile(values)))
        np.testing.assert_allclose(photo.rgb.astype(int), expected, atol=1)
        assert photo.alpha is None if mode != "LA" else (photo.alpha == 77).all()

    @pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
    def test_in_other_formats(self, file_format):
        content = encoded(Image.new("L", (8, 8), 128), file_format, icc_profile=grey_profile(()))
        np.testing.assert_allclose(read_photo(content).rgb.astype(int), 188, atol=1)

    def test_16_bits_keep_their_steps(self):
        """Linear 100 of 65535, 0.0015, is 5 in sRGB (12.92 y); by way of 8 bits it would be 0."""
        image = Image.fromarray(np.array([[100, 65535]], np.uint16))
        assert read_photo(encoded(image, icc_profile=grey_profile(()))).rgb[0, :, 0].tolist() == [5, 255]

    def test_colours_of_a_palette_are_not_grey(self):
        image = Image.new("P", (2, 2), 1)
        image.putpalette([0, 0, 0, 200, 10, 20])
        photo = read_photo(encoded(image, icc_profile=grey_profile(())))
        assert photo.rgb[0, 0].tolist() == [200, 10, 20]

    def test_grey_under_a_profile_of_colours(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        photo = read_photo(encoded(Image.new("L", (3, 2), 77), icc_profile=profile))
        np.testing.assert_allclose(photo.rgb.astype(int), 77, atol=1)

    def test_a_broken_one_is_passed_over(self):
        profile = grey_profile(()).replace(b"kTRC", b"none")
        assert (read_photo(encoded(Image.new("L", (3, 2), 77), icc_profile=profile)).rgb == 77).all()


class TestDeclaredTransparent:
    """PNG specification, section 11.3.2: the number in the chunk is in the depth of the file."""

    @pytest.mark.parametrize("depth, row", [(1, b"\x60"), (2, b"\x14\x00"), (4, b"\x05\x50\x00"), (8, b"\0\1\1\0\0")])
    def test_grey_of_few_bits(self, depth, row):
        """Pixels 0 v v 0 0, where v, declared transparent, is 1, 1, 5 and 1."""
        value = 5 if depth == 4 else 1
        content = png([row, row], 5, depth, 0, png_chunk(b"tRNS", struct.pack(">H", value)))
        photo = read_photo(content)
        assert photo.alpha.tolist() == [[255, 0, 0, 255, 255]] * 2
        assert (photo.rgb[:, [0, 3, 4]] == 0).all()

    def test_grey_of_16_bits(self):
        """1001 is another colour than 1000, although both are 4 of 255."""
        row = np.array([0, 1000, 1001, 65535], ">u2").tobytes()
        photo = read_photo(png([row], 4, 16, 0, png_chunk(b"tRNS", struct.pack(">H", 1000))))
        assert photo.alpha.tolist() == [[255, 0, 255, 255]]
        assert photo.rgb[0, [0, 2, 3], 0].tolist() == [0, 4, 255]

    def test_colours_of_16_bits(self):
        """They count to the last bit, of which Pillow reads the first eight."""
        row = np.array([[1000, 2000, 3000], [1001, 2000, 3000], [1000, 2000, 3001], [5, 5, 5]], ">u2").tobytes()
        photo = read_photo(png([row], 4, 16, 2, png_chunk(b"tRNS", struct.pack(">HHH", 1000, 2000, 3000))))
        assert photo.alpha.tolist() == [[0, 255, 255, 255]]

    def test_colours_of_8_bits_and_palettes(self):
        photo = read_photo(png([bytes([1, 2, 3, 1, 2, 4])], 2, 8, 2, png_chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))))
        assert photo.alpha.tolist() == [[0, 255]]
        palette = png_chunk(b"PLTE", bytes(range(12)))
        photo = read_photo(png([b"\x1b"], 4, 2, 3, palette, png_chunk(b"tRNS", bytes([0, 128]))))
        assert photo.alpha.tolist() == [[0, 128, 255, 255]]

    def test_with_an_orientation(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        content = encoded(Image.fromarray(np.array([[7, 8, 9]], np.uint8)), transparency=8, exif=exif)
        assert read_photo(content).alpha.tolist() == [[255], [0], [255]]


class TestStrips:
    @pytest.mark.parametrize("mode", ["RGBA", "L", "CMYK", "P"])
    def test_are_as_the_whole(self, mode, rng, monkeypatch):
        """Of one row each, and turned by EXIF: the same as in one."""
        image = Image.fromarray(rng.integers(0, 256, (9, 13, 4), np.uint8), "RGBA" if mode != "CMYK" else "CMYK")
        image = image.convert("RGB").convert(mode) if mode in "LP" else image
        exif = Image.Exif()
        exif[0x0112] = 7
        content = encoded(image, "TIFF" if mode == "CMYK" else "PNG", exif=exif)
        whole = read_photo(content)
        monkeypatch.setattr("fast_style.common.images.conversion.STRIP_PIXELS", 1)
        strips = read_photo(content)
        assert STRIP_PIXELS > 9 * 13
        np.testing.assert_array_equal(strips.rgb, whole.rgb)
        np.testing.assert_array_equal(strips.alpha, whole.alpha)

    def test_one_column(self):
        """1x2,000,000, the other way round than a strip."""
        values = np.arange(2_000_000, dtype=np.uint32).view(np.uint8).reshape(-1, 1, 4)[..., 0]
        photo = read_photo(encoded(Image.fromarray(np.ascontiguousarray(values))))
        np.testing.assert_array_equal(photo.rgb[..., 0], values)


def test_lab():
    """L of 53.24, a of 80.09 and b of 67.2 are the red of sRGB (CIE, D65; 3 levels for the white point D50)."""
    image = Image.frombytes("LAB", (1, 1), bytes([136, 80, 67]))
    np.testing.assert_allclose(read_photo(encoded(image, "TIFF")).rgb[0, 0].astype(int), [255, 0, 0], atol=12)
