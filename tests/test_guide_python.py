"""The code of docs/guide/python.md runs as it is written, on a small painting and a few photographs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.images.image_io import write_photo

GUIDE = (Path(__file__).parents[1] / "docs" / "guide" / "python.md").read_text()
BLOCKS = dict(re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?```python\n(.*?)```", GUIDE, re.DOTALL | re.MULTILINE))
# Only the sizes are cut, and the loss network's weights are not downloaded.
SMALLER = {
    "size=256, batch_size=4": "size=32, batch_size=2",
    "size=288, batch_size=4": "size=32, batch_size=2",
    "factor=4)": "factor=4, width=2)",
    "tv_weight=1e-5)": "tv_weight=1e-5, loss_weights='random', style_size=32)",
    "PerceptualLoss()": "PerceptualLoss(loss_weights='random')",
}


@pytest.fixture
def folder(tmp_path, monkeypatch, eager_pictures):
    """With what the blocks read."""
    generator = np.random.default_rng(0)
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for path in ("starry_night.jpg", "me.jpg", *(f"photos/{i}.jpg" for i in range(2))):
        write_photo(path, generator.integers(0, 256, (40, 48, 3), np.uint8), "jpg")
    return tmp_path


def run(heading):
    code = BLOCKS[heading]
    for text, smaller in SMALLER.items():
        code = code.replace(text, smaller)
    names = {}
    exec(code, names)
    return names


def test_every_block_has_its_test():
    assert len(BLOCKS) == GUIDE.count("```python\n") == 7


@pytest.mark.slow
def test_several_processes(folder):
    """As a file of its own, which the processes import."""
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes((folder / "me.jpg").read_bytes())
    shapes = "\n    print(*(picture.shape for picture in pictures))\n"
    (folder / "program.py").write_text(BLOCKS["Several processes"].rstrip() + shapes)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "program.py"], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "(40, 48, 3) (40, 48, 3)\n", done.stderr


def test_paint_and_enlarge(folder):
    names = run("Paint and enlarge")
    assert names["picture"].shape == (40, 48, 3)
    assert names["larger"].shape == (160, 192, 3)


def test_take_a_network_that_ships(folder, capsys):
    assert run("Take a network that ships")["picture"].shape == (40, 48, 3)
    assert "'starry_night_fast'" in capsys.readouterr().out


@pytest.mark.slow
def test_train_and_load(folder, eager_steps):
    run("Train a style network")
    assert type(run("Load what you saved")["network"]).__name__ == "TransformationNetwork"


@pytest.mark.slow
def test_train_a_super_resolution_network(folder, eager_steps):
    picture = run("Train a super-resolution network")["picture"]
    assert (picture.shape, picture.dtype) == ((160, 192, 3), "uint8")
    assert Path("x4.keras").is_file()


@pytest.mark.slow
def test_a_perceptual_loss_for_a_model(folder):
    """A step on two images of noise."""
    model = run("A perceptual loss for your own model")["autoencoder"]
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    assert np.isfinite(model.fit(images, images, verbose=0).history["loss"][0])
