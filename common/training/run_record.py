"""The record beside the weights of a run: what was asked, with what, on what, and what came out."""

import dataclasses
import os
import platform
from importlib import metadata
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.json_files import read_json, write_json
from fast_style.common.processor import describe_processor

NAME = "run.json"


def versions(*also):
    """Versions of Python, of the packages that numbers depend on, and of others by name."""
    packages = {}
    for name in ("fast-style", "tensorflow", "keras", "numpy", "scipy", "pillow", *also):
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            packages[name] = "not installed"
    return {"python": platform.python_version(), **packages}


def hardware(gpus=None):
    """Processor, cores, memory in GiB and GPUs of this machine.

    Args:
        gpus: their names. Default: those that TensorFlow sees.
    """
    return {
        "processor": describe_processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(physical_memory() / 2**30, 1),
        "gpus": _tensorflow_gpus() if gpus is None else gpus,
    }


def _tensorflow_gpus():
    import tensorflow as tf

    return [
        tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
        for gpu in tf.config.list_physical_devices("GPU")
    ]


def physical_memory():
    """Memory of this machine in bytes; 0 where the system does not tell."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0


def write_record(folder, record):
    """Writes ``run.json`` into a folder, whole or not at all."""
    write_json(Path(folder) / NAME, record, default=_plain)


def read_record(folder):
    """Reads ``run.json`` of a folder.

    Raises:
        UserError: there is none, or it is not JSON.
    """
    path = Path(folder) / NAME
    if not path.exists():
        raise UserError(f"{folder}: expected the folder of a run, with {NAME} in it. Received: none")
    return read_json(path, "a run record")


def without_folders(value):
    """A record with each absolute path cut to its last part: folders of one machine mean nothing on another."""
    if isinstance(value, dict):
        return {key: without_folders(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_folders(item) for item in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def _plain(value):
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    if hasattr(value, "item"):
        return value.item()
    return str(value)
