"""Every program of maintainers can be started: what it asks of the package is there."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_all_import():
    for file in sorted([*ROOT.glob("tools/*.py"), *ROOT.glob("benchmarks/*.py")]):
        try:
            importlib.import_module(f"{file.parent.name}.{file.stem}")
        except ModuleNotFoundError as error:
            if error.name != "torch":  # a peer to compare with, which few have
                pytest.fail(f"{file.relative_to(ROOT)}: {error}")
