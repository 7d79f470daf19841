"""What this machine's memory holds."""

import os
import sys


def physical_memory():
    """Memory of this machine in bytes; 0 where the system does not tell."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0


def memory_errors():
    """The exceptions that mean that memory ran out: Python's, and TensorFlow's where that is used."""
    tensorflow = sys.modules.get("tensorflow")
    return (MemoryError, tensorflow.errors.ResourceExhaustedError) if tensorflow else (MemoryError,)
