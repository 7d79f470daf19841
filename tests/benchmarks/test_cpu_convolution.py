"""Both forms of a layer compute the same, in turn."""

import pytest

import fast_style.common.networks.image_network
from benchmarks.cpu_convolution import LAYERS, compare, layer
from fast_style.common.layers import cpu_convolutions


@pytest.mark.parametrize("description", LAYERS, ids=lambda description: description[0])
def test_both_forms_of_a_layer_compute_the_same(description):
    """The largest of each gradient, of which the outputs are the upstream one: equal to float32's rounding."""
    _, size, _, filters, stride, doubled, _ = description
    theirs, ours = (layer(form, (1, 12, 12, 8), size, filters, stride, doubled, True)() for form in (False, True))
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_turns_are_taken_with_and_without_the_forms():
    made = []

    def make(ours):
        made.append((ours, fast_style.common.networks.image_network.cpu_convolutions is cpu_convolutions))
        return lambda: None

    (_, _, theirs), (_, spread, ours) = compare(make, rounds=2)
    assert made == [(False, False), (True, True)]
    assert min(theirs, ours) > 0
    assert "to" in spread
