"""What a stranger, a bad disk or a slip of the hand makes of a file: the same again at each call with the same seed."""

import copy

import numpy as np

from fast_style.common.errors import UserError

# In the place of any value of JSON.
ODD = (
    None, True, False, 0, 1, -1, 3, 0.5, -7.25, 10**6, 10**9, 10**30, 10**400, 1e308, float("nan"), float("inf"),
    "", "x", "\0", "../../etc/passwd", "float32", "a" * 10_000, [], [[]], [None], [1e9] * 3, {}, {"a": {}},
    {"class_name": "__lambda__", "config": {"value": "x"}},
    {"class_name": "function", "module": "os", "config": "abort"},
)  # fmt: skip


def refusal(attempt, *arguments):
    """The one line with which a function refuses what it is given; None where it takes it."""
    try:
        attempt(*arguments)
    except UserError as error:
        line = str(error)
    else:
        return None
    assert len(line.splitlines()) == 1
    assert len(line) < 1000
    return line


def tampered_values(value, count, seed=0):
    """Copies of a value of JSON, in each of which one value or key is odd, lacking or doubled.

    Args:
        value: a dict.
        count: how many.
        seed: of what is drawn.
    """
    generator = np.random.default_rng(seed)
    for _ in range(count):
        changed = copy.deepcopy(value)
        container, key = _place(changed, generator)
        match generator.integers(8):
            case 0:
                del container[key]
            case 1 if isinstance(container, dict):
                container[f"{key}_"] = container.pop(key)
            case 2:
                container[key] = [copy.deepcopy(container[key])] * 2
            case _:
                container[key] = ODD[generator.integers(len(ODD))]
        yield changed


def _place(value, generator):
    """A container within a value, and a key of it: each as likely as the others."""
    places, left = [], [value]
    while left:
        container = left.pop()
        keys = container if isinstance(container, dict) else range(len(container))
        places += [(container, key) for key in keys]
        left += [container[key] for key in keys if isinstance(container[key], dict | list)]
    return places[generator.integers(len(places))]


def tampered_bytes(content, count, seed=0):
    """Copies of a file's bytes: cut short, with bytes flipped, zeroed, doubled or lacking."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        changed = bytearray(content)
        start = int(generator.integers(len(content)))
        stop = start + int(generator.integers(1, 64))
        match generator.integers(6):
            case 0:
                del changed[start:]
            case 1:
                del changed[start:stop]
            case 2:
                changed[start:start] = changed[start:stop]
            case 3:
                changed[start:stop] = bytes(len(changed[start:stop]))
            case _:
                for place in generator.integers(len(content), size=4):
                    changed[place] ^= 1 << generator.integers(8)
        yield bytes(changed)
