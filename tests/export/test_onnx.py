"""ONNX files against the Keras networks, run by ONNX Runtime."""

import hashlib
import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.source import find_network
from fast_style.export.comparison import FLOORS, cover, psnr
from fast_style.export.fresh_process import FreshProcess
from fast_style.export.model_card import CARD, card_path
from fast_style.export.onnx import OUTPUT, convert, export_onnx, run
from fast_style.export.tflite import export_tflite
from fast_style.export.verification import verify
from superres.srcnn import SRCNN
from tests.export.test_cli import run as command
from tests.export.test_shipped_networks import KINDS


@pytest.fixture(scope="module")
def process():
    with FreshProcess() as process:
        yield process


def photo(height, width):
    return cover(sample_photos()["coffee"], height, width)


@pytest.mark.parametrize(
    ("name", "precision", "size", "uint8"),
    [("x2", "float32", (25, 35), True), ("style", "float16", None, False), ("style", "float32", (5, 2), False)],
)
def test_file_and_card(tmp_path, sources, name, precision, size, uint8):
    source, file = sources[name], tmp_path / "out.onnx"
    card = export_onnx(source, file, precision, size, uint8)
    content = file.read_bytes()
    assert card == json.loads((tmp_path / f"out.onnx.{CARD}").read_text())
    assert (card["form"], card["sha256"], card["bytes"]) == ("onnx", hashlib.sha256(content).hexdigest(), len(content))
    session = onnxruntime.InferenceSession(content)
    (given,), (answer,) = session.get_inputs(), session.get_outputs()
    assert (given.name, answer.name) == ("images", OUTPUT)
    assert given.type == answer.type == ("tensor(uint8)" if uint8 else "tensor(float)")
    # The file says what the card says, and computes what the network does at other sizes, where it may.
    signature = card["signatures"]["serving_default"]
    assert signature["inputs"]["images"]["shape"] == given.shape
    assert signature["outputs"][OUTPUT]["shape"] == answer.shape
    for image in [photo(*size)] if size else [photo(31, 18), photo(1, 1), photo(2, 40)]:
        (result,) = run(content, [image])
        assert psnr(source.network.render(image[None]).numpy()[0], np.rint(result)) >= FLOORS[precision]


@pytest.mark.slow
@pytest.mark.parametrize("size", [None, (24, 32)])
def test_another_shape_is_refused(sources, size):
    """A batch of two would share its statistics."""
    session = onnxruntime.InferenceSession(convert(sources["style"].network, size=size))
    others = [(2, 24, 32, 3), (0, 24, 32, 3), (24, 32, 3), (1, 24, 32, 4), (1, 24, 32, 1), (1, 1, 24, 32, 3)]
    for shape in [*others, *([(1, 48, 64, 3), (1, 32, 24, 3)] if size else [])]:
        with pytest.raises(Exception, match="INVALID_ARGUMENT"):
            session.run(None, {"images": np.zeros(shape, np.float32)})
    with pytest.raises(Exception, match="FAIL|INVALID_ARGUMENT"):
        session.run(None, {"images": np.zeros((1, 0, 32, 3), np.float32)})


@pytest.mark.slow
def test_kernels_have_half_the_bytes_in_float16(sources):
    for precision, dtype in (("float32", onnx.TensorProto.FLOAT), ("float16", onnx.TensorProto.FLOAT16)):
        model = onnx.load_from_string(convert(sources["x2"].network, precision, (24, 24)))
        kernels = [constant.data_type for constant in model.graph.initializer if len(constant.dims) == 4]
        assert len(kernels) > 4
        assert set(kernels) == {dtype}


def test_weights_that_float16_cannot_hold_are_refused(tmp_path):
    """The same function as before: one layer's kernel times 1e6, that of the next divided by it."""
    network = SRCNN(factor=2)
    for layer, scale in ((1, 1e6), (2, 1e-6)):
        kernel = network.convolutions[layer].kernel
        kernel.assign(kernel * scale)
    network.save(tmp_path / "large.keras")
    arguments = (find_network(tmp_path / "large.keras"), tmp_path / "out.onnx", "float16", (16, 24))
    with pytest.raises(UserError, match=r"expected weights that float16 can hold, up to 65504\. Received: one of \d"):
        export_onnx(*arguments, allow_loss=True)
    assert [path.name for path in tmp_path.iterdir()] == ["large.keras"]


@pytest.mark.slow
def test_command_then_verify_beside_a_tflite_file(tmp_path, network_files, sources, capsys):
    export_tflite(sources["x2"], tmp_path / "x2.tflite", size=(24, 32))
    file = tmp_path / "x2.onnx"
    code, out, _ = command(["onnx", network_files["x2"], file, "--size", "24x32", "--uint8"], capsys)
    assert (code, f"{file.stat().st_size} bytes, PSNR" in out) == (0, True)
    assert len({card_path(path) for path in tmp_path.glob("x2.*") if CARD not in path.name}) == 2
    code, out, _ = command(["verify", file, "--against", network_files["x2"]], capsys)
    assert (code, out.count("32x24"), out.count("ok")) == (0, 2, 2)
    file.write_bytes(file.read_bytes()[:1000])
    code, _, err = command(["verify", file, "--against", network_files["x2"]], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "expected an artifact that loads and runs" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("onnx {good} {folder}/out.tflite", "FILE: expected a name that ends in .onnx"),
        ("onnx {good} {folder}/out.onnx --precision int8", "invalid choice: 'int8'"),
        ("onnx {good} {folder}/out.onnx --size 9000x9000", "size: expected at least 1x1, and a result of at most"),
        ("onnx {good} {folder}/out.onnx --photos {folder}", "Received: a folder with none"),
        ("onnx nowhere {folder}/out.onnx", "(no such file)"),
    ],
)
def test_bad_input_is_one_line(tmp_path, network_files, capsys, arguments, message):
    code, out, err = command(arguments.format(good=network_files["x2"], folder=tmp_path).split(), capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_installed_is_named(tmp_path, sources, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(UserError, match=r"tf2onnx: expected it to be installed: pip install 'fast-style\[onnx\]'"):
        export_onnx(sources["x2"], tmp_path / "out.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "size"), [("float32", (16, 24)), ("float16", None)])
@pytest.mark.parametrize("name", KINDS)
def test_shipped_networks(tmp_path, name, precision, size, process):
    file = tmp_path / "out.onnx"
    export_onnx(find_network(name), file, precision, size)
    comparisons = verify(file, process=process)
    assert len(comparisons) == 2
    assert all(comparison.holds for comparison in comparisons)
