"""Every kind of network that ships goes to every form and verifies in a fresh process."""

import pytest

from fast_style.common.networks.source import shipped_sources
from fast_style.export.cli import main
from fast_style.export.fresh_process import FreshProcess
from fast_style.export.settings import TFLITE_PRECISIONS
from fast_style.export.tflite import most_dimensions, operators
from fast_style.export.verification import verify
from fast_style.settings import MARGIN
from tests.export.ml_drift import OPERATORS
from tests.levels import quick_first

pytestmark = pytest.mark.usefixtures("eager_pictures")

SHIPPED = shipped_sources()
NAMES = list(SHIPPED)


def graph(config):
    """What makes the graph: matching histograms is done behind it, and how wide a margin is, is a number in it."""
    margin = config.get("margin", 0 if "factor" in config else MARGIN)
    made_of = {**config, "histogram_matching": None, "margin": margin > 0}
    return str(sorted(made_of.items()))


# Networks that differ in their weights alone make the same graph: the first stands for all. In int8 ranges of values
# count, so there the networks for phones are all tried; exporting refuses one that loses too much.
KINDS = list({graph(source.config): name for name, source in reversed(SHIPPED.items())}.values())


def precisions(name):
    """Of TFLite files; int8 is for networks of one painting."""
    return [kind for kind in TFLITE_PRECISIONS if kind != "int8" or not SHIPPED[name].conditions]


PHONES = [
    (name, kind) for name in NAMES for kind in precisions(name) if name in KINDS or (kind == "int8" and "_fast" in name)
]


@pytest.fixture(scope="module")
def process():
    with FreshProcess() as process:
        yield process


def test_both_tasks_ship():
    assert {"starry_night", "x4_pixel", "x8_pixel"} <= set(NAMES)


def test_every_kind_is_there():
    """A style, super-resolution by 4 and 8, in the paper's layout, SRCNN."""
    assert {"starry_night", "x4_pixel", "x4_paper", "x4_srcnn", "x8_pixel"} <= set(KINDS)


@pytest.mark.parametrize("name", quick_first(KINDS, 0))
def test_for_tf_serving(tmp_path, process, name):
    """A SavedModel with its model card, for results of at most 128x128 so that verifying is quick."""
    options = ["--warmup", "16x16", "--max-pixels", str(1 << 14)]
    assert not main(["serving", str(tmp_path / "models"), "--models", name, *options])
    comparisons = verify(tmp_path / "models" / name / "1", process=process)
    assert len(comparisons) == (10 if SHIPPED[name].conditions else 6)  # signatures at two sizes; two have weights, too
    assert all(comparison.holds for comparison in comparisons)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "precision"), quick_first(PHONES))
def test_for_phones(tmp_path, photo_folder, process, name, precision):
    """And have what LiteRT's delegate for GPUs takes, as those of tests/export/test_gpu_delegate.py."""
    file = tmp_path / f"{name}.tflite"
    options = ["--calibration", str(photo_folder)] if precision == "int8" else []
    assert not main(["tflite", name, str(file), "--size", "64x64", "--precision", precision, *options])
    content = file.read_bytes()
    assert set(operators(content)) <= OPERATORS
    assert most_dimensions(content) <= 4
    comparisons = verify(file, process=process)
    assert len(comparisons) == 2
    assert all(comparison.holds for comparison in comparisons)
