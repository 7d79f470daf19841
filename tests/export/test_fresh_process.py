"""Artifacts run one after the other in a process of their own; what does not is one line, and the next one runs."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.export.fresh_process import PROGRAM, FreshProcess, packages

IMAGES = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)


@pytest.fixture(scope="module")
def process():
    with FreshProcess() as process:
        yield process


@pytest.fixture(scope="module")
def doubling(tmp_path_factory):
    """A SavedModel whose one signature doubles."""
    folder = str(tmp_path_factory.mktemp("artifacts") / "doubling")
    module = tf.Module()
    signature = tf.TensorSpec((None, None, None, 3), tf.float32, "images")
    module.double = tf.function(lambda images: {"images": images * 2}, input_signature=[signature])
    tf.saved_model.save(module, folder, signatures={"double": module.double})
    return folder


@pytest.fixture
def broken(tmp_path):
    """A file that is no TFLite file."""
    file = tmp_path / "broken.tflite"
    file.write_bytes(b"no model")
    return file


def doubled(process, artifact):
    return process.run(artifact, {"double/0": IMAGES})["double/0"]


@pytest.mark.slow
def test_each_answer_is_of_its_artifact_and_input(process, doubling):
    for factor in (1, 3):
        outputs = process.run(doubling, {"double/0": IMAGES * factor, "double/1": IMAGES})
        assert {name: array.tolist() for name, array in outputs.items()} == {
            "double/0": (IMAGES * factor * 2).tolist(),
            "double/1": (IMAGES * 2).tolist(),
        }


@pytest.mark.slow
def test_what_does_not_load_is_one_line_and_the_next_runs_in_the_same_process(process, doubling, broken):
    doubled(process, doubling)
    before = process._process.pid
    with pytest.raises(UserError, match="broken.tflite: expected an artifact that loads and runs. Received: ") as error:
        doubled(process, broken)
    assert "\n" not in str(error.value)
    assert (doubled(process, doubling) == IMAGES * 2).all()
    assert process._process.pid == before


@pytest.mark.slow
def test_a_crash_is_one_line_and_the_next_runs_in_another_process(process, doubling):
    doubled(process, doubling)
    process._process.kill()
    process._process.wait()
    with pytest.raises(UserError, match="expected an artifact that loads and runs. Received: exit code -9"):
        doubled(process, doubling)
    assert (doubled(process, doubling) == IMAGES * 2).all()


def test_it_starts_with_the_first_artifact_and_leaving_ends_it(broken):
    with FreshProcess() as process:
        assert process._process is None
        with pytest.raises(UserError):
            doubled(process, broken)
        started = process._process
        assert started.poll() is None
    assert started.poll() is not None


def test_nothing_of_the_package_can_be_imported_where_artifacts_are_verified():
    """The program itself, and behind it an import of what it shut out."""
    code = f"import runpy, sys; sys.argv[1:] = {packages()!r}; runpy.run_path({str(PROGRAM)!r}); import numpy, {{}}"
    runs = [
        subprocess.run([sys.executable, "-I", "-c", code.format(name)], capture_output=True, text=True)
        for name in ("json", "fast_style.common.images.pixels", "fast_style", "superres", "export")
    ]
    assert [run.returncode for run in runs] == [0, 1, 1, 1, 1]
    assert all("ModuleNotFoundError" in run.stderr for run in runs[1:])
