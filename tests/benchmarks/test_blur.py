"""The blur effect tells the losses of super-resolution apart."""

import pytest

from benchmarks.blur import measure as measure_blur
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos


@pytest.mark.slow
def test_perceptual_losses_are_sharper_than_the_pixel_loss_and_that_than_bicubic_interpolation(tmp_path):
    """Of the sample photographs; the truth is the least blurred.

    docs/experiments/2026-11-29-features-and-means.md has it of Set14, where the two are 0.009 apart.
    """
    for name, photo in sample_photos().items():
        write_photo(tmp_path / f"{name}.png", photo[60:252, 100:292])
    blur = measure_blur(tmp_path, ["x4_pixel", "x4_feature"])
    assert sorted(blur, key=blur.get) == ["truth", "x4_feature", "x4_pixel", "bicubic"]
    assert blur["x4_pixel"] - blur["x4_feature"] > 0.005
