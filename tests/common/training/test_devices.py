"""Several devices of one machine, which a processor is divided into here: the same losses as of one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fast_style.common.errors import UserError
from fast_style.common.training.run_record import read_record
from fast_style.common.training.workers import start_workers
from tests.common.tiny_run import write_photos

ROOT = Path(__file__).parents[3]
COMMON = ["--content", "photos", "--factor", "2", "--feature-weight", "0", "--pixel-weight", "1", "--iterations", "4"]
COMMON += ["--batch-size", "4", "--size", "32", "--precision", "float32", "--log-every", "1", "--width", "4"]
# Batch normalization, and what is measured and shown on the way, of one photograph at a time.
COMMON += ["--residual-blocks", "1", "--validation", "photos", "--preview-every", "4", "--validate-every", "2"]
# TensorFlow's processor is one device, unless it is said before it starts.
DIVIDED = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
"""
TRAIN = """
from superres.cli import train_main
train_main(sys.argv[1:])
"""


def record(folder, output, *flags, backend):
    environment = {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment |= {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    code = DIVIDED + TRAIN if backend == "tensorflow" else f"import sys\n{TRAIN}"
    command = [sys.executable, "-c", code, *COMMON, *flags, "--output", output]
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return read_record(folder / output)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_two_devices_are_one(backend, tmp_path):
    if backend == "jax":
        pytest.importorskip("jax")
    write_photos(tmp_path)
    one = record(tmp_path, "one", backend=backend)
    two = record(tmp_path, "two", "--devices", "2", backend=backend)
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-5)
    for ours, theirs in zip(two["validation"], one["validation"], strict=True):
        del ours["seconds"], theirs["seconds"]
        assert ours == pytest.approx(theirs, rel=1e-4)
    assert len(two["hardware"]["devices"]) == 2
    assert "devices" not in one["hardware"]
    assert json.loads((tmp_path / "two" / "run.json").read_text())["status"] == "finished"
    assert list((tmp_path / "two" / "previews").iterdir())


def test_more_devices_than_there_are_is_one_line():
    with pytest.raises(UserError, match=r"--devices: expected at most \d+, which TensorFlow sees. Received: 99"):
        start_workers(devices=99)
