"""Checkpoints: whole or not at all, and the newest whole one loads."""

import io
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.npz import read_npz
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
        iteration, newest = next(iter(checkpoints.saved().items()))
        assert iteration >= reported
        arrays = read_npz(newest, 2**30)
        assert all((array == iteration).all() and array.shape == (100_000,) for array in arrays.values())
    assert len(checkpoints.saved()) <= 4  # the three newest, and one more if killed between writing and removing


def test_killed_writers_leave_nothing_behind_for_long(tmp_path):
    (tmp_path / ".checkpoint-00000007.npz.abc.part").write_bytes(b"half")
    Checkpoints(tmp_path).save(8, {"network/000/w": np.zeros(3)})
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00000008.npz"]


def test_three_are_kept_and_none_is_none(tmp_path):
    checkpoints = Checkpoints(tmp_path / "new")
    assert checkpoints.saved() == {}
    for iteration in range(1, 6):
        checkpoints.save(iteration, {"network/000/w": np.zeros(1)})
    assert list(checkpoints.saved()) == [5, 4, 3]


def test_what_is_no_checkpoint_is_left_alone(tmp_path):
    """Names without a number, and a folder of the name of one."""
    (tmp_path / "checkpoint-abc.npz").write_bytes(b"")
    (tmp_path / "checkpoint-00000009.npz").mkdir()
    Checkpoints(tmp_path).save(8, {"network/000/w": np.zeros(1)})
    assert list(Checkpoints(tmp_path).saved()) == [8]


def test_newer_ones_that_are_damaged_are_not_counted_for_those_that_are_kept(tmp_path):
    for iteration in (7, 8, 9):
        (tmp_path / f"checkpoint-{iteration:08d}.npz").write_bytes(b"damaged")
    Checkpoints(tmp_path).save(5, {"network/000/w": np.zeros(1)})
    assert list(Checkpoints(tmp_path).saved()) == [9, 8, 7, 5]


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
    assert Checkpoints(tmp_path).restore(copy, copy_optimizer) == (2, [])
    for before, after in zip(
        [*model.weights, *optimizer.variables], [*copy.weights, *copy_optimizer.variables], strict=True
    ):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
    assert int(copy_optimizer.iterations) == 2


def repacked(content, **changes):
    """The archive with arrays in the place of its first."""
    with np.load(io.BytesIO(content)) as file:
        arrays = {key: file[key] for key in file.files}
    buffer = io.BytesIO()
    np.savez(buffer, **{**arrays, **{next(iter(arrays)): changes["first"]}})
    return buffer.getvalue()


# What a stranger, a bad disk or a mistake makes of a checkpoint, and what is said of it.
DAMAGES = {
    "empty": (lambda content: b"", "not a zip file"),
    "truncated": (lambda content: content[: len(content) // 2], "not a zip file"),
    "of another kind": (lambda content: b"\x93NUMPY", "not a zip file"),
    "not finite": (lambda content: repacked(content, first=np.full((2, 3), np.nan, "float32")), "are not finite"),
    "another shape": (lambda content: repacked(content, first=np.ones((2, 4), "float32")), "another architecture"),
    "text": (lambda content: repacked(content, first=np.full((2, 3), "a")), "which is no number"),
    "whole numbers": (lambda content: repacked(content, first=np.ones((2, 3), int)), "another architecture"),
    "objects": (lambda content: repacked(content, first=np.array([{}] * 6).reshape(2, 3)), "which is no number"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_passed_over_and_said(tmp_path, damage):
    model, optimizer = model_and_optimizer()
    checkpoints = Checkpoints(tmp_path)
    for iteration in (1, 2):
        model.layers[0].bias.assign([iteration] * 3)
        checkpoints.save(iteration, training_state(model, optimizer))
    newest = checkpoints.saved()[2]
    damaged, said = DAMAGES[damage]
    newest.write_bytes(damaged(newest.read_bytes()))
    iteration, passed_over = checkpoints.restore(*model_and_optimizer())
    assert iteration == 1
    (reason,) = passed_over
    assert reason.startswith(f"{newest.name} (")
    assert said in reason
    assert "\n" not in reason
    checkpoints.saved()[1].unlink()
    with pytest.raises(UserError, match="expected a whole checkpoint to go on from, or none to begin anew. Received: "):
        checkpoints.restore(model, optimizer)


def test_nothing_of_a_state_of_another_architecture_is_put_back():
    model, optimizer = model_and_optimizer()
    before = model.get_weights()
    state = training_state(*model_and_optimizer()) | {"optimizer/999/more": np.zeros(1)}
    with pytest.raises(UserError, match="was it trained with another architecture"):
        restore_training_state(model, optimizer, state)
    for was, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)
