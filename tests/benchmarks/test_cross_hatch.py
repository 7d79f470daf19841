"""The measure of hatching, by hand."""

import numpy as np
import pytest

from benchmarks.cross_hatch import pattern


def test_pattern_by_hand():
    """One column of four is 255 in G, of luma 128.553, more than black: a mean of a quarter, deviations 3/4 and -1/4.

    Of their squares, 9/16 and three times 1/16, the mean is 3/16. A cell that is not flat does not count.
    """
    bicubic = np.zeros((8, 12, 3), np.uint8)
    picture = bicubic.copy()
    picture[:, ::4, 1] = 255
    expected = 128.553 * (3 / 16) ** 0.5
    assert pattern(bicubic, picture, 4) == pytest.approx(expected, rel=1e-5)
    assert pattern(picture, picture, 2) == 0
    bicubic[:, 10:], picture[:, 8:] = 255, 77
    assert pattern(bicubic, picture, 4) == pytest.approx(expected, rel=1e-5)
