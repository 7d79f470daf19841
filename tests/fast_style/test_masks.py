"""Masks: where a photograph is painted how."""

import io

import numpy as np
import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
from fast_style.masks import as_mask, region_shares

GREY = np.array([[0, 51, 255], [255, 102, 0]], np.uint8)


def encoded(image, file_format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "mask",
    [
        GREY,
        GREY / 255,
        (GREY / 255).astype("float32"),
        np.dstack([GREY] * 3),
        encoded(Image.fromarray(GREY)),
        encoded(Image.fromarray(GREY).convert("RGB")),
        encoded(Image.fromarray(GREY.astype(np.uint16) * 257)),
        encoded(Image.fromarray(np.dstack([np.full_like(GREY, 255), GREY]), "LA")),
        read_photo(encoded(Image.fromarray(GREY))),
    ],
    ids=str,
)
def test_a_mask_is_grey_however_it_is_given(mask):
    np.testing.assert_array_equal(as_mask(mask).grey, GREY)


def test_true_is_white_and_a_path_is_read(tmp_path):
    np.testing.assert_array_equal(as_mask(GREY > 100).grey, (GREY > 100) * 255)
    (tmp_path / "mask.png").write_bytes(encoded(Image.fromarray(GREY)))
    np.testing.assert_array_equal(as_mask(tmp_path / "mask.png").grey, GREY)


def test_a_mask_stands_as_its_orientation_says():
    """Orientation 6: turned by 90 degrees clockwise."""
    exif = Image.Exif()
    exif[0x0112] = 6
    np.testing.assert_array_equal(as_mask(encoded(Image.fromarray(GREY), exif=exif)).grey, np.rot90(GREY, -1))


def test_a_mask_is_stretched_to_the_photograph_with_soft_edges():
    shares = as_mask(np.array([[0, 255]], np.uint8)).shares(4, 40)
    assert (shares.shape, shares.dtype) == ((4, 40), np.float32)
    assert (shares[:, :8] == 0).all()
    assert (shares[:, -8:] == 1).all()
    assert (np.diff(shares) >= 0).all()
    assert len(np.unique(shares)) > 10


def test_regions_add_up_to_1_and_masks_that_overlap_share():
    regions = region_shares([as_mask(np.array([[1.0, 1.0, 0.2, 0.0]])), as_mask(np.array([[1.0, 0, 0.2, 0]]))], 1, 4)
    np.testing.assert_allclose(regions[0], [[0.5, 0.5, 0], [1, 0, 0], [0.2, 0.2, 0.6], [0, 0, 1]], atol=1e-6)
    np.testing.assert_array_equal(region_shares([], 2, 3), np.ones((2, 3, 1)))


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (
            np.full((2, 2), 2.0),
            "masks: expected uint8 0..255, or bool or float 0..1, .height, width.. Received: flo",
        ),
        (np.full((2, 2), np.nan), "masks: expected uint8"),
        (np.zeros((2, 2, 3)), "masks: expected uint8"),
        (np.zeros((0, 2)), "masks: expected uint8"),
        (np.zeros((2, 2), "int64"), "masks: expected a path or a uint8 array"),
        (None, "masks: expected a path or a uint8 array"),
        (b"no image", "image bytes: expected"),
        ("nowhere.png", "nowhere.png: expected an image file. Received: no such file"),
    ],
    ids=str,
)
def test_what_is_no_mask_is_told(mask, message):
    with pytest.raises(UserError, match=message):
        as_mask(mask)
