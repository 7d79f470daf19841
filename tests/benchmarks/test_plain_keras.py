"""The network in plain Keras is the same network."""

import pytest

from benchmarks.graph import convolution_multiply_adds
from benchmarks.plain_keras import _network
from fast_style.network import TransformationNetwork


@pytest.mark.slow
@pytest.mark.parametrize("training", [True, False])
def test_plain_keras_computes_the_same_network(training):
    """At 64 pixels: 64 + 80 = 144, and 160 with the margin of 16 that is computed outside training."""
    ours, plain = TransformationNetwork(), _network(0 if training else 8)
    assert ours.count_params() == plain.count_params()
    counts = [convolution_multiply_adds(lambda x, n=n: n(x, training=training), 64) for n in (ours, plain)]
    assert counts[0] == counts[1]
    # By hand, the first layer at that size alone: pixels * 9 * 9 * 3 * 32.
    assert counts[0] > (64 + 80 if training else 64 + 96) ** 2 * 9 * 9 * 3 * 32
