"""The tables of TFLite files."""

import pytest
from PIL import Image

from fast_style.common.images.sample_photos import sample_photos
from tools import export_table


@pytest.mark.slow
def test_each_precision_has_a_row(tmp_path, capsys):
    Image.fromarray(sample_photos()["coffee"][:64, :64]).save(tmp_path / "photo.png")
    export_table.main(["--calibration", str(tmp_path), "--networks", "x4_srcnn", "--size", "128x128"])
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| x4_srcnn")]
    assert [row[2] for row in rows[:4]] == ["float32", "float16", "dynamic", "int8"]
    assert all("32x32" in row[1] and "CONV_2D" in other[2] for row, other in zip(rows[:4], rows[4:], strict=True))
