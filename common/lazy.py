"""Packages whose public names are imported when they are first used, so that ``import`` is quick.

Not ``lazy_loader``, which reads stubs likewise: it takes names of the package's own modules only, and some of ours come
from ``fast_style.common``.
"""

import ast
import importlib
import os

from fast_style.common.installed import require_tensorflow


def lazy_names(package, file):
    """``__getattr__``, ``__dir__`` and ``__all__`` of a module, for it to assign.

    The names are those that its stub imports (``__init__.pyi`` of ``__init__.py``), which type checkers and editors
    read too. ``__version__`` and the like are there, but not listed.

    Args:
        package: its ``__name__``.
        file: its ``__file__``, beside which the stub lies.
    """
    with open(f"{os.path.splitext(file)[0]}.pyi", encoding="utf-8") as stub:
        homes = _homes(stub.read())
    names = sorted(name for name in homes if not name.startswith("_"))

    def get(name):
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        # A name that a package's stub imports from the package itself is a module in it.
        own = homes[name] == package
        try:
            module = importlib.import_module(f"{package}.{name}" if own else homes[name])
        except ModuleNotFoundError:
            require_tensorflow(f"{package}.{name}")
            raise
        value = module if own else getattr(module, name)
        setattr(importlib.import_module(package), name, value)
        return value

    return get, lambda: names, names


def _homes(stub):
    """``{name: module}`` of every ``from module import name as name`` in a stub's source."""
    imports = (node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom))
    return {alias.name: node.module for node in imports for alias in node.names}
