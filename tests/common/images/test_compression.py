"""JPEG as tensors: libjpeg, through Pillow, is what it is held against."""

import io

import numpy as np
import pytest
from PIL import Image

from fast_style.common.images.compression import compressed


def _picture(sides=(40, 51)):
    rows, columns = np.mgrid[: sides[0], : sides[1]]
    waves = [np.sin(rows / 5 + k) * np.cos(columns / (3 + k)) for k in range(3)]
    grain = np.random.default_rng(0).normal(0, 12, (*sides, 3))
    return np.clip(128 + 80 * np.stack(waves, -1) + grain, 0, 255).astype("uint8")


def _jpeg(picture, quality):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(file), "float32")


@pytest.mark.parametrize("quality", [10, 35, 50, 75, 95])
def test_it_is_what_libjpeg_makes(quality):
    """To a level: libjpeg rounds to whole numbers on the way back, too. Sides of 40x51 are no multiples of 8."""
    picture = _picture()
    expected = _jpeg(picture, quality)
    found = np.asarray(compressed(picture[None].astype("float32"), quality))[0]
    assert np.abs(expected - picture).mean() > 3
    # Squares at the border are filled up by other pixels there.
    assert np.abs(found - expected)[:40, :48].mean() < 1


def test_each_of_a_batch_has_its_quality():
    pictures = np.stack([_picture(), _picture()]).astype("float32")
    both = np.asarray(compressed(pictures, np.array([20.0, 90.0], "float32")))
    for found, quality in zip(both, (20.0, 90.0), strict=True):
        np.testing.assert_allclose(found, np.asarray(compressed(pictures[:1], quality))[0], atol=0.1)
    assert np.abs(both[0] - pictures[0]).mean() > 1.5 * np.abs(both[1] - pictures[1]).mean()
