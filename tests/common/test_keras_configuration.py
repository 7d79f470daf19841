"""What Keras may be set to: told in one line at the door, or of no matter to commands. Each in a process of its own."""

import json
import os
from pathlib import Path

import pytest

from fast_style.common.images.image_io import read_photo, write_photo
from tests.export.conftest import picture

COMMAND = "import runpy; runpy.run_module('fast_style', run_name='__main__', alter_sys=True)"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(fresh_processes):
    """A function that runs a program where Keras is set by a folder's keras.json and the environment."""

    def run(folder, code, *arguments, **environment):
        clean = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
        clean |= {"KERAS_HOME": str(folder), "TF_CPP_MIN_LOG_LEVEL": "2"} | environment
        return fresh_processes.run(code, *arguments, cwd=ROOT, env=clean)

    return run


@pytest.fixture
def channels_first(tmp_path):
    """A folder with a keras.json of somebody who has channels first."""
    configuration = {"image_data_format": "channels_first", "backend": "tensorflow", "floatx": "float32"}
    (tmp_path / "keras.json").write_text(json.dumps(configuration))
    return tmp_path


@pytest.mark.slow
def test_commands_paint_whatever_keras_json_says(run, channels_first):
    write_photo(channels_first / "cat.png", picture(20, 24))
    painted = channels_first / "out.png"
    done = run(
        channels_first,
        *(COMMAND, "stylize", str(channels_first / "cat.png"), "--style", "wave_fast", "-o", str(painted)),
    )
    assert done.returncode == 0, done.stderr
    assert read_photo(painted).rgb.shape == (20, 24, 3)


MADE = """
from fast_style import TransformationNetwork
from fast_style.losses import PerceptualLoss
from superres import SRCNN
for make in (TransformationNetwork, lambda: SRCNN(2), lambda: PerceptualLoss(loss_weights="random")):
    try:
        make()
    except ValueError as error:
        print(error)
"""


@pytest.mark.slow
def test_channels_first_is_one_line_in_a_program_of_the_users_own(run, channels_first):
    lines = run(channels_first, MADE).stdout.splitlines()
    expected = "image_data_format of Keras (keras.json): expected channels_last. Received: channels_first"
    assert [line.partition(";")[0] for line in lines] == [expected] * 3


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "nonsense"])
def test_another_backend_is_one_line(run, tmp_path, backend):
    command = COMMAND, "stylize", str(tmp_path), "--style", "wave", "--engine", "tensorflow"
    write_photo(tmp_path / "cat.png", picture(20, 24))
    done = run(tmp_path, *command, "-o", str(tmp_path / "out"), KERAS_BACKEND=backend)
    assert done.returncode == 2, done.stderr
    assert f"error: KERAS_BACKEND: expected tensorflow. Received: {backend}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
