"""Packages import their names when they are first used."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import fast_style
import fast_style.export as export
import superres


@pytest.mark.parametrize("package", [fast_style, superres, export, superres.export])
def test_every_public_name_is_there(package):
    for name in package.__all__:
        value = getattr(package, name)
        assert callable(value) or isinstance(value, ModuleType)
    assert dir(package) == package.__all__
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'nothing'"):
        getattr(package, "nothing")  # noqa: B009


@pytest.mark.parametrize("package", [fast_style, superres, export])
def test_no_module_hides_a_public_name(package):
    """A module ``superres.upscale`` would take the function's place once it is imported."""
    modules = {name for name in package.__all__ if importlib.util.find_spec(f"{package.__name__}.{name}")}
    nodes = [node for node in stub_of(package) if node.module == package.__name__]
    assert modules == {alias.name for node in nodes for alias in node.names}


@pytest.mark.parametrize(
    "modules",
    ["fast_style, superres, fast_style.export, superres.export", "fast_style.cli, superres.cli, superres.settings"],
)
def test_importing_is_light(modules):
    heavy = {"tensorflow", "keras", "PIL", "numpy"}
    script = f"import sys, {modules}\nassert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def stub_of(package):
    return ast.parse(Path(package.__file__).with_suffix(".pyi").read_text()).body


@pytest.mark.parametrize("package", [fast_style, superres, export])
def test_a_stub_says_only_where_names_are_from(package):
    """The form that type checkers take for a public name: ``from module import name as name``."""
    for node in stub_of(package):
        assert isinstance(node, ast.ImportFrom)
        assert [alias.asname for alias in node.names] == [alias.name for alias in node.names]


def test_both_tasks_have_the_same_losses_layers_and_exports():
    # Styles are those of a network of several paintings, seeds those of a field of noise.
    assert superres.export.__all__ == [name for name in export.__all__ if name not in ("fixed_styles", "seeded_source")]
    for face in ("losses", "layers"):
        ours, theirs = getattr(fast_style, face), getattr(superres, face)
        assert ours.__all__ == theirs.__all__
        assert all(getattr(ours, name) is getattr(theirs, name) for name in ours.__all__)
