"""What Linux says of the processor is read as it is written."""

import platform
from pathlib import Path

import pytest

from fast_style.common import processor


@pytest.fixture(autouse=True)
def forget():
    processor.instruction_sets.cache_clear()
    yield
    processor.instruction_sets.cache_clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model name\t: X\nflags\t\t: fpu avx2 avx512f\n", {"fpu", "avx2", "avx512f"}),
        ("flags\t\t: fpu avx2\n\nflags\t\t: other\n", {"fpu", "avx2"}),
        ("Features\t: asimd\n", set()),
    ],
    ids=["AVX-512", "first core", "Arm"],
)
def test_flags_of_the_first_core(text, expected, monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda self: text)
    assert processor.instruction_sets() == expected
    assert processor.has_avx512() == ("avx512f" in expected)


def test_elsewhere_there_is_nothing_to_read(monkeypatch):
    def missing(self):
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "read_text", missing)
    assert not processor.has_avx512()
    assert processor.describe_processor() == (platform.processor() or platform.machine())


def test_described_with_what_decides_the_precision(monkeypatch):
    monkeypatch.setattr(
        Path, "read_text", lambda self: "model name\t: X\nflags\t\t: fpu avx512f avx2\n\nmodel name\t: Y\n"
    )
    assert processor.describe_processor() == "X (avx2, avx512f)"
