"""A network as a compiled function from picture to picture."""

import logging

import numpy as np
import pytest

from fast_style.network import TransformationNetwork


@pytest.mark.slow
def test_many_networks_in_one_process_are_no_reason_to_warn():
    """TensorFlow warns at the fifth function that shares its code and is traced within its latest ten calls."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.getLogger("tensorflow")
    logger.addHandler(handler)
    try:
        for _ in range(6):
            render = TransformationNetwork(width=1).render
            assert render(np.zeros((1, 8, 8, 3), np.uint8)).shape == (1, 8, 8, 3)
    finally:
        logger.removeHandler(handler)
    assert [record.getMessage() for record in records] == []
