"""The choice of a normalization layer by name."""

import keras
import pytest

from fast_style.common.errors import UserError
from fast_style.common.layers import InstanceNormalization
from fast_style.common.layers.normalization import NORMALIZATIONS, make_normalization


def test_instance():
    layer = make_normalization("instance", name="norm", dtype="mixed_bfloat16")
    assert type(layer) is InstanceNormalization
    assert (layer.name, layer.epsilon, layer.dtype_policy.name) == ("norm", 1e-5, "mixed_bfloat16")


def test_batch_has_torch_momentum_and_epsilon():
    """Torch's momentum of 0.1 is the share of the new batch; Keras' is that of the old average, 0.9."""
    layer = make_normalization("batch", name="norm", dtype="float32")
    assert type(layer) is keras.layers.BatchNormalization
    assert (layer.momentum, layer.epsilon) == (0.9, 1e-5)


def test_none():
    assert make_normalization("none") is None


def test_unknown_is_refused():
    with pytest.raises(UserError, match=r"normalization: expected one of instance, batch, none. Received: 'layer'"):
        make_normalization("layer")


def test_no_condition_is_refused():
    with pytest.raises(UserError, match=r"^conditions: expected a whole number of at least 1\. Received: 0$"):
        make_normalization("instance", conditions=0)


def test_every_name_that_is_offered_is_made():
    for kind in NORMALIZATIONS:
        make_normalization(kind)
