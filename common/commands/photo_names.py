"""Names: which photographs words of the command line mean, and what their results are called."""

import glob
import itertools
import os
import unicodedata
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import list_images


def find_photos(photos, results, tell=None, besides=()):
    """Photographs that words name: files, folders, patterns, ``"-"``.

    Args:
        photos: the words.
        results: folder in which results of before are no photographs, unless it is named itself.
        tell: function of a line on what was left out.
        besides: suffixes of files in folders that are taken elsewhere.

    Returns:
        list of (source, path relative to what was named), in the order named, once each.

    Raises:
        UserError: none of them is there; a pattern that matches nothing; a folder without images; an empty word.
    """
    found, results = {}, Path(os.path.realpath(results))

    def add(source, relative):
        found[os.path.abspath(source) if source != "-" else "-"] = source, relative

    def add_folder(folder):
        within = Path(os.path.realpath(folder)) in results.parents
        for path in list_images(folder, tell, besides):
            if not (within and results in Path(os.path.realpath(path)).parents):
                add(str(path), str(path.relative_to(folder)))

    for item in photos:
        if not item:
            raise UserError("photo: expected a file, folder or pattern. Received: '', an empty word")
        if item == "-":
            add("-", "-")
        elif os.path.isdir(item):
            add_folder(item)
        elif os.path.lexists(item) or not glob.has_magic(item):
            add(item, Path(item).name)
        else:
            _add_matches(item, results, add, add_folder, tell)
    missing = [source for source, _ in found.values() if source != "-" and not os.path.exists(source)]
    if missing and len(found) == len(missing):
        raise UserError(f"photo: expected an image file or folder. Received: {', '.join(missing)} (no such file)")
    return list(found.values())


def _add_matches(pattern, results, add, add_folder, tell):
    """The files that a pattern matches, and the photographs in the folders that it does."""
    matches = matches_of(pattern)
    files = [match for match in matches if os.path.isfile(match)]
    # What matches all below has the files of folders already.
    deep = Path(pattern).name == "**"
    folders = [match for match in matches if os.path.isdir(match) and not deep]
    folders = [folder for folder in folders if Path(os.path.realpath(folder)) != results]
    if not files and not folders:
        raise UserError(f"photo: expected a pattern that matches files. Received: {pattern!r}, which matches none")
    for file in files:
        add(file, Path(file).name)
    refused = []
    for folder in folders:
        try:
            add_folder(folder)
        except UserError as error:
            refused.append(error)
    if refused and len(refused) == len(folders) and not files:
        raise refused[0]
    for error in refused if tell else ():
        tell(f"left out: {error}")


def matches_of(pattern):
    """What a pattern matches, sorted; parts that are there as they are written, brackets and all, mean that."""
    path = Path(pattern)
    found = [path.anchor]
    for part in path.parts[bool(path.anchor) :]:
        found = [os.path.join(base, name) for base in found for name in _names_in(base, part)]
    return sorted(dict.fromkeys(found))


def _names_in(folder, part):
    if os.path.lexists(os.path.join(folder, part)):
        return [part]
    options = {"root_dir": folder or None, "recursive": True}
    return glob.glob(part, **options) or glob.glob(part.replace("[", "[[]"), **options)


def tell_apart(sources, target):
    """Names of results, of which no two are one.

    Args:
        sources: of :func:`find_photos`.
        target: function from a source, its relative path and a stem to the name of its result.

    Returns:
        (targets, renamed): ``{source: name}``, and lists of sources whose results would have had one name.
    """
    stems = {source: "stdin" if source == "-" else Path(relative).stem for source, relative in sources}
    relatives, groups = dict(sources), {}
    for source, relative in sources:
        groups.setdefault(folded(target(source, relative, stems[source])), []).append(source)
    targets = {group[0]: target(group[0], relatives[group[0]], stems[group[0]]) for group in groups.values()}
    renamed = [group for group in groups.values() if len(group) > 1]
    taken = {key for key, group in groups.items() if len(group) == 1}
    for group in renamed:
        for chosen in _other_stems(group, stems):
            names = [target(source, relatives[source], stem) for source, stem in zip(group, chosen, strict=True)]
            keys = {folded(name) for name in names}
            if len(keys) == len(group) and not taken & keys:
                break
        targets |= zip(group, names, strict=True)
        taken |= keys
    return targets, renamed


def folded(name):
    """What names have in common that are one where upper and lower case are, as on macOS."""
    return unicodedata.normalize("NFC", name).casefold()


def _other_stems(sources, stems):
    """Lists of stems for results of one name: by what the sources' names end in, by their folders, numbered."""
    endings = [Path(source).suffix[1:] or "stream" for source in sources]
    folders = [[part for part in Path(source).parent.parts if part.strip("./")] for source in sources]
    for depth in range(max(map(len, folders)) + 1):
        # The last folders of each, of which numbers would be others with one photograph more.
        longer = [
            "_".join((*parts[max(len(parts) - depth, 0) :], stems[source]))
            for source, parts in zip(sources, folders, strict=True)
        ]
        if depth:
            yield longer
        yield [f"{stem}_{ending}" for stem, ending in zip(longer, endings, strict=True)]
    for first in itertools.count(1):
        yield [f"{stems[source]}_{number}" for number, source in enumerate(sources, first)]
