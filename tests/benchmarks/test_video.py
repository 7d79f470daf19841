"""What the benchmark of moving pictures reads and computes, by hand."""

import numpy as np
import pytest

pytest.importorskip("cv2")

from benchmarks.video import calmed, flicker, read_flo
from fast_style.common.errors import UserError


def test_flicker_is_the_mean_over_pairs_of_the_error_and_of_its_root_over_channels():
    """Greys of 0, 51 and 0 levels: 0.2^2 twice; the root of three channels' sum is 0.2 sqrt(3)."""
    frames = [np.full((8, 8, 3), level, np.uint8) for level in (0, 51, 0)]
    at_rest = np.zeros((8, 8, 2), np.float32), np.ones((8, 8), bool)
    assert flicker(frames, [at_rest] * 2) == pytest.approx((0.04, 0.2 * np.sqrt(3)))


def test_each_clip_is_calmed_by_itself():
    frames = [np.full((40, 40, 3), 90, np.uint8)] * 2
    for _ in range(2):
        lighter = iter((10, 30))
        painted = calmed(frames, lambda frame, lighter=lighter: frame + next(lighter), strength=0.5)
        assert [picture.mean() for picture in painted] == [100, 110]


def test_true_flow_is_read_as_middlebury_writes_it(tmp_path):
    flow = np.arange(12, dtype="<f4").reshape(2, 3, 2)
    header = np.float32(202021.25).tobytes() + np.array([3, 2], "<i4").tobytes()
    (tmp_path / "a.flo").write_bytes(header + flow.tobytes())
    assert np.array_equal(read_flo(tmp_path / "a.flo"), flow)
    (tmp_path / "b.flo").write_bytes(b"nothing of it")
    with pytest.raises(UserError, match=r"b\.flo: expected a \.flo file"):
        read_flo(tmp_path / "b.flo")
