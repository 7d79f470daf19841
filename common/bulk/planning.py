"""What is to be painted where there is more than paths: URIs, lists of paths, tables."""

import collections
import functools
import os
import posixpath
from pathlib import Path

from fast_style.common.bulk.places import is_pattern, is_uri, matches, place_of, without_query
from fast_style.common.bulk.tables import SUFFIX, TableFolder, rows_of
from fast_style.common.commands.photo_jobs import checked_jobs, jobs_by_label, jobs_in
from fast_style.common.commands.photo_names import find_photos
from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS, SUFFIXES
from fast_style.common.streams import warn

LIST = ".txt"


class BulkPlan:
    """Jobs of a command, and where what they name lies.

    Args:
        options: what :func:`add_photo_flags` and :func:`add_ray_flags` parsed.
        labels: of the networks, which go into names.
        folder: where results go when nothing is said.

    Attributes:
        jobs: ``{label: list of Job}``, as of :func:`jobs_by_label`.

    Raises:
        UserError: what :func:`plan_jobs` refuses; a store that does not answer, a table or list that cannot be read.
    """

    def __init__(self, options, labels, folder):
        self._sources, self._words = {}, options.photos
        self._output, self._overwrite = options.output or folder, options.overwrite
        if self._is_table and options.overwrite:
            raise UserError(f"--overwrite: expected files. Received: {self._output}, to which tables are only added")
        # What the local command names, and how, where it is all that there is.
        if not any(map(_is_more, options.photos)) and not is_uri(self._output) and not self._is_table:
            self.jobs = jobs_by_label(options, labels, folder)
        else:
            self.jobs = jobs_by_label(options, labels, folder, plan=self._plan, exists=self.exists)

    @property
    def _is_table(self):
        return without_query(self._output).endswith(SUFFIX)

    @functools.cached_property
    def table(self):
        """:class:`TableFolder` of the results, or None where each is a file."""
        return TableFolder(self._folder) if self._is_table else None

    @functools.cached_property
    def _folder(self):
        return place_of(self._output)

    def source(self, job):
        """Where a photograph lies: something with a method ``source``."""
        return self._sources.get(job.source) or place_of(job.source)

    def target(self, job):
        """The :class:`Place` of a result; None where it goes into a table."""
        if self._is_table:
            return None
        if self._folder.filesystem is None:
            return place_of(job.target)
        return self._folder.within(posixpath.relpath(job.target, self._folder.name))

    def exists(self, target):
        """Whether a result is there, as it was when first asked."""
        if self._is_table or is_uri(self._output):
            return target in self._existing
        return os.path.exists(target)

    def written_since(self, jobs):
        """Those of some jobs whose result, which was not there before, is there now."""
        if self._overwrite:
            return []
        self.__dict__.pop("_existing", None)
        if self._is_table or is_uri(self._output):
            return [job for job in jobs if job.target in self._existing]
        return [job for job in jobs if os.path.exists(job.target)]

    @functools.cached_property
    def _existing(self):
        if self._is_table:
            return self.table.names()
        return {self._folder.within(path).name for path in self._folder.files()}

    def _plan(self, photos, label, folder, output, file_format, overwrite, tell):
        """As of :func:`plan_jobs`."""
        found = self._found
        if not is_uri(self._output) and not self._is_table:
            return checked_jobs(jobs_in(self._local, found, label, file_format, tell), overwrite, tell)
        if Path(without_query(self._output)).suffix.lower() in SUFFIXES:
            raise UserError(f"--output: expected a folder, or a name that ends in {SUFFIX}. Received: {self._output}")
        if not is_uri(self._output) and os.path.isfile(self._output):
            raise UserError(f"--output: expected a folder of {SUFFIX} files. Received: {self._output} (a file)")
        place = Path.as_posix if self._is_table else lambda path: self._folder.within(path.as_posix()).name
        jobs = jobs_in(place, found, label, file_format, tell)
        there = None if overwrite else next((job for job in jobs if self.exists(job.target)), None)
        if there:
            raise UserError(f"--output: expected new files, or --overwrite. Received: {there.target}, which exists")
        return jobs

    def _local(self, path):
        return str(Path(self._output) / path)

    @functools.cached_property
    def _found(self):
        """List of (source, path relative to what was named), once each."""
        found = {}
        for word in self._words:
            for name, relative, where in self._of_word(word):
                if where is not None:
                    self._sources[name] = where
                found[name if where is not None else os.path.abspath(name)] = name, relative
        if not found:
            raise UserError(f"photo: expected photographs. Received: {', '.join(self._words)}, with none")
        return list(found.values())

    def _of_word(self, word, listed=False):
        """(name, relative path, where it lies or None for a path) of each photograph that a word means."""
        plain = without_query(word)
        if plain.endswith(SUFFIX) or (plain.endswith(LIST) and not listed):
            for place in self._files(word):
                yield from self._of_table(place) if plain.endswith(SUFFIX) else self._of_list(place)
        elif is_uri(word):
            yield from self._of_uri(word)
        elif listed:  # read when it is painted: one that is missing is one that failed
            yield word, os.path.basename(word), None
        else:
            yield from ((*pair, None) for pair in find_photos([word], self._output, warn))

    def _files(self, word):
        """Places of what is no photograph itself: a file, those that a pattern matches, tables of a folder."""
        if is_pattern(word):
            found = matches(word)
        else:
            place = place_of(word)
            folder = place.path.endswith(SUFFIX) and place.is_folder()
            found = [place.within(path) for path in place.files() if path.endswith(SUFFIX)] if folder else [place]
        if not found:
            raise UserError(f"photo: expected {word} to name files. Received: none")
        return found

    @staticmethod
    def _of_table(place):
        rows = list(rows_of(place))
        taken, seen = {name for name, _ in rows}, collections.Counter()
        for name, row in rows:
            label = name
            while seen[name] and label in taken:  # rows may have one name, as where folders were left out of it
                seen[name] += 1
                label = f"{name} ({seen[name]})"
            seen[name] = seen[name] or 1
            taken.add(label)
            # A path that is absolute, or leads out of the folder, is but a name.
            parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
            yield f"{place.name}#{label}", "/".join(parts) or "row", row

    def _of_list(self, place):
        text = place.read().decode("utf-8-sig", "surrogateescape")  # as Windows begins lists
        for line in filter(None, map(str.strip, text.splitlines())):
            yield from self._of_word(line, listed=True)

    @staticmethod
    def _of_uri(word):
        place = None if is_pattern(word) else place_of(word)
        if place and not place.path.lower().endswith(EXTENSIONS):
            found = [(path, place.within(path)) for path in place.files()]
        else:
            found = [(posixpath.basename(one.path), one) for one in ([place] if place else matches(word))]
        yield from ((one.name, path, one) for path, one in found if path.lower().endswith(EXTENSIONS))


def _is_more(word):
    return is_uri(word) or word.endswith((SUFFIX, LIST))
