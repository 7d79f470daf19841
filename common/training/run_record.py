"""The record beside the weights of a run: what was asked, with what, on what, and what came out."""

import dataclasses
import os
import platform
from importlib import metadata
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.json_files import read_json, write_json
from fast_style.common.json_shape import Maybe
from fast_style.common.memory import physical_memory
from fast_style.common.networks.source import RUN_RECORD
from fast_style.common.processor import describe_processor
from fast_style.common.settings import PRECISIONS

SHAPE = {
    "status": str,
    "settings": dict,
    "iteration": range(2**63),
    "seconds": float,
    "losses": dict,
    "validation": [{"iteration": range(2**63)}],
    "bad_photographs": [str],
    "precision": frozenset(PRECISIONS),
    "started": str,
    "initialize_sha256": Maybe(str),
}


def versions(*also):
    """Versions of Python, of the packages that numbers depend on, and of others by name."""
    packages = {}
    for name in ("fast-style", "tensorflow", "keras", "numpy", "scipy", "pillow", *also):
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            packages[name] = "not installed"
    return {"python": platform.python_version(), **packages}


def hardware():
    """Processor, cores, memory in GiB and GPUs of this machine."""
    return {
        "processor": describe_processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(physical_memory() / 2**30, 1),
        "gpus": _gpus(),
    }


def _gpus():
    """Names of the GPUs that Keras' backend sees."""
    import keras

    if keras.backend.backend() == "jax":
        import jax

        return [device.device_kind for device in jax.devices() if device.platform == "gpu"]
    import tensorflow as tf

    return [
        tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
        for gpu in tf.config.list_physical_devices("GPU")
    ]


def write_record(folder, record):
    """Writes ``run.json`` into a folder, whole or not at all."""
    write_json(Path(folder) / RUN_RECORD, record, default=_plain)


def read_record(folder):
    """Reads ``run.json`` of a folder.

    Raises:
        UserError: there is none, it is not JSON, or is no record of a run.
    """
    path = Path(folder) / RUN_RECORD
    if not path.exists():
        raise UserError(f"{folder}: expected the folder of a run, with {RUN_RECORD} in it. Received: none")
    return read_json(path, "a run record", SHAPE)


def _plain(value):
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    if hasattr(value, "item"):
        return value.item()
    return str(value)
