"""Files of a fixed size hold what LiteRT's delegate for GPUs takes: it refuses a whole file for one operator.

Those of networks that ship are looked at where they are made, in tests/export/test_shipped_networks.py.
"""

import pytest

from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.rebuilding import rebuilt
from fast_style.export.comparison import cover
from fast_style.export.tflite import builtin_names, compare, convert, operators
from tests.export.ml_drift import OPERATORS
from tests.levels import quick_first


def test_the_list_has_names_of_operators():
    assert len(OPERATORS) > 80
    assert set(builtin_names().values()) >= OPERATORS


# A picture of 1x22 is reflected beyond its sides, to and fro; 30x41 is no multiple of 4.
@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), quick_first([("style", (1, 22)), ("x2", (5, 2)), ("style", (30, 41))], 2))
def test_tiny_networks(sources, name, size):
    network = sources[name].network
    content = convert(rebuilt(network), size=size)
    assert set(operators(content)) <= OPERATORS
    assert min(compare(content, network, [cover(sample_photos()["coffee"], *size)])) > 45
