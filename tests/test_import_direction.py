"""The import direction of the four packages: common <- fast_style, superres <- export."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {
    "common": {"fast_style", "superres", "export"},
    "fast_style": {"superres", "export"},
    "superres": {"fast_style", "export"},
}


def imported_packages(source):
    """(line, top-level package) of every absolute import in Python source, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module.split(".")[0]


def breaches(package, source):
    return [(line, name) for line, name in imported_packages(source) if name in FORBIDDEN[package]]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_package_imports_only_what_lies_below_it(package):
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in breaches(package, path.read_text(encoding="utf-8"))
    ]
    assert not found, (
        f"{'; '.join(found)}. The direction is common <- fast_style, superres <- export. "
        "Move what both tasks need into common/, or pass it in as an argument."
    )


def test_every_package_has_files_to_check():
    assert list((ROOT / "common").rglob("*.py"))
    assert list((ROOT / "fast_style").rglob("*.py"))


@pytest.mark.parametrize(
    "source",
    [
        "import fast_style",
        "import numpy, fast_style.train as t",
        "from fast_style import stylize",
        "from fast_style.network import TransformationNetwork",
        "def f():\n    from fast_style.network import TransformationNetwork",
    ],
)
def test_every_form_of_import_is_seen(source):
    assert [name for _, name in breaches("common", source)] == ["fast_style"]


def test_other_imports_pass():
    assert breaches("fast_style", "import common.pixels\nfrom . import network\nfrom fast_style import train") == []
