"""The image files of a folder, and what else is in it, for a line on what was left out."""

import collections
import os
from pathlib import Path

from fast_style.common.images.image_formats import EXTENSIONS

NAMED = 5  # kinds of files in the line; others are counted


def find_images(folder, suffixes=EXTENSIONS, besides=()):
    """Walks a folder and all below it, linked folders too, each once; hidden files and folders are passed over.

    Args:
        folder: path.
        suffixes: of the files that are sought, in lower case.
        besides: of files that are taken elsewhere, and are not left out.

    Returns:
        (paths, left_out): image files, sorted by path; and what was no image, led back or could not be read, in words,
        or ``""``.
    """
    paths, left_out, folders = [], collections.Counter(), collections.Counter()
    # Linked folders come last, so that what is also there as it is has its own path.
    waiting, seen = collections.deque([Path(folder)]), set()
    above = {_identity(one) for one in Path(os.path.realpath(folder)).parents}
    while waiting:
        here = waiting.popleft()
        if _identity(here) in seen | above:
            folders["linked folders read before"] += 1
            continue

        def walked(place, here=here):
            return place == os.fspath(here) or not os.path.basename(place).startswith(".")

        for place, within, files in os.walk(here, onerror=lambda _: folders.update(["folders that cannot be read"])):
            seen.add(_identity(place))
            shown = [name for name in within if walked(os.path.join(place, name))]
            linked = [name for name in shown if os.path.islink(os.path.join(place, name))]
            waiting += [Path(place, name) for name in sorted(linked)]
            # A linked folder may hold one that was walked before.
            within[:] = [n for n in shown if n not in linked and _identity(os.path.join(place, n)) not in seen]
            for name in files:
                if not name.startswith("."):
                    suffix = os.path.splitext(name)[1].lower()
                    if suffix in suffixes:
                        paths.append(Path(place, name))
                    elif suffix not in besides:
                        left_out[suffix or "no suffix"] += 1
    return sorted(paths), _in_words(left_out, folders)


def _identity(folder):
    """What two names of one folder have in common; None where it is gone."""
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _in_words(files, folders):
    parts = [f"{kind}: {count}" for kind, count in folders.items()]
    kinds = sorted(files.items(), key=lambda item: (-item[1], item[0]))
    if files:
        named = [f"{count} {kind}" for kind, count in kinds[:NAMED]]
        more = [f"{len(files) - NAMED} kinds more"] * (len(files) > NAMED)
        parts.insert(0, f"other files: {files.total()} ({', '.join(named + more)})")
    return ", ".join(parts)
