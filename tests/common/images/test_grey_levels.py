"""Grey of all kinds of numbers, as TIFF files hold them."""

import io

import numpy as np
import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
from tests.common.images.files import grey_tiff

RAMP = np.tile(np.linspace(0, 1, 24), (16, 1))
# The largest number of a type, which is white; floats are shares.
TYPES = {"u1": 255, "i1": 127, "u2": 65535, "i2": 32767, "i4": 2**31 - 1, "f4": 1.0}


def levels(content):
    """The first channel, int (height, width); grey has three alike."""
    rgb = read_photo(content).rgb
    assert (rgb[..., :1] == rgb).all()
    return rgb[..., 0].astype(int)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", TYPES)
def test_white_is_the_largest_of_the_type(kind, order):
    values = np.rint(RAMP * TYPES[kind]) if kind[0] != "f" else RAMP
    # 2: of int8 a level is two of 255.
    np.testing.assert_allclose(levels(grey_tiff(values.astype(order + kind))), RAMP * 255, atol=2)


def test_unsigned_numbers_of_32_bits():
    """Above 2^31 Pillow takes them for negative."""
    np.testing.assert_allclose(levels(grey_tiff((RAMP * (2**32 - 1)).astype("<u4"))), RAMP * 255, atol=1)


@pytest.mark.parametrize("kind", ["<u1", ">u1", "<u2", "<f4", ">f4"])
def test_min_is_white(kind):
    """TIFF's photometric interpretation 0: the smallest number is white."""
    content = grey_tiff((RAMP * TYPES[kind[1:]]).astype(kind), photometric=0)
    np.testing.assert_allclose(levels(content), 255 - RAMP * 255, atol=1)


@pytest.mark.parametrize("kind", [">u2", "<i2", "<f8", ">u4", "<f2"])
def test_what_pillow_does_not_know_is_refused_as_a_tiff(kind):
    with pytest.raises(UserError, match=r"expected a whole TIFF of 8 or 16 bits, or of grey in 32\. Received: another"):
        read_photo(grey_tiff(RAMP.astype(kind), photometric=1 if kind[2] in "84" else 0))


@pytest.mark.parametrize("kind", ["<i2", ">i2", "<i4", ">i4", "<f4", ">f4"])
def test_compressed_in_either_byte_order(kind):
    """libtiff turns big-endian numbers round, and Pillow 13 does it once more."""
    tifffile = pytest.importorskip("tifffile")
    buffer = io.BytesIO()
    values = (RAMP * TYPES[kind[1:]]).astype(kind)
    tifffile.imwrite(buffer, values, compression="zlib", byteorder=kind[0])
    np.testing.assert_allclose(levels(buffer.getvalue()), RAMP * 255, atol=1)


class TestFloats:
    @pytest.mark.parametrize("outlier", [1.02, 1.5, 300.0, 1e30])
    def test_one_brighter_than_white_is_clipped(self, outlier):
        values = RAMP.copy()
        values[3, 5] = outlier
        found = levels(grey_tiff(values.astype("<f4")))
        assert found[3, 5] == 255
        found[3, 5] = round(RAMP[3, 5] * 255)
        np.testing.assert_allclose(found, RAMP * 255, atol=1)

    def test_no_number_is_black_and_infinity_white_or_black(self):
        values = RAMP.copy()
        values[0, :3] = np.nan, np.inf, -np.inf
        found = levels(grey_tiff(values.astype("<f4")))
        assert found[0, :3].tolist() == [0, 255, 0]
        np.testing.assert_allclose(found[1:], RAMP[1:] * 255, atol=1)

    @pytest.mark.parametrize("top", [1.0, 1.5, 10.0, 255.0, 65535.0, 1e6, 1e30])
    def test_scale_of_the_values(self, top):
        """Shares, 8 or 16 bits; what is on none of these scales, up to its largest value."""
        np.testing.assert_allclose(levels(grey_tiff((RAMP * top).astype("<f4"))), RAMP * 255, atol=1)

    def test_whole_numbers_are_on_the_scale_of_their_largest(self):
        """A dark drawing of 0..255: most of it is 0 or 1, and 100 is no white."""
        values = np.zeros((16, 24))
        values[0, :3] = 1, 100, 255
        assert levels(grey_tiff(values.astype("<f4")))[0, :4].tolist() == [1, 100, 255, 0]

    @pytest.mark.parametrize("value", [0.0, -3.0, np.nan])
    def test_nothing_bright(self, value):
        assert levels(grey_tiff(np.full((4, 4), value, "<f4"))).max() == 0


@pytest.mark.parametrize("top", [255, 65535, 1_000_000])
def test_32_bit_whole_numbers_that_do_not_use_up_their_type(top):
    np.testing.assert_allclose(levels(grey_tiff(np.rint(RAMP * top).astype("<i4"))), RAMP * 255, atol=1)


def test_more_pixels_than_a_strip():
    """The brightest is in the last strip of 1,048,576 pixels."""
    values = np.full((3, 1 << 19), 10.0, np.float32)
    values[2, -1] = 255
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "TIFF")
    found = levels(buffer.getvalue())
    assert (found[0, 0], found[2, -1]) == (10, 255)
