"""ConditionalInstanceNormalization by itself; networks of it are in tests/fast_style/test_conditions.py."""

import numpy as np
import pytest

from fast_style.common.layers import ConditionalInstanceNormalization


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_inputs_of_any_type_come_back_in_it(dtype):
    """Of values 1 and 3 normalized, -1 and 1, twice: half of 1 and of 3."""
    layer = ConditionalInstanceNormalization(2)
    layer.build((1, 1, 2, 1))
    layer.gamma.assign([[1.0], [3.0]])
    result = np.asarray(layer(np.array([[[[1.0], [3.0]]]], dtype), np.array([[0.5, 0.5]])))
    assert result.dtype == dtype
    np.testing.assert_allclose(result.ravel(), [-2, 2], rtol=1e-3)
