"""Names the machine and the libraries that a measurement was made with."""

import importlib.metadata
import os
import platform
from pathlib import Path

from common.processor import instruction_sets


def describe():
    """One line: processor, cores, and the versions of what competes."""
    processor = platform.processor()
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), processor)
        units = [unit for unit in ("amx_bf16", "avx512f", "avx2") if unit in instruction_sets()]
        processor += f" ({units[0]})" if units else ""
    versions = []
    for name in ("tensorflow", "keras", "torch", "onnxruntime"):
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    return f"{processor}, {os.cpu_count()} cores; Python {platform.python_version()}, " + ", ".join(versions)
