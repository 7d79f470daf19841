"""The console scripts as a person uses them, bad input included: one line, exit code 2, nothing half-written."""

import configparser
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fast_style.common.files import file_digest
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import network_label
from fast_style.common.task import Task
from superres.cli import main, train_main
from superres.evaluation.recorded_figures import recorded
from superres.srcnn import SRCNN
from superres.task import TASK

pytestmark = pytest.mark.usefixtures("eager_pictures")

ROOT = Path(__file__).resolve().parents[2]


def run(arguments, capsys, entry=main):
    """(exit code, standard output, standard error) of a command run in this process."""
    capsys.readouterr()
    try:
        code = entry([str(argument) for argument in arguments]) or 0
    except SystemExit as stop:
        code = stop.code or 0
    return code, *capsys.readouterr()


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_upscale_files_and_folders(folder, network_file, tmp_path, capsys):
    write_photo(tmp_path / "one.jpg", np.zeros((9, 8, 3), "uint8"), "jpg")
    out = tmp_path / "out"
    code, printed, _ = run(
        ["upscale", tmp_path / "one.jpg", folder, "--factor", 2, "--network", network_file, "-o", out], capsys
    )
    assert code == 0
    assert files_below(out) == ["cat_tiny.png", "coffee_tiny.png", "one_tiny.jpg"]
    assert all(name in printed for name in files_below(out))
    assert read_photo(out / "cat_tiny.png").rgb.shape == (80, 112, 3)


def test_upscale_standard_input_to_standard_output(folder, network_file, monkeypatch, capsysbinary):
    content = (folder / "cat.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content)))
    with pytest.raises(SystemExit) as stop:
        main(["upscale", "-", "--network", str(network_file)])
    assert not stop.value.code
    with Image.open(io.BytesIO(capsysbinary.readouterr().out)) as image:
        assert (image.format, image.size) == ("PNG", (112, 80))


def test_upscale_histogram_matching_self_ensemble_and_tiles(folder, network_file, tmp_path, capsys):
    """Matching and the mean of orientations change the picture; tiles do not."""
    pictures = {}
    for name, flags in {
        "plain": [],
        "matched": ["--histogram-matching"],
        "mean": ["--self-ensemble"],
        "tiled": ["--tile", 16],
    }.items():
        target = tmp_path / f"{name}.png"
        code, *_ = run(["upscale", folder / "cat.png", "--network", network_file, "-o", target, *flags], capsys)
        assert code == 0
        pictures[name] = read_photo(target).rgb.astype(int)
    assert np.abs(pictures["matched"] - pictures["plain"]).max() > 1
    assert np.abs(pictures["mean"] - pictures["plain"]).max() > 1
    assert np.abs(pictures["tiled"] - pictures["plain"]).max() <= 1


def test_upscale_in_a_precision(folder, network_file, tmp_path, capsys):
    """bfloat16 has 8 bits: a few levels beside float32, not the same numbers."""
    pictures = {}
    for name in ("float32", "mixed_bfloat16"):
        target = tmp_path / f"{name}.png"
        arguments = ["upscale", folder / "cat.png", "--network", network_file, "-o", target, "--precision", name]
        assert run(arguments, capsys)[0] == 0
        pictures[name] = read_photo(target).rgb.astype(int)
    assert 0 < np.abs(pictures["float32"] - pictures["mixed_bfloat16"]).max() <= 4


@pytest.mark.parametrize(
    ("flags", "name", "size"),
    [
        (["--factor", 2], "dot_x4_srcnn_to_x2.png", (16, 18)),
        (["--outscale", 2.5], "dot_x4_srcnn_to_x2.5.png", (20, 22)),
        (["--outscale", 4], "dot_x4_srcnn.png", (32, 36)),
        (["--outscale", 5], "dot_x8_small_to_x5.png", (40, 45)),
        (["--outscale", 20], "dot_x8_small_to_x20.png", (160, 180)),
        (["--factor", 4, "--outscale", 6], "dot_x4_srcnn_to_x6.png", (48, 54)),
        (["--network", "x8_small", "--outscale", 0.5], "dot_x8_small_to_x0.5.png", (4, 4)),
    ],
)
def test_any_scale_by_what_ships(flags, name, size, tmp_path, capsys, monkeypatch):
    """Two networks: by 4, and by 8. The smallest that is enough is taken."""
    networks = {"x4_srcnn": SRCNN(4), "x8_small": SRCNN(8)}
    sources = {
        name: types.SimpleNamespace(
            name=name, ships=True, factor=network.factor, graph=None, load=lambda one=network: one
        )
        for name, network in networks.items()
    }
    monkeypatch.setattr("superres.task.shipped_sources", lambda task: sources)
    monkeypatch.setattr("fast_style.common.networks.source.shipped_sources", lambda task=None: sources)
    write_photo(tmp_path / "dot.png", np.zeros((8, 9, 3), "uint8"))
    arguments = ["upscale", tmp_path / "dot.png", "-o", tmp_path / "out", "--precision", "float32", *flags]
    assert run(arguments, capsys)[0] == 0
    assert files_below(tmp_path / "out") == [name]
    assert read_photo(tmp_path / "out" / name).rgb.shape[:2] == size


def test_one_bad_photograph_does_not_stop_the_rest(folder, network_file, tmp_path, capsys):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    out = tmp_path / "out"
    code, _, errors = run(["upscale", folder, "--network", network_file, "-o", out], capsys)
    assert code == 2
    assert files_below(out) == ["cat_tiny.png", "coffee_tiny.png"]
    assert "broken.jpg" in errors
    assert "2 of 3 photographs done, 1 failed" in errors


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--factor", 3], "argument --factor: invalid choice: 3 (choose from 2, 4, 8)"),
        (["--outscale", 0], "argument --outscale: expected a positive number. Received: 0"),
        (["--outscale", "x"], "argument --outscale: expected a positive number. Received: x"),
        (["--outscale", "nan"], "argument --outscale: expected a positive number. Received: nan"),
        (["--factor", 4], "network: expected one of factor 4. Received: {network}, of factor 2"),
        (["--network", "nope"], "or a .keras file. Received: 'nope' (no such file)"),
        (["--quality", 101], "--quality: expected 1 to 100. Received: 101"),
        (["--tile", -1], "--tile: expected at least 0 pixels. Received: -1"),
        (["--output", "{photo}"], "--output: expected a new file, or --overwrite. Received: {photo}, which exists"),
    ],
)
def test_upscale_bad_input_is_one_line(flags, message, folder, network_file, tmp_path, capsys, monkeypatch):
    names = {"network": network_file, "photo": folder / "cat.png"}
    flags = [str(flag).format(**names) for flag in flags]
    network = [] if "--network" in flags else ["--network", network_file]
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))  # folders too
    code, printed, errors = run(["upscale", folder / "cat.png", *network, *flags], capsys)
    assert code == 2
    assert printed == ""
    assert errors.count("\n") == 1
    assert errors.startswith("superres upscale: error: ")
    assert message.format(**names) in errors
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "no such file"),
        (b"", "an empty file"),
        (b"text", "a file of no known format"),
        (b"\x89PNG\r\n\x1a\n", "expected"),
    ],
)
def test_upscale_bad_photograph_is_one_line(content, message, network_file, tmp_path, capsys):
    if content is not None:
        (tmp_path / "bad.jpg").write_bytes(content)
    arguments = ["upscale", tmp_path / "bad.jpg", "--network", network_file, "-o", tmp_path / "o.png"]
    code, _, errors = run(arguments, capsys)
    assert code == 2
    assert errors.count("\n") == 1
    assert message in errors
    assert not (tmp_path / "o.png").exists()


def test_upscale_output_of_more_than_two_gigapixels(network_file, tmp_path, capsys, monkeypatch):
    from superres import upscaling

    monkeypatch.setattr(upscaling, "MAX_OUTPUT_PIXELS", 399)
    write_photo(tmp_path / "one.png", np.zeros((10, 10, 3), "uint8"))
    code, _, errors = run(
        ["upscale", tmp_path / "one.png", "--network", network_file, "-o", tmp_path / "o.png"], capsys
    )
    assert code == 2
    assert "10x10 pixels, to be enlarged 2 times" in errors
    assert not (tmp_path / "o.png").exists()


def test_upscale_to_a_scale_that_no_side_has(network_file, tmp_path, capsys):
    write_photo(tmp_path / "one.png", np.zeros((10, 10, 3), "uint8"))
    arguments = ["upscale", tmp_path / "one.png", "--network", network_file, "-o", tmp_path / "o.png"]
    code, _, errors = run([*arguments, "--outscale", "1e308"], capsys)
    assert (code, errors.count("\n")) == (2, 1)
    assert "expected an output of at most 2 gigapixels. Received: 10x10 pixels, to be enlarged 1e+308 times" in errors
    assert not (tmp_path / "o.png").exists()


def test_evaluate_prints_a_table_and_writes_csv_and_html(folder, network_file, tmp_path, capsys):
    out = tmp_path / "evaluation"
    arguments = ["evaluate", "--data", folder, "--factor", 2, "--network", network_file, "-o", out]
    code, printed, _ = run(arguments, capsys)
    assert code == 0
    assert "x2, degradation bicubic: bicubic alone" in printed
    assert "coffee.png: ground truth cropped from 57x41 to 56x40" in printed
    assert files_below(out) == ["evaluation.csv", "evaluation.html", "evaluation.json"]
    rows = list(csv.DictReader((out / "evaluation.csv").read_text().splitlines()))
    assert [(row["image"], row["method"]) for row in rows] == [
        (image, method) for image in ("cat", "coffee", "mean") for method in ("bicubic", "tiny")
    ]
    assert float(rows[-1]["psnr"]) > 20
    bicubic, network = ({name: float(row[name]) for name in ("psnr", "ssim")} for row in rows[-2:])
    (found,) = recorded(out).values()
    assert found["Set2"]["degradation"] == "bicubic"
    assert found["Set2"]["bicubic"] == pytest.approx(bicubic, abs=0.006)
    assert found["Set2"]["network"] == pytest.approx(network, abs=0.006)
    assert list(recorded(out)) == [file_digest(network_file)]
    code, _, errors = run(arguments, capsys)
    assert code == 2
    assert "expected no evaluation there, or --overwrite" in errors
    assert run([*arguments, "--overwrite", "--degradation", "blur-bicubic"], capsys)[0] == 0


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--data", "{none}"], "{none}: expected a folder of photographs. Received: no such folder"),
        (["--data", "{folder}", "--factor", 5], "argument --factor: invalid choice: 5"),
        (["--data", "{folder}", "--network", "{network}"], "expected one of factor 4. Received: {network}"),
        (["--data", "{folder}", "--degradation", "nearest"], "argument --degradation: invalid choice: 'nearest'"),
        ([], "the following arguments are required: --data"),
    ],
)
def test_evaluate_bad_input_is_one_line(flags, message, folder, network_file, tmp_path, capsys):
    names = {"none": tmp_path / "none", "folder": folder, "network": network_file}
    flags = [str(flag).format(**names) for flag in flags]
    code, _, errors = run(["evaluate", *flags, "-o", tmp_path / "evaluation"], capsys)
    assert code == 2
    assert errors.count("\n") == 1
    assert message.format(**names) in errors
    assert not files_below(tmp_path / "evaluation")


@pytest.mark.parametrize(
    "number, times, measured", [(signal.SIGINT, 1, 1), (signal.SIGTERM, 1, 1), (signal.SIGINT, 2, 0)]
)
def test_evaluate_that_is_stopped_reports_what_was_measured(
    number, times, measured, folder, network_file, tmp_path, capsys, monkeypatch
):
    """Once: behind the first image; twice: in it, and nothing is written."""
    from superres.evaluation import run as evaluation

    def degrade_and_send(*arguments):
        for _ in range(times):
            os.kill(os.getpid(), number)
        return degrade_photo(*arguments)

    degrade_photo = evaluation.degrade_photo
    monkeypatch.setattr(evaluation, "degrade_photo", degrade_and_send)
    out = tmp_path / "evaluation"
    code, printed, errors = run(
        ["evaluate", "--data", folder, "--factor", 2, "--network", network_file, "-o", out], capsys
    )
    assert code == 128 + number
    assert errors.splitlines()[-1] == f"superres evaluate: stopped; {measured} of 2 images measured"
    if not measured:
        assert (printed, out.exists()) == ("", False)
        return
    rows = list(csv.DictReader((out / "evaluation.csv").read_text().splitlines()))
    assert [row["image"] for row in rows] == ["cat", "cat", "mean", "mean"]
    for report in (printed, (out / "evaluation.html").read_text()):
        assert "stopped: 1 of 2 images measured" in report


def test_evaluate_names_what_failed(folder, network_file, tmp_path, capsys):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    out = tmp_path / "evaluation"
    code, printed, errors = run(
        ["evaluate", "--data", folder, "--factor", 2, "--network", network_file, "-o", out], capsys
    )
    assert code == 2
    assert errors.count("\n") == 1
    assert errors.startswith(f"superres evaluate: error: {folder / 'broken.jpg'}")
    for report in (printed, (out / "evaluation.html").read_text()):
        assert "mean (2 of 3 images)" in report
    assert "broken.jpg" in (out / "evaluation.csv").read_text()


@pytest.mark.parametrize("flags, precision", [([], "float32"), (["--precision", "mixed_bfloat16"], "mixed_bfloat16")])
def test_evaluate_in_a_precision(flags, precision, folder, network_file, tmp_path, capsys):
    arguments = ["evaluate", "--data", folder, "--factor", 2, "--network", network_file, "-o", tmp_path / "e", *flags]
    code, printed, _ = run(arguments, capsys)
    assert code == 0
    assert f"networks in {precision}\n" in printed


@pytest.mark.slow
def test_evaluate_self_ensemble(folder, network_file, tmp_path, capsys):
    arguments = ["evaluate", "--data", folder, "--factor", 2, "--network", network_file, "--self-ensemble"]
    code, printed, _ = run([*arguments, "-o", tmp_path / "e"], capsys)
    assert code == 0
    assert "mean of eight orientations, as the network gives it" in printed


@pytest.mark.parametrize("name", ["input", "mean"])
def test_evaluate_calls_no_network_as_what_results_have(name, folder, network_file, tmp_path, capsys):
    """Beside it, networks are called by their paths."""
    file, out = shutil.copy(network_file, tmp_path / f"{name}.keras"), tmp_path / "evaluation"
    assert run(["evaluate", "--data", folder, "--factor", 2, "--network", file, "-o", out], capsys)[0] == 0
    assert list(json.loads((out / "evaluation.json").read_text())["methods"]) == ["bicubic", str(file)]


def test_evaluate_where_no_network_ships(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Task, "home", tmp_path)
    code, printed, errors = run(["evaluate", "--data", folder, "--factor", 2, "-o", tmp_path / "e"], capsys)
    assert code == 0
    assert errors == (
        "superres evaluate: no network ships for factor 2: bicubic alone is measured; --network FILE measures one\n"
    )
    assert "bicubic: bicubic interpolation" in printed


def test_networks_lists_what_ships(tmp_path, monkeypatch, capsys, network):
    monkeypatch.setattr(Task, "home", tmp_path)
    entry = {"summary": "tested", "degradation": "bicubic", "recipe": "tiny.md", "licence": "Apache-2.0"}
    Presets(TASK).add("tiny", network, title="a tiny one", **entry)
    code, printed, _ = run(["networks"], capsys)
    assert code == 0
    assert printed.splitlines() == [
        "tiny: a tiny one",
        "    tested",
        "    factor 2, degradation bicubic, histogram matching off",
        f"    recipe {tmp_path / 'recipes' / 'tiny.md'}, licence Apache-2.0",
        f"    thumbnail {tmp_path / 'pretrained' / 'tiny.jpg'}",
    ]


def test_evaluate_takes_all_that_ship_for_the_factor(tmp_path, monkeypatch, capsys, network, folder):
    monkeypatch.setattr(Task, "home", tmp_path)
    Presets(TASK).add("shipped", network, licence="Apache-2.0")
    code, printed, _ = run(["evaluate", "--data", folder, "--factor", 2, "-o", tmp_path / "e"], capsys)
    assert code == 0
    assert "  shipped: as the network gives it" in printed


def test_train_and_use(folder, tmp_path, capsys):
    """`superres-train` leaves a network that `superres upscale` takes; its label is the run's name."""
    flags = ["--factor", 2, "--iterations", 2, "--batch-size", 1, "--size", 32, "--width", 2, "--residual-blocks", 1]
    flags += ["--precision", "float32", "--feature-weight", 0, "--pixel-weight", 1, "--preview-every", 0]
    code, printed, _ = run(["--content", folder, "--output", tmp_path / "run", *flags], capsys, train_main)
    assert code == 0
    assert "network.keras: 2 iterations in" in printed
    network = tmp_path / "run" / "network.keras"
    code, *_ = run(["upscale", folder / "cat.png", "--network", network, "-o", tmp_path / "out"], capsys)
    assert code == 0
    assert files_below(tmp_path / "out") == ["cat_run.png"]


@pytest.mark.parametrize(
    "flags, message",
    [
        ([], "--content, --output: expected a value. Received: none"),
        (["--factor", "3"], "argument --factor: invalid choice: 3"),
        (["--feature-weight", "0"], "feature_weight, pixel_weight: expected one above 0"),
        (["--pixel-weight", "-1", "--feature-weight", "0"], "pixel_weight: expected a number of at least 0"),
        (["--feature-layers", "relu9_9"], "layers: expected names of vgg16"),
        (["--loss-weights", "/nope.npz"], "loss weights: expected 'imagenet', 'random' or a file"),
        (["--degradation", "nearest"], "argument --degradation: invalid choice: 'nearest'"),
        (["--size", "30"], "--size: expected a multiple of --factor, 4. Received: 30"),
        (["--validation", "/nope"], "/nope: expected a folder of photographs. Received: no such folder"),
        (["--preview", "/nope.jpg"], "/nope.jpg: expected an image file. Received: no such file"),
        (["--batch-size", "99"], "--batch-size: expected at most 2, the photographs in"),
    ],
)
def test_train_bad_input_is_one_line(flags, message, folder, tmp_path, capsys):
    given = ["--content", folder, "--output", tmp_path / "run", "--size", 32, "--batch-size", 1, "--width", 1]
    given = [*given, "--loss-weights", "random"] if flags else []
    code, _, errors = run([*given, "--precision", "float32", *flags], capsys, train_main)
    assert code == 2
    assert errors.count("\n") == 1
    assert errors.startswith("superres-train: error: ")
    assert message in errors
    assert not (tmp_path / "run").exists() or not files_below(tmp_path / "run")


@pytest.mark.parametrize(
    "network, label",
    [("x4_pixel", "x4_pixel"), ("a/x4.keras", "x4"), ("runs/sharp/network.keras", "sharp")],
)
def test_label_of_a_network(network, label):
    assert network_label(network) == label


@pytest.mark.parametrize("script", ["superres", "superres-train"])
def test_help_is_quick_and_imports_no_tensorflow(script):
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    scripts = dict(line.split(" = ") for line in setup["options.entry_points"]["console_scripts"].strip().splitlines())
    module, function = scripts[script].split(":")
    code = (
        f"import sys; from {module} import {function}\n"
        f"try:\n    {function}(['--help'])\nexcept SystemExit:\n    sys.exit('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0
    assert f"usage: {script}" in done.stdout


def test_upscale_says_nothing_but_its_results(folder, tmp_path):
    """Nor do the libraries below it, whose lines go past Python: oneDNN's on 8-bit transpositions, for one."""
    command = [sys.executable, "-c", "from superres.cli import main; main()", "upscale", str(folder / "cat.png")]
    target = tmp_path / "large.png"
    done = subprocess.run(
        [*command, "--network", "x4_pixel", "-o", str(target)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0
    assert done.stdout.startswith(str(target))
    assert done.stderr == ""
