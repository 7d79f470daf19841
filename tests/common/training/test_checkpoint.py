"""Checkpoints: whole or not at all, and the newest whole one loads."""

import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.training.checkpoint import Checkpoints, restore_training_state, training_state

# Writes checkpoints as fast as it can. All values of one file are its iteration, so a mixed or torn
# file gives itself away.
WRITER = """
import sys
import numpy as np
from fast_style.common.training.checkpoint import Checkpoints
checkpoints = Checkpoints(sys.argv[1])
iteration = int(sys.argv[2])
while True:
    iteration += 1
    checkpoints.save(iteration, {f"network/{i:03d}/w": np.full(100_000, iteration, "float32") for i in range(8)})
    print(iteration, flush=True)
"""


@pytest.mark.slow
def test_newest_whole_checkpoint_loads_after_each_of_50_kills(tmp_path):
    """kill -9 at 50 moments spread over the 30 ms or so that a save takes; each time the newest one that
    the writer reported, or the one it was finishing, loads and is all of one iteration."""
    checkpoints, iteration = Checkpoints(tmp_path), 0
    generator = np.random.default_rng(0)
    for _ in range(50):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(iteration)], stdout=subprocess.PIPE, text=True
        )
        reported = int(writer.stdout.readline())
        time.sleep(generator.uniform(0, 0.06))
        writer.send_signal(signal.SIGKILL)
        reported = max([reported, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        writer.wait()
        writer.stdout.close()
        latest = checkpoints.latest()
        assert latest.iteration >= reported
        assert all((array == latest.iteration).all() and array.shape == (100_000,) for array in latest.arrays.values())
        iteration = latest.iteration
    assert len(checkpoints.paths()) <= 4  # the three newest, and one more if killed between writing and removing


def test_killed_writers_leave_nothing_behind_for_long(tmp_path):
    (tmp_path / ".checkpoint-00000007.npz.abc.part").write_bytes(b"half")
    Checkpoints(tmp_path).save(8, {"network/000/w": np.zeros(3)})
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000008.npz"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty"])
def test_a_damaged_checkpoint_is_passed_over(tmp_path, damage):
    checkpoints = Checkpoints(tmp_path)
    for iteration in (1, 2):
        checkpoints.save(iteration, {"network/000/w": np.full(1000, iteration, "float32")})
    newest = checkpoints.paths()[0]
    content = bytearray(newest.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    newest.write_bytes(
        content if damage == "flipped" else content[: len(content) // 2] if damage == "truncated" else b""
    )
    assert checkpoints.latest().iteration == 1


def test_three_are_kept_and_none_is_none(tmp_path):
    checkpoints = Checkpoints(tmp_path / "new")
    assert checkpoints.latest() is None
    for iteration in range(1, 6):
        checkpoints.save(iteration, {"network/000/w": np.zeros(1)})
    assert [int(path.stem[-8:]) for path in checkpoints.paths()] == [5, 4, 3]


def model_and_optimizer(units=3):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units), keras.layers.BatchNormalization()])
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def test_training_state_round_trip(tmp_path):
    """Weights, statistics, both Adam moments and the step count come back exactly."""
    model, optimizer = model_and_optimizer()
    for seed in (1, 2):
        generator = np.random.default_rng(seed)
        optimizer.apply([generator.normal(size=v.shape).astype("float32") for v in model.trainable_variables])
    Checkpoints(tmp_path).save(2, training_state(model, optimizer))
    copy, copy_optimizer = model_and_optimizer()
    restore_training_state(copy, copy_optimizer, Checkpoints(tmp_path).latest().arrays)
    for before, after in zip(
        [*model.weights, *optimizer.variables], [*copy.weights, *copy_optimizer.variables], strict=True
    ):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
    assert int(copy_optimizer.iterations) == 2


def test_state_of_another_architecture_is_refused():
    model, optimizer = model_and_optimizer()
    other, other_optimizer = model_and_optimizer(units=4)
    with pytest.raises(UserError, match="was it trained with another architecture"):
        restore_training_state(other, other_optimizer, training_state(model, optimizer))
