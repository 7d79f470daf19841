"""Optimisation of files: the pictures that are left."""

import numpy as np

from fast_style.common.commands.photo_jobs import Job
from fast_style.common.images.image_io import Photo, read_photo, write_photo
from fast_style.optimization.jobs import optimize_files
from fast_style.settings import OptimizationSettings


def test_pictures_on_the_way_are_as_transparent_as_the_result(tmp_path):
    """Visible on the left alone; from 32x32 to 64x64, whose first half of iterations is of the coarser."""
    random = np.random.default_rng(0)
    alpha = np.zeros((64, 64), np.uint8)
    alpha[:, :32] = 255
    write_photo(tmp_path / "one.png", Photo(random.integers(0, 256, (64, 64, 3), np.uint8), alpha))
    write_photo(tmp_path / "style.png", random.integers(0, 256, (64, 64, 3), np.uint8))
    settings = OptimizationSettings(
        style=(str(tmp_path / "style.png"),),
        loss_weights="random",
        style_layers=("relu1_1",),
        content_layers=("relu1_1",),
        precision="float32",
        iterations=1,
        scales=2,
        save_every=1,
    )
    job = Job(str(tmp_path / "one.png"), str(tmp_path / "out.png"), "png")
    assert optimize_files([job], settings, progress=False)[1:] == ([], None)
    for name, side in (("out_iteration-00001", 32), ("out_iteration-00002", 64), ("out", 64)):
        found = read_photo(tmp_path / f"{name}.png").alpha
        assert found.shape == (side, side)
        assert found[:, : side // 2 - 2].min() == 255
        assert found[:, side // 2 + 2 :].max() == 0
