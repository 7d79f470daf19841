"""What the processor is and can do."""

import functools
import os
import platform
from pathlib import Path

MATRIX_INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")  # they decide which precision is fastest


def describe_processor():
    """The processor's name, with those of its instructions that decide which precision is fastest."""
    name = _first_core().get("model name") or platform.processor() or platform.machine()
    found = [instruction for instruction in MATRIX_INSTRUCTIONS if instruction in instruction_sets()]
    return f"{name} ({', '.join(found)})" if found else name


@functools.cache
def instruction_sets():
    """Names of the processor's extensions as Linux lists them, ``"avx2"``, ``"avx512f"`` ...; empty elsewhere."""
    return frozenset(_first_core().get("flags", "").split())


def processors():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_avx512():
    """Whether vectors have 512 bits: TensorFlow then uses oneDNN's convolutions by itself."""
    return "avx512f" in instruction_sets()


def _first_core():
    """What Linux says of the first core, ``{"model name": ..., "flags": ...}``; empty elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    lines = text.partition("\n\n")[0].splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
