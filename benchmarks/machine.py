"""Names the machine and the libraries that a measurement was made with."""

import importlib.metadata
import os
import platform

from fast_style.common.processor import describe_processor


def describe():
    """One line: processor, cores, and the versions of what competes."""
    versions = []
    for name in ("tensorflow", "keras", "ai-edge-litert", "torch", "onnxruntime"):
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    return f"{describe_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, " + ", ".join(versions)
