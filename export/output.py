"""Outputs that appear whole or not at all, and that replace nothing unasked."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import check_names, check_writable, existing_folder
from fast_style.common.json_files import read_json
from fast_style.common.json_shape import Maybe
from fast_style.export.model_card import CARD


def check_new_folder(path, overwrite=False, argument="DIR"):
    """Finds out, before long work starts, whether a folder can be made at a path.

    Args:
        path: the folder.
        overwrite: whether an export that is there may be replaced; anything else never is.
        argument: what the command line calls the path.

    Raises:
        UserError: a file, a folder with something else in it, an export without `overwrite`, a place
            that cannot be written.
    """
    path = Path(path)
    check_names(path, argument)
    if path.exists() and not path.is_dir():
        raise UserError(f"{argument}: expected a new or empty folder. Received: {path} (a file)")
    check_replaceable(path, argument)
    if path.is_dir() and any(path.iterdir()):
        if not (path / CARD).is_file():
            raise UserError(
                f"{argument}: expected a new or empty folder. Received: {path} (a folder that is not empty)"
            )
        if not overwrite:
            raise UserError(f"{argument}: expected a new or empty folder, or --overwrite. Received: {path}, an export")
        if other := _not_exported(path):
            raise UserError(f"{argument}: expected an export and nothing else. Received: {path}, with {other} in it")
    check_writable(path.parent, argument)


def _not_exported(folder):
    """A file of an export's folder that its card does not list, or ""; whose it is nobody knows."""
    listed = read_json(folder / CARD, "a model card", {"sha256": Maybe({str: str})}).get("sha256") or ()
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return min(found - {CARD, *listed}, default="")


def check_replaceable(path, argument="DIR"):
    """Raises UserError for a folder in whose place no other can be put: a mount point, or where the user is."""
    path = Path(path)
    if path.is_dir() and (path.resolve().is_mount() or path.samefile(Path.cwd())):
        kind = "a mount point" if path.resolve().is_mount() else "the current folder"
        raise UserError(f"{argument}: expected a folder that can be replaced. Received: {path} ({kind})")


def check_new_file(path, suffix, overwrite=False, argument="FILE"):
    """The same of a file whose name must end in `suffix`."""
    path = Path(path)
    if path.suffix != suffix:
        raise UserError(f"{argument}: expected a name that ends in {suffix}. Received: {path}")
    check_names(path, argument)
    if path.is_dir():
        raise UserError(f"{argument}: expected a file. Received: {path} (a folder)")
    if path.exists() and not overwrite:
        raise UserError(f"{argument}: expected a new file, or --overwrite. Received: {path}, which exists")
    check_writable(path.parent, argument)


@contextlib.contextmanager
def whole_folder(path):
    """Gives a folder beside `path` to write into, and renames it to `path` at the end of the ``with`` block.

    What was at `path` is replaced; see :func:`check_new_folder` for who may. An error leaves `path` as it was
    and nothing beside it.

    Raises:
        UserError: the disk is full, or cannot be written.
    """
    path = Path(os.path.realpath(path))  # of a link, what it points to is replaced
    home = existing_folder(path.parent)
    with writing(path):
        part = Path(tempfile.mkdtemp(dir=home, prefix=f".{path.name}.", suffix=".part"))
    try:
        with writing(path):
            inside = part / "new"  # mkdtemp's own folder is closed to other users, a server among them
            inside.mkdir()
            yield inside
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                path.replace(part / "old")
            try:
                inside.replace(path)
            except BaseException:  # Ctrl-C between the two renames, too
                if (part / "old").exists():
                    (part / "old").replace(path)
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def writing(path):
    """Turns what Python and TensorFlow raise where a file cannot be written into one line."""
    import tensorflow as tf

    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: expected a place that can be written. Received: {error.strerror or error}") from error
    except tf.errors.OpError as error:
        # Its own text, behind the names of files and operations: "...; No space left on device [Op:SaveV2]".
        reason = error.message.strip().splitlines()[0].rpartition("; ")[2].partition(" [Op")[0]
        raise UserError(f"{path}: expected a place that can be written. Received: {reason}") from error
