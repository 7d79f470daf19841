"""Where bytes lie: on disks, and in every store that pyarrow and fsspec know, by URI."""

import contextlib
import dataclasses
import fnmatch
import functools
import glob
import os
import posixpath
import re
import uuid

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes

URI = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
# Stores in which what is put is there as a whole or not at all, as pyarrow and fsspec call them.
ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory"}


def is_uri(word):
    """Whether a word of a command line names something in a store."""
    return bool(URI.match(word))


def without_query(word):
    """A URI without what says how its store is reached; a path as it is."""
    return word.partition("?")[0] if is_uri(word) else word


def is_pattern(word):
    """Whether a word means files that match it; in URIs, a question mark begins the query."""
    if is_uri(word):
        return any(one in without_query(word) for one in "*[")
    return glob.has_magic(word) and not os.path.lexists(word)


@dataclasses.dataclass(frozen=True)
class Place:
    """A file or folder. What is on a disk must be there on every machine.

    Attributes:
        name: what to call it.
        path: in its file system.
        filesystem: of pyarrow; None for disks.
    """

    name: str
    path: str
    filesystem: object = dataclasses.field(default=None, hash=False)  # those of pyarrow have none

    def within(self, relative):
        """The place of something in this folder."""
        relative = os.fspath(relative)
        if self.filesystem is None:
            return Place(os.path.join(self.name, relative), os.path.join(self.path, relative))
        return Place(*(f"{base.rstrip('/')}/{relative}" for base in (self.name, self.path)), self.filesystem)

    def source(self):
        """What :func:`read_photo` reads: a path, or the bytes of what lies in a store."""
        return self.path if self.filesystem is None else self.read()

    def read(self):
        """The bytes of a file."""
        with self._errors("a file that can be read"), self.open() as file:
            return file.read()

    def open(self):
        """The file, to be read."""
        return open(self.path, "rb") if self.filesystem is None else self.filesystem.open_input_file(self.path)

    def write(self, content):
        """Writes a file whole or not at all: beside its place and renamed, or by the atomic put of a store."""
        if self.filesystem is None:
            return write_bytes(self.path, content)
        atomic = self.filesystem.type_name.rpartition("+")[2] in ATOMIC
        with self._errors("a place that can be written"):
            if not atomic:
                self.filesystem.create_dir(posixpath.dirname(self.path), recursive=True)
            beside = f"{posixpath.dirname(self.path)}/.{uuid.uuid4().hex}.part"
            path = self.path if atomic else beside
            with self.filesystem.open_output_stream(path) as file:
                file.write(content)
            if not atomic:
                self.filesystem.move(beside, self.path)

    def exists(self):
        """Whether it is there."""
        if self.filesystem is None:
            return os.path.exists(self.path)
        with self._errors("a store that answers"):
            return self.filesystem.get_file_info(self.path).type.name != "NotFound"

    def is_folder(self):
        """Whether files lie in it."""
        if self.filesystem is None:
            return os.path.isdir(self.path)
        with self._errors("a store that answers"):
            return self.filesystem.get_file_info(self.path).type.name == "Directory"

    def files(self):
        """Paths of the files in this folder and all below it, relative to it, sorted; hidden ones are passed over."""
        if self.filesystem is None:
            found = glob.glob("**", root_dir=self.path, recursive=True)
            return sorted(path for path in found if os.path.isfile(os.path.join(self.path, path)))
        from pyarrow.fs import FileSelector

        selector = FileSelector(self.path, allow_not_found=True, recursive=True)
        with self._errors("a store that answers"):
            found = self.filesystem.get_file_info(selector)
        start = len(self.path.rstrip("/")) + 1
        paths = (one.path[start:] for one in found if one.is_file)
        return sorted(path for path in paths if not any(part.startswith(".") for part in path.split("/")))

    @contextlib.contextmanager
    def _errors(self, expected):
        try:
            yield
        except FileNotFoundError as error:
            raise UserError(f"{self.name}: expected {expected}. Received: no such file") from error
        except OSError as error:
            received = error.strerror or " ".join(str(error).split())
            raise UserError(f"{self.name}: expected {expected}. Received: {received:.300}") from error


def place_of(word):
    """The :class:`Place` of a path or URI.

    Raises:
        UserError: a URI of a kind that neither pyarrow nor an fsspec that is installed knows.
    """
    if not is_uri(word):
        return Place(word, os.path.abspath(word))
    plain, mark, query = word.partition("?")
    scheme, _, rest = plain.partition("://")
    authority, _, key = rest.partition("/")
    # The key as it is written, blanks and percent signs too: so stores' own commands have it.
    filesystem, base = _opened(scheme, authority, mark + query)
    path = f"{base.rstrip('/')}/{key}".rstrip("/")
    if filesystem.type_name == "local":
        return Place(path, path)
    return Place(f"{scheme}://{path.lstrip('/')}", path, filesystem)  # not the word, which may hold keys


@functools.lru_cache(maxsize=64)
def _opened(scheme, authority, query):
    """(file system, path of its root): one for all that lies in it."""
    from pyarrow import ArrowInvalid, fs

    if scheme == "s3" and "allow_delayed_open" not in query:
        query = f"{query or '?'}{'&' if query else ''}allow_delayed_open=true"  # one request for what is small
    root = f"{scheme}://{authority}/{query}"
    try:
        return fs.FileSystem.from_uri(root)
    except (ArrowInvalid, NotImplementedError) as error:
        return _by_fsspec(root, error)
    except (OSError, ValueError) as error:
        raise _no_store(root, error) from error


def _by_fsspec(word, error):
    """(file system, path) by fsspec, where there is one of this scheme; else what pyarrow said stands."""
    import fsspec
    from pyarrow.fs import FSSpecHandler, PyFileSystem

    scheme = URI.match(word)[1]
    if scheme == "s3" or scheme not in fsspec.available_protocols():
        raise _no_store(word, error) from error
    try:
        filesystem, path = fsspec.core.url_to_fs(word)
    except (ImportError, ValueError, OSError) as error:
        raise _no_store(word, error) from error
    return PyFileSystem(FSSpecHandler(filesystem)), path


def _no_store(word, error):
    reason = " ".join(str(error).replace(word, "it").split())
    scheme, place = URI.match(word)[1], without_query(word).rpartition("://")[2].rpartition("@")[2].rstrip("/")
    return UserError(f"{scheme}://{place}: expected a URI of a store. Received: {reason:.300}")


def matches(word):
    """Places of the files that a pattern matches; of a URI's, ``*`` stays within a folder."""
    if not is_uri(word):
        return [place_of(one) for one in sorted(glob.glob(word, recursive=True)) if os.path.isfile(one)]
    path, mark, query = word.partition("?")
    fixed = path[: re.search(r"[*\[]", path).start()].rpartition("/")[0]
    pattern, base = path[len(fixed) + 1 :].split("/"), place_of(f"{fixed}{mark}{query}")
    return [base.within(one) for one in base.files() if _fits(one.split("/"), pattern)]


def _fits(parts, pattern):
    return len(parts) == len(pattern) and all(map(fnmatch.fnmatchcase, parts, pattern))
