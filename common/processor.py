"""What the processor can do."""

import functools
from pathlib import Path


@functools.cache
def instruction_sets():
    """Names of the processor's extensions as Linux lists them, ``"avx2"``, ``"avx512f"`` ...; empty elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), ()))


def has_avx512():
    """Whether vectors have 512 bits: TensorFlow then uses oneDNN's convolutions by itself."""
    return "avx512f" in instruction_sets()
