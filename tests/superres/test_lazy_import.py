"""``import superres`` gives every public name and imports no TensorFlow."""

import subprocess
import sys

import pytest

import superres


def test_every_public_name_is_there():
    for name in superres.__all__:
        assert getattr(superres, name).__name__
    assert dir(superres) == superres.__all__


def test_no_module_hides_a_public_name():
    """A module ``superres.upscale`` would take the function's place once it is imported."""
    import importlib.util

    assert [name for name in superres.__all__ if importlib.util.find_spec(f"superres.{name}")] == []


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'superres' has no attribute 'nope'"):
        superres.nope  # noqa: B018


@pytest.mark.parametrize("statement", ["import superres", "import superres.cli, superres.settings"])
def test_import_is_light(statement):
    code = f"{statement}; import sys; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
