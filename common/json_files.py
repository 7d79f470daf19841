"""JSON in files: written whole or not at all, read with an error that names the file."""

import json
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes


def write_json(path, value, default=None):
    """Writes a value of JSON, indented; `default` is that of ``json.dumps``."""
    write_bytes(path, (json.dumps(value, indent=2, default=default) + "\n").encode())


def read_json(path, what):
    """The value in a file.

    Args:
        path: of the file.
        what: it is to be, for the error: ``"a model card"``.

    Raises:
        UserError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: expected {what} in JSON. Received: {error}") from error
