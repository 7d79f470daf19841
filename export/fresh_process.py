"""Runs artifacts in a process that cannot import this package."""

import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.task import tasks

PROGRAM = Path(__file__).parent / "artifact_runner.py"


def packages():
    """Names of the packages that the process cannot import: this one, and those of all tasks."""
    return sorted({__name__.partition(".")[0], *(task.package for task in tasks())})


class FreshProcess:
    """A process that knows artifacts by ``tf.saved_model.load``, LiteRT or ONNX Runtime alone, for one after the other.

    A context manager. The process starts with the first artifact, because TensorFlow takes seconds to load, and
    again with the next where one has made it crash.
    """

    def __init__(self):
        self._process = self._errors = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop()

    def run(self, artifact, inputs):
        """What an artifact computes.

        Args:
            artifact: folder of a SavedModel, or a ``.tflite`` or ``.onnx`` file.
            inputs: ``{"signature/number": array}``: a batch of images, or the bytes of one encoded image as
                uint8 (length,); ``"signature/number/weights"`` are its weights, where it takes any.

        Returns:
            dict of arrays by the same names, but for weights.

        Raises:
            UserError: it does not load or run.
        """
        if self._process is None:
            self._start()
        with tempfile.TemporaryDirectory() as folder:
            paths = [str(Path(folder) / name) for name in ("inputs.npz", "outputs.npz")]
            np.savez(paths[0], **inputs)
            reason = self._answer([str(artifact), *paths])
            if reason is not None:
                raise UserError(f"{artifact}: expected an artifact that loads and runs. Received: {reason}")
            with np.load(paths[1]) as file:
                return {name: file[name] for name in file.files}

    def _start(self):
        # A file: a pipe that nobody reads fills up, and then the process waits for ever.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in _stop)
        # -E -P: nothing of this folder or the environment; -I would leave out packages installed for the user, too.
        command = [sys.executable, "-E", "-P", str(PROGRAM), *packages()]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )

    def _answer(self, task):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(task) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        code = self._process.wait()
        self._errors.seek(0)
        errors = self._errors.read().strip().splitlines()
        self._stop()
        # Killed by a signal it says nothing more: what is there are TensorFlow's remarks.
        return errors[-1] if errors and code > 0 else f"exit code {code}"

    def _stop(self):
        if self._process is None:
            return
        self._process.kill()  # it has nothing to lose
        self._process.communicate()
        self._errors.close()
        self._process = self._errors = None
