"""The shape that a value of JSON must have."""

import pytest

from fast_style.common.json_shape import Maybe, json_fault

SHAPE = {"name": str, "sizes": [(range(1, 9), None)], "kind": {"a", "b"}, "terms": {str: float}, "note": Maybe(str)}
RIGHT = {"name": "x", "sizes": [1, None], "kind": "a", "terms": {"loss": 1, "style": 0.5}, "more": {}}


def test_what_has_the_shape():
    assert json_fault(RIGHT, SHAPE) is None
    assert json_fault({**RIGHT, "note": None}, SHAPE) is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": 1}, "name: expected a string. Received: 1"),
        ({"sizes": [1, 9]}, "sizes[1]: expected a whole number from 1 to 8 or null. Received: 9"),
        ({"sizes": [True]}, "sizes[0]: expected a whole number from 1 to 8 or null. Received: True"),
        ({"sizes": {}}, "sizes: expected a list. Received: {}"),
        ({"kind": []}, "kind: expected one of a, b. Received: []"),
        ({"terms": {"loss": float("nan")}}, "terms.loss: expected a finite number. Received: nan"),
        ({"terms": {"loss": False}}, "terms.loss: expected a finite number. Received: False"),
        ({"terms": {"loss": 10**400}}, f"terms.loss: expected a finite number. Received: {str(10**400)[:80]}"),
        ({"note": 3}, "note: expected a string. Received: 3"),
    ],
)
def test_what_has_another(changes, fault):
    assert json_fault({**RIGHT, **changes}, SHAPE) == fault


def test_what_is_lacking_or_of_another_kind():
    assert json_fault({}, {"name": str}) == "name: expected a string. Received: none"
    assert json_fault([], SHAPE) == "expected an object. Received: []"
