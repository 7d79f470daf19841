"""Packages import their names when they are first used."""

import importlib.util
import subprocess
import sys

import pytest

import fast_style
import fast_style.export as export
import superres


@pytest.mark.parametrize("package", [fast_style, superres, export])
def test_every_public_name_is_there(package):
    for name in package.__all__:
        assert callable(getattr(package, name))
    assert dir(package) == package.__all__
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'nothing'"):
        getattr(package, "nothing")  # noqa: B009


@pytest.mark.parametrize("package", [fast_style, superres, export])
def test_no_module_hides_a_public_name(package):
    """A module ``superres.upscale`` would take the function's place once it is imported."""
    hidden = [name for name in package.__all__ if importlib.util.find_spec(f"{package.__name__}.{name}")]
    assert hidden == []


@pytest.mark.parametrize("modules", ["fast_style, superres, export", "fast_style.cli, superres.cli, superres.settings"])
def test_importing_is_light(modules):
    heavy = {"tensorflow", "keras", "PIL", "numpy"}
    script = f"import sys, {modules}\nassert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
