"""Sizes of photographs are timed and plotted."""

import pytest

from benchmarks import photo_sizes
from fast_style.common.images.image_io import read_photo


@pytest.mark.slow
def test_sizes_of_photographs_are_timed_and_plotted(tmp_path, capsys):
    command = ["--megapixels", "0.01", "0.02", "--streaming", "exact", "--style", "starry_night_fast"]
    photo_sizes.main([*command, "--precision", "float32", "-o", str(tmp_path / "sizes.png")])
    rows = [line.split("|")[1:3] for line in capsys.readouterr().out.splitlines()[4:]]
    assert rows == [[" 0.01 ", " exact "], [" 0.02 ", " exact "]]
    assert read_photo(tmp_path / "sizes.png").rgb.shape == (400, 640, 3)
