"""The app's folder: all that it writes is in it."""

import contextlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import check_names, check_writable
from fast_style.common.training.lock import locked

# Uploads and results stay so long, for people who come back to their page.
KEPT_SECONDS = 24 * 3600


class AppFolder:
    """What is kept, and what is not: ``temporary/`` has uploads and results.

    What is in ``temporary/`` is served to whoever knows its path, which nobody can guess. Nothing else is served.

    Args:
        path: the folder; made if need be.

    Raises:
        UserError: it cannot be made or written, or is a file.
    """

    def __init__(self, path):
        self._held = contextlib.ExitStack()
        self.path = Path(os.path.abspath(path))
        check_names(self.path, "--folder")
        check_writable(self.path, "--folder")
        try:
            self.temporary.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"--folder: expected a folder. Received: {path} ({error.strerror})") from error

    def hold(self):
        """Keeps other apps out of the folder, until this process ends or :meth:`release`: what is temporary is emptied
        when an app begins.

        Raises:
            UserError: another app uses it.
        """
        self._held.enter_context(locked(self.path, "--folder", "no other app is using"))

    def release(self):
        """Lets other apps use the folder."""
        self._held.close()

    @property
    def temporary(self):
        return self.path / "temporary"

    def new(self):
        """A new empty folder in ``temporary/`` whose name cannot be guessed; what is too old goes."""
        self.sweep(KEPT_SECONDS)
        folder = self.temporary / secrets.token_hex(16)
        folder.mkdir()
        return folder

    def sweep(self, seconds=0):
        """Deletes what in ``temporary/`` nothing was written into for so long."""
        before = time.time() - seconds
        for entry in self.temporary.iterdir():
            with contextlib.suppress(OSError):
                if entry.lstat().st_mtime <= before:
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def without_path(self, text):
        """A message without the folders of this one: people gave names of files, and need not know where they lie."""
        return re.sub(rf"{re.escape(str(self.path))}(/[^/\s]+)*/", "", text)
