"""The smallest training that is a real one, for tests of what all trainings have in common."""

import contextlib
import os
import signal

import numpy as np
import pytest

from fast_style.common.images.image_io import write_photo
from fast_style.common.training.callbacks import SaveCheckpoints
from superres.settings import SuperResolutionSettings


def write_photos(folder, generator=None):
    """A folder of six photographs of noise, ``photos/``, in `folder`."""
    generator = generator or np.random.default_rng(0)
    (folder / "photos").mkdir(parents=True)
    for number in range(6):
        write_photo(folder / "photos" / f"{number}.png", generator.integers(0, 256, (40, 44, 3), np.uint8))


@contextlib.contextmanager
def sigterm_after(iteration):
    """Sends this process SIGTERM behind an iteration of a training."""

    class Stop(SaveCheckpoints):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if self.iteration == iteration:
                os.kill(os.getpid(), signal.SIGTERM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fast_style.common.training.run.SaveCheckpoints", Stop)
        yield


def tiny_record(**changes):
    """The record of a run, as far as it is read."""
    record = {"status": "finished", "settings": {}, "iteration": 0, "seconds": 0.0, "losses": {}, "validation": []}
    record |= {"bad_photographs": [], "precision": "float32", "started": "2026-01-01T00:00:00+00:00"}
    return record | changes


def tiny_settings(folder, **changes):
    """Settings of a run in ``folder/run`` on what :func:`write_photos` wrote: SRCNN, of three layers, on pixels."""
    settings = {
        "content": str(folder / "photos"),
        "output": str(folder / "run"),
        "architecture": "srcnn-9-1-5",
        "factor": 2,
        "feature_weight": 0.0,
        "pixel_weight": 1.0,
        "iterations": 4,
        "batch_size": 2,
        "size": 32,
        "precision": "float32",
        "preview_every": 0,
        "checkpoint_every": 2,
        "log_every": 1,
    }
    return SuperResolutionSettings(**{**settings, **changes})
