"""JSON in files: written whole or not at all, read with an error that names the file."""

import json

from fast_style.common.errors import UserError
from fast_style.common.files import open_regular, write_bytes
from fast_style.common.json_shape import json_fault

LARGEST = 64 * 2**20  # bytes of a record: a hundred times the longest


def write_json(path, value, default=None):
    """Writes a value of JSON, indented; `default` is that of ``json.dumps``."""
    write_bytes(path, (json.dumps(value, indent=2, default=default) + "\n").encode())


def read_json(path, what, shape=object):
    """The value in a file.

    Args:
        path: of the file.
        what: it is to be, for the error: ``"a model card"``.
        shape: that it must have, as of :func:`json_fault`; default any.

    Raises:
        UserError: it cannot be read, is no regular file or too large for a record, is not JSON, or has another shape.
    """
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError(f"more than {LARGEST >> 20} MiB")
        value = json.loads(content)
    except RecursionError:
        raise UserError(f"{path}: expected {what} in JSON. Received: values too deep within each other") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: expected {what} in JSON. Received: {error}") from error
    if shape is not object and (fault := json_fault(value, shape)):
        raise UserError(f"{path}: expected {what} in JSON: {fault}")
    return value
