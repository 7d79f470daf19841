"""A figure as a file: what it says of itself, and what is left of one that is stopped."""

import dataclasses
import hashlib
import os
import signal

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.contact_sheet import GAP
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.settings import VisualizationSettings
from fast_style.visualization import jobs as visualization_jobs
from fast_style.visualization.jobs import _caption, visualize_file


@pytest.fixture
def painting(tmp_path):
    path = tmp_path / "noise.png"
    write_photo(path, np.random.default_rng(0).integers(0, 256, (16, 20, 3), np.uint8))
    return path


def settings(**changes):
    tiny = {"loss_weights": "random", "precision": "float32", "layers": ("relu1_1", "relu1_2")}
    return VisualizationSettings(**{**tiny, "iterations": 7, **changes})


def test_the_caption_names_what_made_the_figure(painting):
    random = build_loss_network("vgg16", ("relu1_1",), "random")
    plain = _caption("content", painting, random, "float32", settings(tv_weight=1e-4, seed=3))
    assert plain.startswith(
        f"noise.png, sha256 {hashlib.sha256(painting.read_bytes()).hexdigest()}, at a long side of at most 256; eq. 2, "
        "vgg16 (random), 7 iterations of L-BFGS within 0..255 from white noise of seed 3, total variation 0.0001; "
        "float32; python 3."
    )
    for part in ("tensorflow 2.", "keras 3.", "scipy 1.", visualization_jobs.describe_processor()):
        assert part in plain
    from_file = dataclasses.replace(random, weights="/home/me/vgg.npz", sha256="w" * 64)
    assert f"vgg16 (vgg.npz, sha256 {'w' * 64}), 7" in _caption("content", painting, from_file, "float32", settings())
    averaging = build_loss_network("vgg16", ("relu1_1",), "random", pooling="average")
    average = _caption("style", painting, averaging, "float32", settings(pooling="average"))
    assert "eq. 4, vgg16 (random, average pooling), 7 iterations" in average


def test_a_stopped_figure_keeps_the_pictures_that_were_begun(painting, tmp_path, monkeypatch):
    """SIGINT in the first of two pictures: cells of 20 with gaps of 6; the photograph, one picture, an empty cell."""
    real = visualization_jobs.IterationProgress.update

    def update_and_interrupt(progress, terms):
        real(progress, terms)
        if progress.done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(visualization_jobs.IterationProgress, "update", update_and_interrupt)
    assert visualize_file("content", painting, tmp_path / "figure.png", settings())
    cells = read_photo(tmp_path / "figure.png").rgb[30:44]
    first, second = (cells[:, GAP + n * (20 + GAP) : (n + 1) * (20 + GAP)] for n in (1, 2))
    assert first.std() > 10
    assert second.std() == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": -1}, "seed: expected at least 0. Received: -1"),
        ({"precision": "mixed_float16"}, "--precision: expected auto, float32 or mixed_bfloat16, because gradients"),
        ({"layers": ("relu3_1",), "size": 3}, "photo: expected at least 4 pixels a side for relu3_1. Received: 3x2"),
    ],
)
def test_what_cannot_be_done_is_named_and_leaves_nothing(painting, tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        visualize_file("content", painting, tmp_path / "figure.png", settings(**changes))
    assert not (tmp_path / "figure.png").exists()
