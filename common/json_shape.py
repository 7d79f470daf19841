"""The shape that a value of JSON must have, as a value of Python that looks like it."""

import dataclasses

from fast_style.common.errors import is_finite_number

NUMBERS = {int: "a whole number", float: "a finite number"}
KINDS = {str: "a string", bool: "true or false", dict: "an object", list: "a list", **NUMBERS}


@dataclasses.dataclass(frozen=True)
class Maybe:
    """Of a key that may be absent or null: the shape that its value has where it is there."""

    shape: object


def json_fault(value, shape, name=""):
    """What is wrong with a value, in words for an error; None where nothing is.

    Args:
        value: of JSON.
        shape: ``str``, ``bool``, ``int``, ``float``, ``dict`` or ``list``: such a value, where a float is any finite
            number; None: null; a ``range``: a whole number in it; a set: one of its strings; ``{key: shape}``: an
            object with these keys, whatever others it has; ``{str: shape}``: one whose every value has a shape;
            ``[shape]``: a list likewise; a tuple of shapes: one of them.
        name: of the value, for the error.
    """
    if isinstance(shape, dict) and isinstance(value, dict):
        return _first(_members(value, shape, name))
    if isinstance(shape, list) and isinstance(value, list):
        return _first((item, shape[0], f"{name}[{number}]") for number, item in enumerate(value))
    options = shape if isinstance(shape, tuple) else (shape,)
    if any(_is(value, option) for option in options):
        return None
    expected = " or ".join(dict.fromkeys(_described(option) for option in options))
    return f"{name + ': ' if name else ''}expected {expected}. Received: {value!r:.80}"


def _members(value, shape, name):
    if str in shape:
        for key, item in value.items():
            yield item, shape[str], _joined(name, key)
        return
    for key, wanted in shape.items():
        if isinstance(wanted, Maybe):
            if value.get(key) is not None:
                yield value[key], wanted.shape, _joined(name, key)
        elif key not in value:
            yield _Missing(), wanted, _joined(name, key)
        else:
            yield value[key], wanted, _joined(name, key)


def _first(members):
    return next(filter(None, (json_fault(*member) for member in members)), None)


def _joined(name, key):
    return f"{name}.{key}" if name else key


class _Missing:
    def __repr__(self):
        return "none"


def _is(value, shape):
    if shape is None:
        return value is None
    if isinstance(shape, range):
        return type(value) is int and value in shape
    if isinstance(shape, set | frozenset):
        return isinstance(value, str) and value in shape
    if isinstance(shape, dict | list):
        return isinstance(value, type(shape)) and json_fault(value, shape) is None
    if shape is float:
        return is_finite_number(value)
    return type(value) is shape


def _described(shape):
    if shape is None:
        return "null"
    if isinstance(shape, range):
        return f"a whole number from {shape.start} to {shape.stop - 1}"
    if isinstance(shape, set | frozenset):
        return f"one of {', '.join(sorted(shape))}"
    return KINDS[shape if isinstance(shape, type) else type(shape)]
