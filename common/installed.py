"""Which of the packages are there that only some of the work needs."""

import importlib.util

from fast_style.common.errors import UserError


def installed(module):
    """Whether a package can be imported, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # what an import of it that was forbidden leaves
        return False


def require_tensorflow(purpose):
    """Raises UserError where TensorFlow, or Keras, is not installed.

    Args:
        purpose: what needs it, in words.
    """
    missing = [name for name in ("tensorflow", "keras") if not installed(name)]
    if missing:
        raise UserError(
            f"{missing[0]}: expected it to be installed for {purpose}: pip install fast-style. Received: an "
            "installation for painting alone"
        )
