"""The two architectures are timed."""

import pytest

from benchmarks.architectures import architectures
from benchmarks.architectures import compare as compare_architectures


@pytest.mark.slow
def test_architectures_are_timed_in_both_precisions():
    """Half the filters are a quarter of the kernels between layers: (paper's table) 1,677,635 parameters to 421k."""
    networks = architectures()
    assert {precision: network.compute_dtype for (_, precision), network in networks.items()} == {
        "float32": "float32",
        "mixed_bfloat16": "bfloat16",
    }
    assert 3.9 < networks["paper", "float32"].count_params() / networks["fast", "float32"].count_params() < 4.1
    seconds = compare_architectures({key: networks[key] for key in [("fast", "float32")]}, 16, rounds=2)
    assert [len(taken) for taken in seconds.values()] == [2]
