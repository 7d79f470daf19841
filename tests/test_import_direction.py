"""The rule of direction: each room of the house imports only those that stand above it in CONTRIBUTING.md's tree."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# From the ground up. A room may import itself and the rooms before it, and no sister of the same storey.
STOREYS = (
    ("common",),
    ("common/images",),
    ("common/layers", "common/losses", "common/video"),
    ("common/networks",),
    ("common/training",),
    ("common/commands", "common/reports"),
    ("common/bulk",),
    ("common/app",),
    ("fast_style", "superres"),
    ("export",),
    ("tools", "benchmarks"),
)
ROOMS = [room for storey in STOREYS for room in storey]


def module_name(path):
    """The dotted name of a file, without the package that ``common`` and ``export`` are installed in."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module):
    """The innermost room of a dotted name, as imported or as the folders lie; None for what is not ours."""
    name = module.replace(".", "/")
    if name.startswith(("fast_style/common", "fast_style/export")):
        name = name.removeprefix("fast_style/")
    return max((room for room in ROOMS if name == room or name.startswith(f"{room}/")), key=len, default=None)


def imported_modules(source):
    """(line, dotted name) of every absolute import in Python source, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def breaches(room, source):
    """(line, imported name) of what lies on the same storey or a higher one."""
    storey = next(number for number, rooms in enumerate(STOREYS) if room in rooms)
    allowed = {room, *(below for rooms in STOREYS[:storey] for below in rooms)}
    return [(line, name) for line, name in imported_modules(source) if room_of(name) not in {*allowed, None}]


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_what_lies_below_it(room):
    paths = [path for path in sorted((ROOT / room).rglob("*.py")) if room_of(module_name(path)) == room]
    assert paths
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in paths
        for line, name in breaches(room, path.read_text(encoding="utf-8"))
    ]
    assert not found, (
        f"{'; '.join(found)}. CONTRIBUTING.md has the rule of direction. "
        "Move what two rooms need into one below both, or pass it in as an argument."
    )


def test_no_module_imports_itself_in_a_circle():
    """Imports at the top of modules alone: those inside functions are there to be late."""
    edges = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            name = module_name(path)
            tree = ast.Module([n for n in ast.parse(path.read_text()).body if not isinstance(n, ast.FunctionDef)], [])
            edges[name] = {target for _, target in imported_modules(ast.unparse(tree))}
    names = {f"fast_style.{name}" if name.split(".")[0] in ("common", "export") else name: name for name in edges}

    def reached(name, seen):
        for target in edges[name]:
            module = names.get(target) or names.get(target.rpartition(".")[0])
            if module and module not in seen:
                seen.add(module)
                reached(module, seen)
        return seen

    assert [name for name in edges if name in reached(name, set())] == []


@pytest.mark.parametrize("folder", ["common", "fast_style", "superres", "export", "tools", "benchmarks"])
def test_every_folder_of_modules_is_a_room_or_within_one(folder):
    assert all(room_of(module_name(path)) for path in (ROOT / folder).rglob("*.py"))


def test_the_tree_in_contributing_is_the_tree_on_disk():
    """Folders of Python files, each with a line, in the order of the storeys."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    tree = re.search(r"```\n(common/.*?)```", text, re.DOTALL).group(1)
    told, parents = [], []
    for line in tree.splitlines():
        folder = re.match(r"( *)([\w/]+)/ +\S", line)
        assert folder, line
        depth = len(folder[1]) // 2
        parents[depth:] = [folder[2]]
        told.append("/".join(parents))
    skipped = {"tests", "docs", "examples"}
    on_disk = {
        str(path.parent.relative_to(ROOT))
        for top in ROOT.iterdir()
        if top.is_dir() and not top.name.startswith(".") and top.name not in {*skipped, "build"}
        for path in top.rglob("*.py")
        if "templates" not in path.parts
    }
    assert {name for name in told if name.split("/")[0] not in skipped} == on_disk
    assert [name for name in told if name in ROOMS] == ROOMS


@pytest.mark.parametrize(
    "source",
    [
        "import fast_style.network",
        "import numpy, fast_style.train as t",
        "from fast_style import stylize",
        "from fast_style.network import TransformationNetwork",
        "def f():\n    from fast_style.network import TransformationNetwork",
        "from fast_style.common.training import run",
    ],
)
def test_every_form_of_import_is_seen(source):
    assert len(breaches("common/networks", source)) == 1


def test_other_imports_pass():
    source = "import fast_style.common.images.pixels\nfrom . import network\nfrom fast_style import train"
    assert breaches("fast_style", source) == []
