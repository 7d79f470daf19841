"""Packages that only some exports need."""

import importlib

from fast_style.common.errors import UserError


def require(module, extra):
    """Imports a module of an optional dependency.

    Raises:
        UserError: it is not installed; the message says which extra brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UserError(
            f"{module.split('.')[0]}: expected it to be installed: pip install 'fast-style[{extra}]'. Received: {error}"
        ) from error
