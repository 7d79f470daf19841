"""Short labels where they are distinct, whole ones where not."""

from pathlib import Path

import pytest

from fast_style.common.labels import distinct_labels


@pytest.mark.parametrize(
    ("items", "taken", "expected"),
    [
        (["a/x.keras", "b/y.keras"], (), ["x", "y"]),
        (["a/x.keras", "b/x.keras"], (), ["a/x.keras", "b/x.keras"]),
        (["a/x.keras", "b/y.keras"], ("y",), ["a/x.keras", "b/y.keras"]),
        ([Path("a/x"), Path("b/x")], (), ["a/x", "b/x"]),
    ],
)
def test_labels(items, taken, expected):
    assert distinct_labels(items, lambda item: Path(item).stem, taken) == dict(zip(expected, items, strict=True))
