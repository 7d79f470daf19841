"""`fast-style-export` as a person uses it, bad input included: one line, exit code 2, nothing half-written."""

import json
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

from fast_style.common.training.checkpoint import Checkpoints
from fast_style.export.cli import main
from fast_style.export.commands.flags import size
from fast_style.export.commands.serving import named_models
from fast_style.export.model_card import CARD, fixed_shape, read_card


def run(arguments, capsys):
    """(exit code, standard output, standard error) of a command run in this process."""
    capsys.readouterr()
    try:
        code = main([str(argument) for argument in arguments]) or 0
    except SystemExit as stop:
        code = stop.code or 0
    return code, *capsys.readouterr()


@pytest.mark.slow
def test_saved_model_then_verify(tmp_path, network_files, capsys):
    code, out, _ = run(["saved-model", network_files["x2"], tmp_path / "out", "--licence", "CC0-1.0"], capsys)
    assert code == 0
    assert "serving_default, serve_float, serve_bytes, float32" in out
    card = json.loads((tmp_path / "out" / CARD).read_text())
    assert (card["name"], card["task"], card["factor"]) == ("x2", "super-resolution", 2)
    assert (card["licence"], card["recipe"], card["network"]["ships"]) == ("CC0-1.0", None, False)
    code, out, err = run(["verify", tmp_path / "out", "--against", network_files["x2"]], capsys)
    assert (code, err) == (0, "")
    # Three signatures at two sizes, one odd.
    assert [line.split()[:2] for line in out.splitlines()[2:]] == [
        [signature, size]
        for size in ("128x96", "101x75")
        for signature in ("serving_default", "serve_float", "serve_bytes")
    ]
    code, _, err = run(["verify", tmp_path / "out"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "--against: expected the network that" in err


def test_tflite_then_verify_against_its_network_and_another(tmp_path, network_files, capsys):
    file = tmp_path / "x2.tflite"
    code, out, _ = run(["tflite", network_files["x2"], file, "--size", "24x32", "--uint8"], capsys)
    assert code == 0
    assert f"{file.stat().st_size} bytes, PSNR" in out
    code, out, _ = run(["verify", file, "--against", network_files["x2"]], capsys)
    assert (code, out.count("32x24"), out.count("ok")) == (0, 2, 2)

    other = keras.saving.load_model(network_files["x2"], compile=False)
    other.to_rgb.kernel.assign(-other.to_rgb.kernel)
    other.save(tmp_path / "other.keras")
    code, out, _ = run(["verify", file, "--against", tmp_path / "other.keras"], capsys)
    assert (code, out.count("OUT OF TOLERANCE")) == (1, 2)

    code, _, err = run(["verify", file, "--against", "starry_night"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "expected a result of (24, 32, 3). Received: (48, 64, 3)" in err

    file.write_bytes(file.read_bytes()[:1000])
    code, _, err = run(["verify", file, "--against", network_files["x2"]], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "expected an artifact that loads and runs" in err


@pytest.mark.slow
def test_a_file_of_each_size(tmp_path, network_files, capsys):
    sizes = ["--size", "8x16", "--size", "dynamic"]
    code, out, _ = run(["tflite", network_files["x2"], tmp_path / "x2.tflite", *sizes], capsys)
    names = ["x2_8x16", "x2_dynamic"]
    assert (code, out.count("PSNR")) == (0, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.{end}" for name in names for end in ("tflite", CARD)
    )
    shapes = [fixed_shape(read_card(tmp_path / f"{name}.tflite")) for name in names]
    assert shapes == [[1, 8, 16, 3], [1, None, None, 3]]


@pytest.mark.slow
def test_a_serving_folder_is_verified_model_by_model(tmp_path, serving_folder, network_files, capsys):
    """The newest version of each; here of one, so that one fresh process is enough."""
    shutil.copytree(serving_folder, tmp_path / "models")
    shutil.rmtree(tmp_path / "models" / "style")
    (tmp_path / "models" / "x2" / "1").rename(tmp_path / "models" / "x2" / "10")
    (tmp_path / "models" / "x2" / "9").mkdir()
    code, out, _ = run(["verify", tmp_path / "models", "--against", network_files["x2"]], capsys)
    assert (code, out.splitlines()[0]) == (0, str(tmp_path / "models" / "x2" / "10"))
    # The folder was made for results of at most 10,000 pixels: 96x128 enlarged twice would be 49,152.
    assert {line.split()[1] for line in out.splitlines()[2:]} == {"32x24", "51x37"}


@pytest.mark.slow
def test_verify_says_that_a_network_was_trained_on_since(tmp_path, capsys):
    """An artifact of a network that ships, from before the network that ships by that name became another."""
    file = tmp_path / "small.tflite"
    assert run(["tflite", "x4_srcnn", file, "--size", "8x8"], capsys)[0] == 0
    card = json.loads((tmp_path / f"small.{CARD}").read_text())
    card["network"]["sha256"] = "0" * 64
    (tmp_path / f"small.{CARD}").write_text(json.dumps(card))
    code, _, err = run(["verify", file], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert f"was made from, sha256 {'0' * 64}. Received: none, and the x4_srcnn that ships is another by now" in err
    assert run(["verify", file, "--against", "x4_srcnn"], capsys)[0] == 0


def inputs(tmp_path, network_files):
    """Things that are no network, or no place, by name."""
    places = {name: tmp_path / name for name in ("run", "full", "text.keras", "dense.keras", "empty", "old.tflite")}
    Checkpoints(places["run"]).save(7, {"a": np.zeros(2)})
    (tmp_path / "run" / "network.keras").write_bytes(network_files["x2"].read_bytes())
    places["full"].mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    places["text.keras"].write_text("nothing")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(places["dense.keras"])
    places["empty"].mkdir()
    places["old.tflite"].write_text("mine")
    for name, file, text in (
        ("damaged", "model_card.json", "{}"),
        ("served", "models.config", ""),
        ("beside", "lite.model_card.json", "{}"),
    ):
        places[name] = tmp_path / name
        places[name].mkdir()
        (places[name] / file).write_text(text)
    places["carded"] = places["beside"] / "lite.tflite"
    places["here"] = tmp_path / "here"
    places["here"].mkdir()
    return {name.partition(".")[0]: path for name, path in places.items()} | {
        "checkpoint": tmp_path / "run" / "checkpoint-00000007.npz",
        "good": network_files["x2"],
        "out": tmp_path / "out",
        "lite": tmp_path / "out.tflite",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("saved-model nowhere {out}", "or a .keras file. Received: 'nowhere' (no such file)"),
        ("saved-model {run} {out}", "(a folder; the network of a run is {run}/network.keras)"),
        ("saved-model {empty} {out}", "(a folder)"),
        ("saved-model {checkpoint} {out}", "(a training checkpoint; the network of a run is its network.keras)"),
        ("saved-model {text} {out}", "(not a .keras file)"),
        ("saved-model {dense} {out}", "a Sequential"),
        ("saved-model {good} {full}", "DIR: expected a new or empty folder. Received: {full} (a folder that is not"),
        ("saved-model {good} {old}", "DIR: expected a new or empty folder. Received: {old} (a file)"),
        ("saved-model {good} {old}/out", "DIR: expected a folder that can be written"),
        ("saved-model {good} {out} --precision float16", "invalid choice: 'float16'"),
        ("serving {out} --models nowhere", "--models: expected one of"),
        ("serving {out} --models {good} a={good} a={good}", "--models: expected different names"),
        ("serving {out} --models a/b={good}", "--models: expected a name of letters, digits, '-', '_' and '.'"),
        ("serving {out} --models Docker-Compose.yml={good}", "--models: expected a name that is none of"),
        ("serving {full} --models {good}", "DIR: expected a new or empty folder. Received: {full}, which is not"),
        ("serving {full} --models {good} --update", "DIR: expected a folder with models.config to update"),
        ("serving {out} --models {good} --warmup 8", "expected HEIGHTxWIDTH in pixels, such as 256x256. Received: 8"),
        ("tflite {good} {out}", "FILE: expected a name that ends in .tflite"),
        ("tflite {good} {old}", "FILE: expected a new file, or --overwrite"),
        ("tflite {good} {lite} --precision int8", "--calibration: expected a folder of photographs for int8"),
        ("tflite {good} {lite} --precision int8 --calibration {empty}", "Received: a folder with none"),
        ("tflite {good} {lite} --precision int8 --calibration nowhere", "Received: no such folder"),
        ("tflite {good} {lite} --calibration {empty}", "--calibration: expected it with int8 only. Received: {empty}"),
        ("tflite {good} {lite} --size 0x4", "expected HEIGHTxWIDTH in pixels, such as 256x256. Received: 0x4"),
        ("tflite {good} {lite} --size 9000x9000", "size: expected at least 1x1, and a result of at most 16777216"),
        ("tflite {good} {lite} --size 8x8 --size 9000x9000", "size: expected at least 1x1, and a result of at most"),
        ("tflite {good} {lite} --size 8x8 --size 8X8", "--size: expected different sizes. Received: 8x8 twice"),
        ("tflite {good} {old} --size 8x8 --size 9x9 --size 8x8", "--size: expected different sizes"),
        (
            "tflite {good} {out} --size 8x8 --size 9x9",
            "FILE: expected a name that ends in .tflite. Received: {out}_8x8",
        ),
        (
            "verify nowhere",
            "ARTIFACT: expected a SavedModel, a .tflite or an .onnx file. Received: nowhere (no such file)",
        ),
        ("verify {full}", "expected an artifact with model_card.json in it. Received: none"),
        ("verify {damaged}", "model_card.json: expected a model card in JSON: name: expected a string. Received: none"),
        ("verify {served}", "ARTIFACT: expected a folder for TF Serving with models in it. Received: {served}, with"),
        ("saved-model {good} .", "DIR: expected a folder that can be replaced. Received: . (the current folder)"),
        ("serving . --models {good}", "DIR: expected a folder that can be replaced. Received: . (the current folder)"),
        ("saved-model {dense} {out}/deep/deeper", "a Sequential"),
        ("saved-model {good} {out} --max-pixels 99999999999999999999", "--max-pixels: expected 1 to"),
        ("tflite {good} {carded}", "FILE: expected no card beside it, or --overwrite. Received: "),
    ],
)
def test_bad_input_is_one_line(tmp_path, network_files, capsys, monkeypatch, arguments, message):
    places = inputs(tmp_path, network_files)
    monkeypatch.chdir(places["here"])
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run(arguments.format(**places).split(), capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message.format(**places) in err
    assert sorted(tmp_path.rglob("*")) == before
    assert (places["full"] / "file").read_text() == places["old"].read_text() == "mine"


def test_names_of_models():
    assert named_models(["starry_night", "a=x4", "runs/wave/network.keras"]) == {
        "starry_night": "starry_night",
        "a": "x4",
        "wave": "runs/wave/network.keras",
    }


def test_size():
    assert size("480X640") == (480, 640)


def test_help_imports_no_tensorflow():
    code = (
        "import sys; from fast_style.export.cli import main\n"
        "for arguments in ([], ['saved-model'], ['serving'], ['tflite'], ['onnx'], ['verify']):\n"
        "    try:\n        main([*arguments, '--help'])\n    except SystemExit:\n        pass\n"
        "assert not {'tensorflow', 'keras', 'numpy', 'PIL'} & set(sys.modules)"
    )
    text = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "--calibration" in text
