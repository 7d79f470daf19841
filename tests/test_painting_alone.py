"""An installation without TensorFlow: what paints, what says that it cannot, and what neither imports."""

import configparser
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

from fast_style.common.images.image_io import read_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.stylization import stylize
from superres.upscaling import upscale
from tests.levels import quick_first

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements-paint.txt"
# What an installation for painting has not; to import one of them is an error, as there.
ABSENT = ("tensorflow", "keras", "scipy", "skimage", "matplotlib", "h5py", "tensorboard", "jax")
PROGRAM = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
"""


def run(code, *arguments, cwd):
    """What Python does where nothing of `ABSENT` is."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM + code, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


STYLES = "from fast_style.cli import main\nmain()"


@pytest.fixture
def folder(tmp_path):
    """One with a photograph, and one of its photographs is half transparent."""
    photo = Image.fromarray(sample_photos()["chelsea"][100:140, 150:200])
    photo.save(tmp_path / "cat.png")
    photo.putalpha(Image.linear_gradient("L").resize(photo.size).point(lambda value: max(value - 99, 0)))
    photo.save(tmp_path / "veil.png")
    return tmp_path


def requirements(lines):
    return {line.split()[0]: line.split()[1] for line in lines if line.strip() and not line.startswith("#")}


def test_the_requirements_are_of_the_package():
    """Their bounds, too: written once more because pip reads no part of a package's own."""
    configuration = configparser.ConfigParser()
    configuration.read(ROOT / "setup.cfg")
    every = requirements(configuration["options"]["install_requires"].splitlines())
    paint = requirements(REQUIREMENTS.read_text().splitlines())
    assert paint.items() <= {name: bound.rstrip(",") for name, bound in every.items()}.items()
    assert {"numpy", "pillow", "ai-edge-litert"} <= set(paint)


def test_photographs_are_painted_and_a_contact_sheet_is_made(folder):
    flags = ["--style", "wave_fast", "udnie_fast", "--original-colours", "--strength", "0.5", "--max-size", "40"]
    done = run(STYLES, "stylize", "cat.png", "veil.png", *flags, "--verbose", "-o", "out", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "engine: litert (the only one installed)\n")
    names = [f"{photo}_{style}.png" for photo in ("cat", "veil") for style in ("udnie_fast", "wave_fast")]
    assert sorted(path.name for path in (folder / "out").iterdir()) == sorted([*names, "contact_sheet.png"])
    assert read_photo(folder / "out" / "veil_wave_fast.png").alpha is not None


@pytest.mark.slow
def test_python_paints_and_enlarges_by_name_and_says_what_else_is_missing(folder):
    code = """
import fast_style, superres
print(fast_style.stylize("cat.png", "wave_fast").sum(), superres.upscale("cat.png", "x4_srcnn").sum())
for wrong in (lambda: fast_style.load_network("wave"), lambda: fast_style.StyleTransfer):
    try:
        wrong()
    except ValueError as error:
        print(error)
"""
    done = run(code, cwd=folder)
    painted, enlarged, *errors = done.stdout.splitlines()[0].split() + done.stdout.splitlines()[1:]
    cat = str(folder / "cat.png")
    for found, expected in ((painted, stylize(cat, "wave_fast")), (enlarged, upscale(cat, "x4_srcnn"))):
        assert abs(int(found) - int(expected.sum())) < expected.size / 100, done.stderr
    assert [line.partition(": pip")[0] for line in errors] == [
        "tensorflow: expected it to be installed for loading the network wave",
        "tensorflow: expected it to be installed for fast_style.StyleTransfer",
    ]


WRONG = [
    (STYLES, ["optimize", "cat.png", "--style", "cat.png", "-o", "out"], "fast-style optimize"),
    (STYLES, ["stylize", "cat.png", "--style", "wave", "--precision", "mixed_bfloat16", "-o", "out"], "--precision"),
    (STYLES, ["train", "--style", "cat.png", "--content", ".", "--output", "out"], "fast-style train"),
    (STYLES, ["export", "tflite", "wave", "out"], "fast-style export tflite"),
]


@pytest.mark.parametrize(("code", "arguments", "purpose"), quick_first(WRONG, 2))
def test_what_needs_tensorflow_says_so_in_a_line_and_leaves_nothing(code, arguments, purpose, folder):
    done = run(code, *arguments, cwd=folder)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"tensorflow: expected it to be installed for {purpose}" in line
    assert "pip install fast-style" in line
    assert not (folder / "out").exists()


@pytest.mark.slow
def test_what_the_requirements_bring_is_small_and_has_no_tensorflow():
    """Of the packages that are installed here, with all that pip brings along: 250 MB are promised."""
    needed, sizes = [*requirements(REQUIREMENTS.read_text().splitlines())], {}
    while needed:
        name = needed.pop()
        if name in sizes:
            continue
        found = metadata.distribution(name)
        sizes[name] = sum(path.stat().st_size for path in map(found.locate_file, found.files) if path.is_file())
        more = [Requirement(text) for text in found.requires or ()]
        needed += [one.name for one in more if one.marker is None or one.marker.evaluate({"extra": ""})]
    own = sum(
        path.stat().st_size
        for name in ("fast_style", "superres", "common", "export")
        for path in (ROOT / name).rglob("*.*")
    )
    assert not set(sizes) & set(ABSENT)
    assert sum(sizes.values()) + own < 250e6
