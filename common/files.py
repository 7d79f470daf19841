"""Files that appear whole or not at all, and finding out beforehand whether they can."""

import errno
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from fast_style.common.errors import UserError


def path_text(path):
    """A path, or whatever was given for one, as text that can be looked for and named in errors."""
    return os.fspath(path) if isinstance(path, os.PathLike) else str(path)


def write_bytes(path, content):
    """Writes a file beside its place and renames it, so that no reader ever sees half of it.

    Args:
        path: the file; folders above it are made if need be. Of a link, what it points to is written.
        content: bytes.

    Raises:
        UserError: the folder cannot be made or written, or is full; a device or pipe in the file's place.
    """
    try:
        place = writing_place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: with the file's in it, it could be longer than names may be.
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, place)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise UserError(f"{path}: expected a place that can be written. Received: {error.strerror or error}") from error


def writing_place(path):
    """Where writing a path goes: behind links.

    Raises:
        OSError: links that lead in a circle; something that is there and neither file nor folder.
    """
    place = os.path.realpath(path)
    if os.path.islink(place):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if os.path.exists(place) and not os.path.isfile(place) and not os.path.isdir(place):
        raise OSError(errno.EINVAL, "a pipe or device is there")
    return Path(place)


def check_names(path, name="--output"):
    """Raises UserError where a part of a path, or all of it, is longer than the file system allows."""
    path, most = Path(path), _limit(path, "PC_NAME_MAX", 255)
    for part in path.parts:
        if (length := len(os.fsencode(part))) > most:
            raise UserError(f"{name}: expected names of at most {most} bytes. Received: {part}, {length} bytes")
    if (length := len(os.fsencode(path.absolute()))) >= (most := _limit(path, "PC_PATH_MAX", 4096)):
        raise UserError(f"{name}: expected a path of less than {most} bytes. Received: {path}, {length} bytes")


def _limit(path, name, default):
    try:
        return os.pathconf(existing_folder(Path(path).parent), name)
    except (AttributeError, OSError, ValueError):
        return default


class NotRegularError(OSError):
    """A pipe or a device in the place of a file."""


def open_regular(path):
    """A regular file, opened to read bytes of it; a pipe or a device, which may be without end, is refused at once.

    Raises:
        NotRegularError: a pipe or a device.
        OSError: it cannot be opened; IsADirectoryError for a folder.
    """
    # Not to wait: opening a pipe waits for one who writes.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    kind = os.fstat(handle).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    raise NotRegularError("no regular file")


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
        UserError: it cannot be made or written, or is full; a name that is too long.
    """
    check_names(folder, name)
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
