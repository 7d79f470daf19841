"""Every network that ships goes to every form and verifies, each in a fresh process."""

import pytest

from export.cli import main
from export.settings import TFLITE_PRECISIONS
from export.source import shipped_entries
from export.verify import verify

NAMES = list(shipped_entries())


def test_both_tasks_ship():
    assert {"starry_night", "x4_pixel", "x8_pixel"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_for_tf_serving(tmp_path, name):
    """A SavedModel with its model card, for results of at most 256x256 so that verifying is quick."""
    options = ["--warmup", "16x16", "--max-pixels", str(1 << 16)]
    assert not main(["serving", str(tmp_path / "models"), "--models", name, *options])
    comparisons = verify(tmp_path / "models" / name / "1")
    assert len(comparisons) == 6  # three signatures, two sizes
    assert all(comparison.holds for comparison in comparisons)


@pytest.mark.parametrize("precision", TFLITE_PRECISIONS)
@pytest.mark.parametrize("name", NAMES)
def test_for_phones(tmp_path, photo_folder, name, precision):
    file = tmp_path / f"{name}.tflite"
    options = ["--calibration", str(photo_folder)] if precision == "int8" else []
    assert not main(["tflite", name, str(file), "--size", "32x48", "--precision", precision, *options])
    comparisons = verify(file)
    assert len(comparisons) == 2
    assert all(comparison.holds for comparison in comparisons)
