"""kill -9 in the midst of a training, which then goes on to what it would have been.

``python -m tests.fuzz.kills COUNT SEED``
"""

import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.common.tiny_run import tiny_settings, write_photos
from tests.fuzz.trial import Trial

ITERATIONS = 200
CODE = """
import dataclasses, json, sys
from fast_style.common.startup import start_tensorflow
start_tensorflow()
from superres.settings import SuperResolutionSettings
from superres.train import train
resume, fields = json.loads(sys.argv[1])
print("begins", flush=True)
train(SuperResolutionSettings(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}), resume=resume)
"""


def main(count, seed):
    trial = Trial("kills in training")
    generator = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder))
        whole = tiny_settings(Path(folder), iterations=ITERATIONS, output=str(Path(folder) / "whole"))
        _run(whole)
        expected = _weights(whole)
        killed, number = 0, 0
        while killed < count:
            number += 1
            settings = dataclasses.replace(whole, output=str(Path(folder) / f"run_{number}"))
            while killed < count and not _finished(settings):
                killed += _run(settings, generator.uniform(0, 4))

            if not _finished(settings):
                _run(settings)

            def is_what_it_would_have_been(settings=settings):
                for name, array in _weights(settings).items():
                    np.testing.assert_array_equal(array, expected[name])

            trial.attempt(f"run {number}, {killed} kills, seed {seed}", is_what_it_would_have_been)
    trial.kind = f"{killed} kills in training, of {number} runs"
    trial.finish()


def _run(settings, seconds=None):
    """Trains, from where it stopped where it began; whether it was killed, so many seconds after its imports."""
    fields = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    resume = (Path(settings.output) / "run.json").is_file()
    command = [sys.executable, "-c", CODE, json.dumps([resume, fields])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    if seconds is not None:
        time.sleep(seconds)
        process.kill()
    _, errors = process.communicate()
    if process.returncode not in (0, -9):
        raise RuntimeError(errors[-2000:])
    return process.returncode != 0


def _finished(settings):
    record = Path(settings.output) / "run.json"
    return record.is_file() and json.loads(record.read_text())["status"] == "finished"


def _weights(settings):
    """Arrays by name of the network that a run left."""
    newest = max((Path(settings.output) / "checkpoints").glob("*.npz"))
    with np.load(newest) as arrays:
        return {name: arrays[name] for name in arrays.files}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
