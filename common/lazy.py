"""Packages whose public names are imported when they are first used, so that ``import`` is quick."""

import importlib


def lazy_names(package, homes):
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package, for its ``__init__`` to assign.

    Args:
        package: its ``__name__``.
        homes: ``{public name: module that defines it}``.
    """
    names = sorted(homes)

    def get(name):
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(importlib.import_module(package), name, value)
        return value

    return get, lambda: names, names
