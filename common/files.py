"""Files that appear whole or not at all, and finding out beforehand whether they can."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from fast_style.common.errors import UserError


def write_bytes(path, content):
    """Writes a file beside its place and renames it, so that no reader ever sees half of it.

    Args:
        path: the file; folders above it are made if need be.
        content: bytes.

    Raises:
        UserError: the folder cannot be made or written, or is full.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise UserError(f"{path}: expected a place that can be written. Received: {error.strerror or error}") from error


def open_regular(path):
    """A regular file, opened to read bytes of it; a pipe or a device, which may be without end, is refused at once.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    # Not to wait: opening a pipe waits for one who writes.
    file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("no regular file")
    return file


def file_digest(path):
    """sha256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_writable(folder, name="--output"):
    """Finds out before long work starts whether files can be written into a folder, and makes none.

    Args:
        folder: one that is there, or that :func:`write_bytes` would make.
        name: what the command line calls it.

    Raises:
        UserError: it cannot be made or written, or is full.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=existing_folder(folder), prefix=".probe") as probe:
            probe.write(b"0")
    except OSError as error:
        raise UserError(
            f"{name}: expected a folder that can be written. Received: {folder} ({error.strerror})"
        ) from error


def existing_folder(folder):
    """A folder if something of its name is there, else the nearest above it."""
    folder = Path(folder).absolute()
    return next(place for place in (folder, *folder.parents) if os.path.lexists(place))


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
