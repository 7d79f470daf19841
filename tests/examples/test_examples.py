"""The examples run as they are written, on a few small photographs; the notebook is the first of them.

``python -m tests.examples.test_examples`` writes the notebook anew.
"""

import ast
import io
import json
import os
import re
import runpy
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOK = EXAMPLES / "train.ipynb"
SMALL = {"SIZE": 32, "STYLE_SIZE": 32, "BATCH_SIZE": 2, "EPOCHS": 1, "LOSS_WEIGHTS": "random"}


@pytest.fixture
def run(tmp_path, monkeypatch, eager_pictures):
    """A function that runs an example with some of its constants changed, where its files are, and gives its names."""
    generator = np.random.default_rng(0)
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for path in ("painting.jpg", "me.jpg", "photos/a.jpg", "photos/b.jpg"):
        Image.fromarray(generator.integers(0, 256, (40, 48, 3), np.uint8)).save(path)

    def run(name, **constants):
        code = (EXAMPLES / name).read_text()
        for constant, value in constants.items():
            code, count = re.subn(rf"^{constant} = .*$", f"{constant} = {value!r}", code, flags=re.MULTILINE)
            assert count == 1, constant
        Path(name).write_text(code)
        return runpy.run_path(name, run_name="__main__")

    return run


def size(path):
    with Image.open(path) as image:
        return image.size


@pytest.mark.slow
def test_train(run, eager_steps):
    names = run("train.py", **SMALL)
    assert names["picture"].shape == (40, 48, 3)
    assert size("painted.jpg") == (48, 40)
    assert type(keras.saving.load_model("network.keras")) is type(names["model"].network)


@pytest.mark.slow
def test_fine_tune(run, eager_steps):
    import fast_style

    run("fine_tune.py", **SMALL)
    before = fast_style.load_network("starry_night_fast").get_weights()
    after = fast_style.load_network("network.keras").get_weights()
    steps = [np.abs(new - old).max() for new, old in zip(after, before, strict=True)]
    # One step of Adam moves a weight by the learning rate at most.
    assert 0 < max(steps) <= 3.1e-4


def test_perceptual_loss(run):
    run("perceptual_loss.py", **{name: value for name, value in SMALL.items() if name != "STYLE_SIZE"})
    model = keras.saving.load_model("denoiser.keras")
    assert model(np.zeros((1, 5, 7, 3), "float32")).shape == (1, 5, 7, 3)
    assert model.loss.get_config()["pixel_weight"] == 10.0


@pytest.mark.slow
def test_serve(run):
    names = run("serve.py")
    assert size("painted.png") == (48, 40)
    with Image.open("painted.png") as image:
        # Two graphs of one network: half a unit may be rounded either way.
        np.testing.assert_allclose(np.asarray(image).astype(int), names["painted"][0], atol=1)


def test_folder(run):
    run("folder.py", STYLE="starry_night_fast", MAX_SIZE=24)
    assert sorted(path.name for path in Path("painted").iterdir()) == ["a.jpg", "b.jpg"]
    assert size("painted/a.jpg") == (24, 20)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_every_example_is_told_and_tested(path):
    assert ast.get_docstring(ast.parse(path.read_text()))
    assert f"test_{path.stem}" in globals()


def notebook(script):
    """The notebook of a script: its docstring as text, then a cell of code for each part that ``# %%`` begins."""
    docstring, *parts = script.split("\n# %%\n")
    cells = [{"cell_type": "markdown", "source": docstring.strip().strip('"')}]
    cells += [{"cell_type": "code", "source": part.strip(), "outputs": [], "execution_count": None} for part in parts]
    for number, cell in enumerate(cells):
        cell |= {"id": str(number), "metadata": {}, "source": cell["source"].splitlines(keepends=True)}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def test_the_notebook_has_the_code_of_the_script():
    expected = notebook((EXAMPLES / "train.py").read_text())
    assert json.loads(NOTEBOOK.read_text()) == expected, "python -m tests.examples.test_examples writes it anew"


if __name__ == "__main__":
    NOTEBOOK.write_text(json.dumps(notebook((EXAMPLES / "train.py").read_text()), indent=1) + "\n")


def test_kserve():
    yaml = pytest.importorskip("yaml")
    service = yaml.safe_load((EXAMPLES / "kserve.yaml").read_text())
    assert (service["apiVersion"], service["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    model = service["spec"]["predictor"]["model"]
    assert model["modelFormat"] == {"name": "tensorflow"}
    assert model["runtimeVersion"].count(".") == 2


def test_litserve_server(tmp_path):
    """A photograph in, a picture out, and one line for what is no photograph; in a process of its own."""
    pytest.importorskip("litserve")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (EXAMPLES / "litserve_server.py").read_text()
    (tmp_path / "served.py").write_text(code.replace("PORT = 8000", f"PORT = {port}"))
    content = io.BytesIO()
    Image.new("RGB", (48, 40), "red").save(content, "JPEG")
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES.parent)}
    with subprocess.Popen([sys.executable, "served.py"], cwd=tmp_path, env=environment) as process:
        try:
            status, picture = ask(port, content.getvalue())
            assert status == 200
            with Image.open(io.BytesIO(picture)) as image:
                assert (image.format, image.size) == ("PNG", (48, 40))
            status, answer = ask(port, b"Dear diary")
            assert status == 400
            assert b"Received: " in answer
        finally:
            process.terminate()


def ask(port, content):
    """(status, body) of a server that may still be starting."""
    body = b'--x\r\nContent-Disposition: form-data; name="request"; filename="a"\r\n\r\n' + content + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    end = time.monotonic() + 120
    while True:
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/predict", body, headers)
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
