"""The same network anew: copied weights, another precision."""

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks import precision
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.networks.rebuilding import copy_weights, in_precision, rebuilt
from fast_style.network import TransformationNetwork


@pytest.fixture
def network():
    keras.utils.set_random_seed(3)
    return TransformationNetwork(width=4, upsampling="resize")


def test_weights_of_another_architecture_are_not_copied(network):
    with pytest.raises(UserError, match="expected .* TransformationNetwork of width=8.* Received: .* of width=4"):
        copy_weights(network, TransformationNetwork(width=8))


@pytest.mark.slow
def test_a_precision_is_another_network_only_where_it_is_another(network):
    assert in_precision(network, "float32") is network
    reduced = in_precision(network, "mixed_bfloat16")
    assert (reduced.compute_dtype, reduced.variable_dtype) == ("bfloat16", "float32")
    assert reduced.to_rgb.compute_dtype == "bfloat16"
    for before, after in zip(network.get_weights(), reduced.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_auto_takes_what_is_quickest_forward(network, monkeypatch):
    """A network of a run in bfloat16 paints in float32 where that is quicker."""
    with dtype_policy("mixed_bfloat16"):
        trained = rebuilt(network, "mixed_bfloat16")
    asked = []
    monkeypatch.setattr(precision, "fastest_precision", lambda training: asked.append(training) or "float32")
    assert in_precision(trained).compute_dtype == "float32"
    assert asked == [False]


def test_an_unknown_precision_is_refused(network):
    with pytest.raises(UserError, match="precision: expected one of auto, .* Received: 'half'"):
        in_precision(network, "half")
