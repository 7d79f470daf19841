"""The console scripts as a person uses them, bad input included: one line, exit code 2, nothing half-written."""

import configparser
import importlib
import io
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import types
import zipfile
import zlib
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from fast_style.chosen_styles import conditions_of
from fast_style.cli import main, train_main
from fast_style.common.commands.progress import IterationProgress
from fast_style.common.images.contact_sheet import GAP, LABEL_HEIGHT
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.images.opening import MAX_PIXELS
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import shipped_sources
from fast_style.conditions import paintings_of
from fast_style.network import TransformationNetwork
from fast_style.stylization import stylize
from fast_style.task import TASK
from tests.fast_style.tiny_run import tiny_flags, write_inputs

pytestmark = pytest.mark.usefixtures("eager_pictures")


def picture(height=30, width=40, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def run(arguments, capsys, entry=main):
    """(exit code, standard output, standard error) of a command run in this process."""
    capsys.readouterr()
    try:
        code = entry([str(argument) for argument in arguments]) or 0
    except SystemExit as stop:
        code = stop.code or 0
    return code, *capsys.readouterr()


def format_and_size(path):
    with Image.open(path) as image:
        return image.format, image.size


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_stylize_a_file_a_folder_and_a_pattern(tmp_path, tiny_network, capsys):
    write_photo(tmp_path / "one.png", picture())
    (tmp_path / "in" / "deep").mkdir(parents=True)
    write_photo(tmp_path / "in" / "deep" / "two.jpg", picture(), "jpg")
    write_photo(tmp_path / "x1.webp", picture(), "webp")
    code, out, _ = run(
        [
            "stylize",
            tmp_path / "one.png",
            tmp_path / "in",
            tmp_path / "x*.webp",
            "--style",
            tiny_network,
            "-o",
            tmp_path / "out",
        ],
        capsys,
    )
    assert code == 0
    assert files_below(tmp_path / "out") == ["deep/two_tiny.jpg", "one_tiny.png", "x1_tiny.webp"]
    assert all(name in out for name in files_below(tmp_path / "out"))
    assert read_photo(tmp_path / "out" / "one_tiny.png").rgb.shape == (30, 40, 3)
    assert format_and_size(tmp_path / "out" / "deep" / "two_tiny.jpg") == ("JPEG", (40, 30))


def test_results_of_a_run_are_called_as_the_run(tmp_path, tiny_network, capsys):
    write_photo(tmp_path / "cat.jpg", picture(), "jpg")
    (tmp_path / "wave").mkdir()
    network = shutil.copy(tiny_network, tmp_path / "wave" / "network.keras")
    assert run(["stylize", tmp_path / "cat.jpg", "--style", network, "-o", tmp_path / "out"], capsys)[0] == 0
    assert files_below(tmp_path / "out") == ["cat_wave.jpg"]


@pytest.mark.slow
def test_stylize_max_size_format_and_quality(tmp_path, tiny_network, capsys):
    """40x30 shrunk to a long side of 20 is 20x15; a lower quality is a smaller file."""
    write_photo(tmp_path / "one.png", picture())
    sizes = []
    for quality in (20, 95):
        target = tmp_path / f"q{quality}.jpg"
        arguments = ["stylize", tmp_path / "one.png", "--style", tiny_network, "-o", target, "--max-size", 20]
        assert run([*arguments, "--quality", quality], capsys)[0] == 0
        assert format_and_size(target) == ("JPEG", (20, 15))
        sizes.append(target.stat().st_size)
    assert sizes[0] < sizes[1]
    code, *_ = run(
        ["stylize", tmp_path / "one.png", "--style", tiny_network, "-o", tmp_path, "--format", "webp"], capsys
    )
    assert code == 0
    assert format_and_size(tmp_path / "one_tiny.webp") == ("WEBP", (40, 30))


@pytest.mark.slow
def test_stylize_in_a_precision(tmp_path, tiny_network, capsys):
    """The policy asked for is the one painted under, and float32 gives what the library gives."""
    write_photo(tmp_path / "one.png", picture())
    expected = stylize(picture(), tiny_network)
    for name, differs in (("float32", False), ("mixed_bfloat16", True)):
        target = tmp_path / f"{name}.png"
        arguments = ["stylize", tmp_path / "one.png", "--style", tiny_network, "-o", target, "--precision", name]
        assert run(arguments, capsys)[0] == 0
        assert (read_photo(target).rgb != expected).any() == differs
    code, _, err = run([*arguments[:-1], "half"], capsys)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "argument --precision: invalid choice: 'half'" in err


@pytest.mark.slow
def test_stylize_from_standard_input_to_standard_output(tiny_network):
    """The whole command in a process of its own: bytes in, bytes of a PNG out, nothing else on stdout or stderr."""
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, "JPEG")
    command = [
        sys.executable,
        "-c",
        "from fast_style.cli import main; main()",
        "stylize",
        "-",
        "--style",
        str(tiny_network),
    ]
    result = subprocess.run(command, input=buffer.getvalue(), capture_output=True, check=True)
    image = Image.open(io.BytesIO(result.stdout))
    assert (image.format, image.size) == ("PNG", (40, 30))
    assert result.stderr == b""


def test_alpha_is_carried_over(tmp_path, tiny_network, capsys):
    rgba = np.dstack([picture(), np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))])
    Image.fromarray(rgba).save(tmp_path / "logo.png")
    assert run(["stylize", tmp_path / "logo.png", "--style", tiny_network, "-o", tmp_path / "out"], capsys)[0] == 0
    np.testing.assert_array_equal(read_photo(tmp_path / "out" / "logo_tiny.png").alpha, rgba[..., 3])


def test_one_bad_photograph_does_not_stop_the_rest(tmp_path, tiny_network, capsys):
    for name in ("a", "c"):
        write_photo(tmp_path / f"{name}.png", picture())
    (tmp_path / "b.jpg").write_text("not a photograph")
    code, _, err = run(["stylize", tmp_path, "--style", tiny_network, "-o", tmp_path / "out"], capsys)
    assert code == 2
    assert files_below(tmp_path / "out") == ["a_tiny.png", "c_tiny.png"]
    assert "b.jpg: expected an image" in err
    assert "2 of 3 photographs done, 1 failed" in err


def jpeg_bytes():
    buffer = io.BytesIO()
    Image.fromarray(picture(64, 64)).save(buffer, "JPEG")
    return buffer.getvalue()


def bomb_bytes():
    """A PNG of a few bytes that claims 60000 x 60000 pixels: 3.6 gigapixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))


BAD_PHOTOS = {
    "empty.jpg": (b"", "Received: an empty file"),
    "truncated.jpg": (jpeg_bytes()[:-400], "expected a whole image. Received: one that does not decode"),
    "text.jpg": (b"Dear diary", "Received: a file of no known format"),
    "bomb.png": (bomb_bytes(), f"expected at most {MAX_PIXELS // 10**6} megapixels"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD_PHOTOS)
def test_bad_photograph_is_one_line(tmp_path, tiny_network, capsys, name):
    content, message = BAD_PHOTOS[name]
    (tmp_path / name).write_bytes(content)
    code, out, err = run(["stylize", tmp_path / name, "--style", tiny_network, "-o", tmp_path / "out"], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert name in err
    assert message in err
    assert files_below(tmp_path / "out") == []


def bad_styles(tmp_path):
    """Files that are no style network, by what their refusal says."""
    (tmp_path / "text.keras").write_text("nothing")
    dense = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    dense.save(tmp_path / "dense.keras")
    code = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2)])
    code.save(tmp_path / "lambda.keras")
    with zipfile.ZipFile(tmp_path / "part.keras", "w") as archive:
        config = {"registered_name": "fast_style>TransformationNetwork", "class_name": "TransformationNetwork"}
        archive.writestr("config.json", json.dumps({**config, "module": "fast_style.network", "config": {"width": 4}}))
    return {
        "nowhere": "expected one of .*, or a .keras file. Received: 'nowhere' (no such file)",
        tmp_path / "text.keras": "(not a .keras file)",
        tmp_path / "dense.keras": "a Sequential",
        tmp_path / "lambda.keras": "a Sequential",
        tmp_path / "part.keras": "which does not load",
    }


def test_bad_style_is_one_line(tmp_path, capsys):
    write_photo(tmp_path / "one.png", picture())
    for style, message in bad_styles(tmp_path).items():
        code, out, err = run(["stylize", tmp_path / "one.png", "--style", style, "-o", tmp_path / "out"], capsys)
        assert (code, out, err.count("\n")) == (2, "", 1), err
        assert all(part in err for part in message.split(".*")), err
        assert not (tmp_path / "out").exists() or files_below(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jpg"], "photo: expected an image file or folder. Received: nowhere.jpg (no such file)"),
        (["*.nothing"], "photo: expected a pattern that matches files. Received: '*.nothing', which matches none"),
        (["{empty}"], "Received: a folder with none"),
        (
            ["{one}", "--output", "{old}"],
            "--output: expected a new file, or --overwrite. Received: {old}, which exists",
        ),
        (["{one}", "{one2}", "--output", "-"], "--output: expected a folder for 2 photographs. Received: -"),
        (["{one}", "--output", "{one}/x"], "--output: expected a folder that can be written"),
        (["{one}", "--quality", "101"], "--quality: expected 1 to 100. Received: 101"),
        (["{one}", "--max-size", "0"], "--max-size: expected at least 1 pixel. Received: 0"),
        (["{one}", "--max-size", "big"], "--max-size: expected at least 1 pixel. Received: big"),
        (["{one}", "--format", "psd"], "invalid choice: 'psd'"),
    ],
)
def test_bad_arguments_are_one_line(tmp_path, tiny_network, capsys, arguments, message):
    places = {
        "one": tmp_path / "one.png",
        "one2": tmp_path / "one2.png",
        "old": tmp_path / "old.png",
        "empty": tmp_path / "empty",
    }
    for name in ("one", "one2", "old"):
        write_photo(places[name], picture())
    places["empty"].mkdir()
    before = places["old"].read_bytes()
    arguments = [argument.format(**places) for argument in arguments]
    code, out, err = run(["stylize", *arguments, "--style", tiny_network], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message.format(**places) in err
    assert places["old"].read_bytes() == before
    assert files_below(tmp_path) == ["old.png", "one.png", "one2.png"]


@pytest.mark.slow
def test_a_stopped_folder_goes_on(tmp_path, tiny_network, capsys):
    for name in ("one", "two"):
        write_photo(tmp_path / "in" / f"{name}.png", picture())
    arguments = ["stylize", tmp_path / "in", "--style", tiny_network, "-o", tmp_path / "out"]
    assert run(arguments, capsys)[0] == 0
    made = sorted((tmp_path / "out").iterdir())
    made[0].unlink()
    before = made[1].stat().st_mtime_ns
    code, out, err = run([*arguments, "--skip-existing"], capsys)
    assert (code, len(out.splitlines())) == (0, 1)
    assert "1 of 2 photographs have their result already" in err
    assert (made[0].exists(), made[1].stat().st_mtime_ns) == (True, before)
    assert run([*arguments, "--skip-existing", "--overwrite"], capsys)[0] == 2


@pytest.mark.slow
def test_strength_and_original_colours(tmp_path, tiny_network, capsys):
    write_photo(tmp_path / "one.png", picture())
    arguments = ["stylize", tmp_path / "one.png", "--style", tiny_network, "-o"]
    assert run([*arguments, tmp_path / "none.png", "--strength", "0"], capsys)[0] == 0
    np.testing.assert_array_equal(read_photo(tmp_path / "none.png").rgb, picture())
    assert run([*arguments, tmp_path / "kept.png", "--original-colors", "--precision", "float32"], capsys)[0] == 0
    expected = stylize(picture(), str(tiny_network), original_colours=True)
    np.testing.assert_array_equal(read_photo(tmp_path / "kept.png").rgb, expected)
    code, _, err = run([*arguments, tmp_path / "no.png", "--strength", "1.5"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "expected a number from 0 to 1. Received: 1.5" in err


def test_overwrite_replaces(tmp_path, tiny_network, capsys):
    write_photo(tmp_path / "one.png", picture())
    write_photo(tmp_path / "old.png", picture(5, 5))
    arguments = ["stylize", tmp_path / "one.png", "--style", tiny_network, "-o", tmp_path / "old.png", "--overwrite"]
    assert run(arguments, capsys)[0] == 0
    assert read_photo(tmp_path / "old.png").rgb.shape == (30, 40, 3)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_unwritable_output_folder_is_one_line(tmp_path, tiny_network, capsys):
    write_photo(tmp_path / "one.png", picture())
    (tmp_path / "locked").mkdir(mode=0o500)
    code, _, err = run(["stylize", tmp_path / "one.png", "--style", tiny_network, "-o", tmp_path / "locked"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "--output: expected a folder that can be written" in err


def test_a_photograph_of_one_pixel(tmp_path, tiny_network, capsys):
    write_photo(tmp_path / "dot.png", picture(1, 1))
    assert run(["stylize", tmp_path / "dot.png", "--style", tiny_network, "-o", tmp_path / "out"], capsys)[0] == 0
    assert read_photo(tmp_path / "out" / "dot_tiny.png").rgb.shape == (1, 1, 3)


@pytest.mark.slow
def test_several_styles_and_a_contact_sheet(tmp_path, tiny_network, capsys):
    """Networks of one name in two folders, one named twice; photographs behind the styles; the sheet has both."""
    other = tmp_path / "other" / "tiny.keras"
    other.parent.mkdir()
    TransformationNetwork(width=4).save(other)
    for name in ("one", "two"):
        write_photo(tmp_path / f"{name}.png", picture())
    arguments = ["stylize", "-o", tmp_path / "out", "--style", tiny_network, other, tiny_network]
    arguments += [tmp_path / "one.png", tmp_path / "two.png"]
    code, out, err = run(arguments, capsys)
    assert (code, err) == (0, "")
    names = ["contact_sheet.png", "one_tiny.png", "one_tiny_2.png", "two_tiny.png", "two_tiny_2.png"]
    assert files_below(tmp_path / "out") == names
    assert all(name in out for name in names)
    sheet = read_photo(tmp_path / "out" / "contact_sheet.png").rgb
    np.testing.assert_array_equal(sheet[GAP + LABEL_HEIGHT :][:30, GAP : GAP + 40], picture())

    code, _, err = run(arguments, capsys)
    assert (code, err.count("\n")) == (2, 1)
    (tmp_path / "out" / "two_tiny.png").unlink()
    sheet = tmp_path / "out" / "contact_sheet.png"
    sheet.write_bytes(b"mine")
    code, out, err = run([*arguments, "--skip-existing"], capsys)
    assert (code, err) == (0, "3 of 4 photographs have their result already\n")
    assert sheet.read_bytes() == b"mine"
    for path in (tmp_path / "out").glob("*_tiny*"):
        path.unlink()
    code, out, err = run(arguments, capsys)
    assert (code, out) == (2, "")
    assert f"--output: expected a new file, or --overwrite. Received: {sheet}, which exists" in err


def test_all_styles(tmp_path, capsys, monkeypatch):
    """Each is what ships; what is painted, other tests look at."""
    write_photo(tmp_path / "one.png", picture())
    painted = []

    def paint(jobs, *_, **__):
        painted.extend(jobs)
        return [(job, 0.0) for job in jobs], []

    monkeypatch.setattr("fast_style.stylization.stylize_files", paint)
    monkeypatch.setattr("fast_style.common.networks.rebuilding.in_precision", lambda network, _: network)
    run(["stylize", tmp_path / "one.png", "--style", "ALL", "-o", tmp_path / "out"], capsys)
    of_one = [name for name, source in shipped_sources(TASK).items() if not source.conditions]
    several = [source for name, source in shipped_sources(TASK).items() if name not in of_one]
    known = dict.fromkeys(name for source in several for name in paintings_of(conditions_of(source)))
    others = [name for name in known if name not in of_one]
    assert [Path(job.target).name for job in painted] == [f"one_{name}.png" for name in [*of_one, *others]]


@pytest.mark.slow
def test_standard_input_in_several_styles(tmp_path, tiny_network, capsys, monkeypatch):
    """It can be read once; the sheet shows it, too."""
    other = shutil.copy(tiny_network, tmp_path / "other.keras")
    write_photo(tmp_path / "one.png", picture())
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO((tmp_path / "one.png").read_bytes())))
    code, _, err = run(["stylize", "-", "--style", tiny_network, other, "-o", tmp_path / "out"], capsys)
    assert (code, err) == (0, "")
    assert files_below(tmp_path / "out") == ["contact_sheet.png", "stdin_other.png", "stdin_tiny.png"]
    sheet = read_photo(tmp_path / "out" / "contact_sheet.png").rgb
    np.testing.assert_array_equal(sheet[GAP + LABEL_HEIGHT :][:30, GAP : GAP + 40], picture())


@pytest.mark.parametrize(
    ("style", "message"),
    [
        ([], "--style: expected one of starry_night, udnie, .*, or all; or --network FILE. Received: none"),
        (["--style", "wvae"], "Received: 'wvae' (no such file); did you mean wave?"),
        (["--style", "wave", "Udnei"], "Received: 'Udnei' (no such file); did you mean udnie?"),
        (["--style", ""], "argument --style: expected a value. Received: an empty word"),
        (["--style", "wave", "udnie", "-o", "-"], "--output: expected a folder for pictures in 2 styles. Received: -"),
        (
            ["--style", "wave", "udnie", "-o", "x.png"],
            "expected a folder for pictures in 2 styles. Received: x.png",
        ),
        (["--style", "{photo}"], "a painting; fast-style train --style {photo} learns it, fast-style optimize --style"),
        (
            ["--style", "my painting.JFIF"],
            "my painting.JFIF, a painting that is not there; fast-style train --style 'my p",
        ),
        (["--style"], "--style: expected one of starry_night, .*, or all; or --network FILE. Received: none"),
        (["--style", "wave", "--network", "udnie"], "--style: expected one of udnie, photograph. Received: 'wave'"),
        (["--network", "WVAE"], "did you mean wave?"),
    ],
)
def test_styles_that_are_none_are_one_line(tmp_path, capsys, style, message):
    photo = tmp_path / "one.png"
    write_photo(photo, picture())
    code, out, err = run(["stylize", photo, *(word.format(photo=photo) for word in style)], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert all(part in err for part in message.format(photo=photo).split(".*")), err


def test_styles_lists_what_ships_with_its_recipe(capsys):
    code, out, _ = run(["styles"], capsys)
    assert code == 0
    assert "starry_night" in out
    recipes = [line.split("recipe ")[1].split(",")[0] for line in out.splitlines() if "recipe " in line]
    assert recipes
    assert all(os.path.isfile(path) for path in recipes)
    assert "starry_night: The Starry Night, Vincent van Gogh, 1889\n    deep blue, with swirls" in out
    assert all(f"    {entry['look']}\n" in out for entry in Presets(TASK).manifest().values())
    thumbnails = [line.split("thumbnail ")[1] for line in out.splitlines() if "thumbnail " in line]
    assert len(thumbnails) == len(recipes)
    assert all(os.path.isfile(path) for path in thumbnails)


def test_train_then_stylize(tmp_path, capsys, eager_steps):
    """The issue's whole way: a painting and a folder in, a network out, a photograph painted with it."""
    write_inputs(tmp_path)
    code, out, _ = run(tiny_flags(tmp_path), capsys, train_main)
    assert code == 0
    assert "network.keras: 4 iterations" in out
    photo = tmp_path / "photos" / "0.png"
    network = tmp_path / "run" / "network.keras"
    assert run(["stylize", photo, "--style", network, "-o", tmp_path / "painted.png"], capsys)[0] == 0
    assert read_photo(tmp_path / "painted.png").rgb.shape == read_photo(photo).rgb.shape

    code, out, err = run(["--output", tmp_path / "run", "--resume", "--iterations", 6], capsys, train_main)
    assert (code, "6 iterations" in out, "resuming after iteration 4" in err) == (0, True, True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"style": None}, "--style: expected a value. Received: none"),
        ({"tv_weight": "-1"}, "--tv-weight: expected a number of at least 0. Received: -1.0"),
        ({"style_layers": ("relu7_1",)}, "Received: relu7_1"),
        ({"batch_size": "7"}, "--batch-size: expected at most 6"),
        ({"iterations": "many"}, "argument --iterations: invalid int value: 'many'"),
        ({"style": "nowhere.jpg"}, "nowhere.jpg: expected an image file. Received: no such file"),
        ({"content": "nowhere"}, "nowhere: expected a folder of photographs. Received: no such folder"),
        ({"output": "/dev/null/run"}, "--output: expected a folder that can be written"),
    ],
)
def test_bad_training_arguments_are_one_line(tmp_path, capsys, changes, message):
    write_inputs(tmp_path)
    code, out, err = run(tiny_flags(tmp_path, **changes), capsys, train_main)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert not (tmp_path / "run" / "run.json").exists()


OPTIMIZE = ["--loss-weights", "random", "--precision", "float32", "--style-size", 16, "--content-layers", "relu1_2"]
OPTIMIZE += ["--style-layers", "relu1_1", "relu1_2"]


@pytest.mark.slow
def test_optimize_paints_a_photograph_and_keeps_pictures_on_the_way(tmp_path, capsys):
    """40x30 shrunk to 20x15; pictures of iterations 2 and 4 beside the result; going on from it is possible."""
    write_photo(tmp_path / "one.png", picture())
    write_photo(tmp_path / "style.png", picture(20, 20, seed=1))
    arguments = ["optimize", tmp_path / "one.png", "--style", tmp_path / "style.png", "-o", tmp_path / "out"]
    code, out, _ = run([*arguments, *OPTIMIZE, "--iterations", 5, "--save-every", 2, "--max-size", 20], capsys)
    assert (code, "one_style.png" in out) == (0, True)
    kept = ["one_style.png", "one_style_iteration-00002.png", "one_style_iteration-00004.png"]
    assert files_below(tmp_path / "out") == kept
    assert all(read_photo(tmp_path / "out" / name).rgb.shape == (15, 20, 3) for name in kept)
    before = read_photo(tmp_path / "out" / "one_style.png").rgb.astype(float)
    again = ["--iterations", 1, "--start", tmp_path / "out" / "one_style.png", "--overwrite", "--max-size", 20]
    assert run([*arguments, *OPTIMIZE, *again], capsys)[0] == 0
    # The first step moves no pixel by more than 10; one begun with noise would be some 85 away on average.
    assert np.abs(read_photo(tmp_path / "out" / "one_style.png").rgb - before).mean() < 15


def test_optimize_replaces_no_picture_on_the_way_without_overwrite(tmp_path, capsys):
    write_photo(tmp_path / "one.png", picture())
    write_photo(tmp_path / "style.png", picture(20, 20, seed=1))
    kept = tmp_path / "out" / "one_style_iteration-00004.png"
    kept.parent.mkdir()
    kept.write_bytes(b"kept")
    arguments = ["optimize", tmp_path / "one.png", "--style", tmp_path / "style.png", *OPTIMIZE, "--save-every", 2]
    code, _, err = run([*arguments, "--iterations", 5, "-o", tmp_path / "out"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert f"--save-every: expected new files, or --overwrite. Received: {kept}, which exists" in err
    assert files_below(tmp_path / "out") == [kept.name]
    code, _, err = run([*arguments, "-o", "-"], capsys)
    assert (code, "--save-every: expected a file or folder as --output. Received: standard output" in err) == (2, True)


def test_a_stopped_optimize_goes_on_over_its_pictures_on_the_way(tmp_path, capsys):
    """What killing it leaves: pictures on the way of both, and the first result."""
    for name in ("one", "two"):
        write_photo(tmp_path / "in" / f"{name}.png", picture())
        write_photo(tmp_path / "out" / f"{name}_style_iteration-00001.png", picture(seed=2))
    write_photo(tmp_path / "out" / "one_style.png", picture(seed=2))
    write_photo(tmp_path / "style.png", picture(20, 20, seed=1))
    before = read_photo(tmp_path / "out" / "one_style.png").rgb
    arguments = ["optimize", tmp_path / "in", "--style", tmp_path / "style.png", "-o", tmp_path / "out", *OPTIMIZE]
    arguments += ["--iterations", 1, "--save-every", 1, "--skip-existing"]
    code, out, err = run(arguments, capsys)
    assert (code, out.count("\n")) == (0, 1), err
    assert "two_style.png" in out
    files = [f"{name}_style{kind}.png" for name in ("one", "two") for kind in ("", "_iteration-00001")]
    assert files_below(tmp_path / "out") == sorted(files)
    for name in ("one_style", "one_style_iteration-00001"):
        np.testing.assert_array_equal(read_photo(tmp_path / "out" / f"{name}.png").rgb, before)
    kept, result = (read_photo(tmp_path / "out" / f"two_style{kind}.png").rgb for kind in ("_iteration-00001", ""))
    np.testing.assert_array_equal(kept, result)


def test_a_stopped_optimize_tells_what_was_done_and_what_failed(tmp_path, capsys, monkeypatch):
    """Two photographs, of which the first does not decode; SIGINT in the second."""
    (tmp_path / "photos").mkdir()
    write_photo(tmp_path / "photos" / "two.png", picture())
    (tmp_path / "photos" / "broken.png").write_bytes(b"\x89PNG")
    write_photo(tmp_path / "style.png", picture(20, 20, seed=1))
    real = IterationProgress.update

    def update_and_interrupt(progress, terms):
        real(progress, terms)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(IterationProgress, "update", update_and_interrupt)
    arguments = ["optimize", tmp_path / "photos", "--style", tmp_path / "style.png", *OPTIMIZE, "--iterations", 5]
    code, out, err = run([*arguments, "-o", tmp_path / "out"], capsys)
    assert code == 130
    assert "two_style.png" in out
    assert "broken.png" in err
    assert "stopped; what there is of the last picture is kept" in err


@pytest.mark.slow
def test_optimize_keeps_what_there_is_on_ctrl_c(tmp_path, fresh_processes):
    """In a process of its own: SIGINT in the middle of a run that would take hours; its picture is there."""
    write_photo(tmp_path / "one.png", picture())
    write_photo(tmp_path / "style.png", picture(20, 20, seed=1))
    command = ["from fast_style.cli import main; main()", "optimize", tmp_path / "one.png"]
    command += ["--style", tmp_path / "style.png", "-o", tmp_path / "out", *OPTIMIZE, "--method", "adam"]
    command += ["--iterations", 10_000_000, "--save-every", 1]
    process = fresh_processes.start(*command)
    while not (tmp_path / "out" / "one_style_iteration-00001.png").exists():
        assert not process.has_ended()
        time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    done = process.wait()
    assert done.returncode == 130
    assert "stopped; what there is of the last picture is kept" in done.stderr
    assert read_photo(tmp_path / "out" / "one_style.png").rgb.shape == (30, 40, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--style: expected a value. Received: none"),
        (["--style", "nowhere.jpg"], "nowhere.jpg: expected an image file. Received: no such file"),
        (["--style", "{one}", "--tv-weight", "-1"], "tv_weight: expected a number of at least 0. Received: -1.0"),
        (["--style", "{one}", "--method", "newton"], "invalid choice: 'newton'"),
        (["--style", "{one}", "--seed", "-1"], "--seed: expected at least 0. Received: -1"),
        (["--style", "{one}", "--max-size", "0"], "--max-size: expected at least 1. Received: 0"),
        (["--style", "{one}", "--save-every", "-1"], "--save-every: expected at least 0. Received: -1"),
        (["--style", "{one}", "--precision", "mixed_float16"], "because gradients of pixels underflow in float16"),
        (
            ["--style", "{one}", "--style-loss", "mrf", "--style-layers", "relu3_1", "--max-size", "8"],
            "style loss mrf: expected features of at least 3x3 positions. Received: 1x2",
        ),
        (
            ["--style", "{one}", "--style-layers", "relu4_1", "--max-size", "7"],
            "photo: expected at least 8 pixels a side for relu1_2 relu4_1. Received: 7x5",
        ),
    ],
)
def test_bad_optimize_arguments_are_one_line(tmp_path, capsys, arguments, message):
    write_photo(tmp_path / "one.png", picture())
    arguments = [argument.format(one=tmp_path / "one.png") for argument in arguments]
    code, out, err = run(["optimize", tmp_path / "one.png", "-o", tmp_path / "out", *OPTIMIZE, *arguments], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert not (tmp_path / "out").exists() or files_below(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--iterations", "0"], "--iterations: expected at least 1. Received: 0"),
        (["--scales", "0"], "--scales: expected at least 1. Received: 0"),
        (["--learning-rate", "0"], "--learning-rate: expected a positive number. Received: 0.0"),
        (
            ["--start", "nowhere"],
            "--start: expected one of noise, content, style, or an image file. Received: 'nowhere'",
        ),
        (["--start", "{bad}"], "bad.png: expected an image"),
    ],
)
def test_a_bad_setting_is_one_line_whatever_the_number_of_photographs(tmp_path, capsys, arguments, message):
    for name in ("one", "two"):
        write_photo(tmp_path / f"{name}.png", picture())
    (tmp_path / "bad.png").write_text("Dear diary")
    command = ["optimize", tmp_path / "one.png", tmp_path / "two.png", "--style", tmp_path / "one.png", *OPTIMIZE]
    arguments = [argument.format(bad=tmp_path / "bad.png") for argument in arguments]
    code, out, err = run([*command, "-o", tmp_path / "out", *arguments], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert not (tmp_path / "out").exists()


def test_optimize_says_where_it_ended_early(tmp_path, capsys):
    """With weights of zero there is nothing to gain from the first step on."""
    write_photo(tmp_path / "one.png", picture())
    weights = ["--content-weight", 0, "--style-weight", 0, "--tv-weight", 0]
    command = ["optimize", tmp_path / "one.png", "--style", tmp_path / "one.png", *OPTIMIZE, *weights]
    code, _, err = run([*command, "--iterations", 5, "-o", tmp_path / "out"], capsys)
    assert (code, err) == (0, f"{tmp_path / 'one.png'}: no step helped any more after 0 of 5 iterations\n")


def test_resume_without_a_run_is_one_line(tmp_path, capsys):
    code, _, err = run(["--output", tmp_path, "--resume"], capsys, train_main)
    assert (code, err.count("\n")) == (2, 1)
    assert "expected the folder of a run, with run.json in it. Received: none" in err


def test_help_names_every_setting_with_its_default_and_imports_no_tensorflow():
    """`--help` in a process of its own: TensorFlow is not among its modules."""
    script = (
        "import sys\nfrom fast_style.cli import train_main\n"
        "try:\n    train_main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'tensorflow', 'keras', 'PIL'} & set(sys.modules), 'heavy imports'\n"
    )
    text = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    for flag, words in {
        "--iterations": "paper: 40000",
        "--tv-weight": "docs/concepts/losses.md",
        "--style-size": "short side",
    }.items():
        entry = " ".join(text[text.index(f"\n  {flag} ") :].split())
        assert words in entry[:600], flag


def test_console_scripts_are_installed_names():
    """setup.cfg's entry points resolve to functions."""
    config = configparser.ConfigParser()
    config.read(Path(__file__).parents[2] / "setup.cfg")
    scripts = config["options.entry_points"]["console_scripts"].strip().splitlines()
    assert {"fast-style", "fast-style-train"} <= {line.split("=")[0].strip() for line in scripts}
    for line in scripts:
        module, function = line.split("=")[1].strip().split(":")
        assert isinstance(getattr(importlib.import_module(module), function), types.FunctionType)
