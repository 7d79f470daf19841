"""One training, or one app, at a time in a folder."""

import contextlib
import os
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import existing_folder

try:
    import fcntl
except ImportError:  # Windows, which TensorFlow's newest releases leave out
    fcntl = None

LOCK = ".lock"


@contextlib.contextmanager
def locked(folder, argument="--output", use="no other training is writing"):
    """Holds a folder for one user within a ``with`` block; it is made if need be, and goes again if it stays empty.

    What is held is a lock of the system on a file in it, which ends with the process, however that ends.

    Args:
        folder: path.
        argument: what to call it in errors.
        use: what is to be true of a folder that is free, in words for errors.

    Raises:
        UserError: another one holds it; it cannot be made or written.
    """
    folder = Path(folder).absolute()
    there = existing_folder(folder)
    made = [place for place in (folder, *folder.parents) if there in place.parents]
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _held(path)
    except OSError as error:
        raise UserError(
            f"{argument}: expected a folder that can be written. Received: {folder} ({error.strerror or error})"
        ) from error
    if file is None:
        raise UserError(f"{argument}: expected a folder that {use}. Received: {folder}")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        file.close()
        with contextlib.suppress(OSError):  # not empty
            for place in made:
                place.rmdir()


def _held(path):
    """The file, locked; None where somebody else has it."""
    while True:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666), "wb")
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it until now took the file away: what is locked must be what the next one finds.
            if os.path.exists(path) and os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                return file
        except BlockingIOError:
            file.close()
            return None
        except BaseException:
            file.close()
            raise
        file.close()
