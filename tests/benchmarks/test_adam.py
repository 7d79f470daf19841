"""Both optimizers update the same variables, in turns."""

import keras
import numpy as np
import pytest

from benchmarks import adam
from fast_style.common.training.adam import Adam


@pytest.mark.slow
def test_a_row_for_each_network_and_optimizer(capsys):
    adam.main(["--rounds", "2", "--networks", "starry_night_fast"])
    rows = [line.split("|")[1:3] for line in capsys.readouterr().out.splitlines()[4:]]
    assert rows == [[" starry_night_fast ", " Keras's Adam "], [" starry_night_fast ", " ours "]]


@pytest.mark.slow
def test_what_is_timed_moves_all_variables_alike():
    """By 0.001 a step, the rate: gradients that stay the same are their own moments."""
    optimizers = keras.optimizers.Adam(), Adam()
    updates = [adam.update("starry_night_fast", optimizer) for optimizer in optimizers]
    before = [[variable.numpy() for variable in optimizer._trainable_variables] for optimizer in optimizers]
    for update in updates:
        update()
    theirs, ours = (
        [variable.numpy() - old for variable, old in zip(optimizer._trainable_variables, olds, strict=True)]
        for optimizer, olds in zip(optimizers, before, strict=True)
    )
    for their, our in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(our, their, atol=1e-6)
        np.testing.assert_allclose(np.median(np.abs(our)), 1e-3, rtol=1e-3)
