"""The smallest training that is a real one, for tests of training and its command line."""

import numpy as np

from fast_style.common.images.image_io import write_photo
from fast_style.settings import StyleSettings
from tests.common.tiny_run import write_photos


def write_inputs(folder):
    """A painting and a folder of photographs in `folder`: ``style.png`` and ``photos/``."""
    generator = np.random.default_rng(0)
    painting = generator.integers(0, 256, (40, 48, 3), np.uint8)
    write_photos(folder, generator)
    write_photo(folder / "style.png", painting)


def tiny_settings(folder, **changes):
    """Settings of a run in ``folder/run`` on what :func:`write_inputs` wrote."""
    settings = {
        "style": str(folder / "style.png"),
        "content": str(folder / "photos"),
        "output": str(folder / "run"),
        "iterations": 4,
        "batch_size": 2,
        "size": 32,
        "style_size": 32,
        "width": 2,
        "content_layers": ("relu1_2",),
        "style_layers": ("relu1_1", "relu1_2"),
        "loss_weights": "random",
        "precision": "float32",
        "preview": (str(folder / "style.png"),),
        "preview_every": 0,
        "checkpoint_every": 2,
        "log_every": 1,
    }
    return StyleSettings(**{**settings, **changes})


def tiny_flags(folder, **changes):
    """The same as command-line flags; None leaves a flag out."""
    settings = vars(tiny_settings(folder)) | changes
    defaults = vars(StyleSettings())
    flags = []
    for name, value in settings.items():
        if value is None or (value == defaults[name] and name not in changes):
            continue
        flags.append(f"--{name.replace('_', '-')}")
        flags.extend(map(str, value) if isinstance(value, tuple) else [str(value)])
    return flags
