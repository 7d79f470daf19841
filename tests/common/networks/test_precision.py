"""Precision: what `auto` resolves to, and the dtype policy within a block."""

import keras
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.networks import precision
from fast_style.common.networks.precision import PRECISIONS, dtype_policy, fastest_precision, resolve_precision


@pytest.mark.parametrize("name", PRECISIONS[1:])
def test_a_named_precision_is_taken_as_it_is(name):
    assert resolve_precision(name) == name


def test_auto_resolves_to_a_policy_that_keras_knows():
    """The measurement itself, on whatever machine this is."""
    name = resolve_precision("auto")
    assert name in PRECISIONS[1:]
    assert keras.dtype_policies.get(name).variable_dtype == "float32"


def test_auto_is_measured_once_a_process(monkeypatch):
    first = resolve_precision("auto")
    monkeypatch.setattr(precision, "_seconds", lambda dtypes, training: pytest.fail("measured again"))
    assert resolve_precision("auto") == first


@pytest.mark.parametrize("name", ["float16", "bfloat16", "", None, "Auto"])
def test_unknown_is_refused(name):
    with pytest.raises(UserError) as caught:
        resolve_precision(name)
    assert str(caught.value) == (
        f"precision: expected one of auto, float32, mixed_bfloat16, mixed_float16. Received: {name!r}"
    )


@pytest.mark.parametrize(
    "gpu, bfloat16, float16, expected",
    [
        (False, 0.50, 0.01, "mixed_bfloat16"),  # float16 is not tried on a CPU
        (False, 0.85, 0.01, "float32"),  # less than a fifth is won
        (False, 2.00, 0.01, "float32"),
        (True, 0.50, 0.48, "mixed_bfloat16"),  # within a tenth: bfloat16 needs no loss scaling
        (True, 0.90, 0.40, "mixed_float16"),  # a GPU without bfloat16 units
        (True, 0.95, 0.90, "float32"),
    ],
)
def test_the_choice_by_the_seconds_measured(gpu, bfloat16, float16, expected, monkeypatch):
    """Seconds relative to float32's 1."""
    seconds = {tf.float32: 1.0, tf.bfloat16: bfloat16, tf.float16: float16}
    monkeypatch.setattr(precision, "_seconds", lambda dtypes, training: {dtype: seconds[dtype] for dtype in dtypes})
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["GPU:0"] if gpu else [])
    assert fastest_precision.__wrapped__() == expected


def test_forward_alone_may_be_faster_in_another_precision(monkeypatch):
    """A processor without AVX-512: bfloat16 is quick forward, ten times slower backward."""
    seconds = {(tf.float32, True): 3.0, (tf.float32, False): 1.0, (tf.bfloat16, True): 30.0, (tf.bfloat16, False): 0.5}
    monkeypatch.setattr(precision, "_seconds", lambda dtypes, training: {d: seconds[d, training] for d in dtypes})
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert fastest_precision.__wrapped__(training=True) == "float32"
    assert fastest_precision.__wrapped__(training=False) == "mixed_bfloat16"


@pytest.mark.parametrize("training", [True, False])
def test_each_type_is_measured(training):
    found = precision._seconds((tf.float32, tf.bfloat16), training)
    assert set(found) == {tf.float32, tf.bfloat16}
    assert all(0 < seconds < 60 for seconds in found.values())


def test_policy_holds_within_the_block_and_is_restored():
    before = keras.config.dtype_policy()
    with dtype_policy("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        with dtype_policy("float32"):
            assert keras.config.dtype_policy().name == "float32"
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert keras.config.dtype_policy() == before


def test_policy_is_restored_after_an_error():
    before = keras.config.dtype_policy()
    with pytest.raises(RuntimeError), dtype_policy("mixed_float16"):
        raise RuntimeError
    assert keras.config.dtype_policy() == before
