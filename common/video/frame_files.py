"""Files of numbered frames, and of folders of them. Light: commands ask before anything heavy starts."""

import collections
import os
import re
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.video.formats import NUMBERED, is_numbered

DIGITS = re.compile(r"(\d+)")
NUMBERED_EXAMPLE = "NAME%04d.png"


def numbered_files(path):
    """What is there of numbered frames, in order of their numbers.

    Args:
        path: ``frames/%04d.png``. Numbers of any digits are its, as of a clip whose frames outgrew four.

    Raises:
        UserError: a folder that cannot be read.
    """
    folder, name = Path(path).parent, Path(path).name
    before, after = NUMBERED.split(name, maxsplit=1)
    pattern = re.compile(re.escape(before) + r"\d+" + re.escape(after))
    return _in_order(folder / one for one in _names(folder, path) if pattern.fullmatch(one))


def frame_files(source, besides=()):
    """The frames of a clip of pictures, in order of their numbers, and what else its folder has.

    Of a folder, frames are the pictures whose names differ in their numbers alone, those of the commonest such name:
    neither a cover nor a result beside them is one. Where no two do, all pictures are.

    Args:
        source: ``frames/%04d.png``, or a folder.
        besides: paths of files that are none.

    Returns:
        (frames, others): lists of paths; others are the pictures of a folder that are no frames.

    Raises:
        UserError: a folder that cannot be read, or has as many frames of one name as of another.
    """
    besides = {os.path.realpath(path) for path in besides}

    def left(paths):
        return [path for path in paths if not besides or os.path.realpath(path) not in besides]

    if not os.path.isdir(source):
        return left(numbered_files(source)), []
    folder = Path(source)
    names = [name for name in _names(folder, source) if not name.startswith(".")]
    pictures = left(_in_order(folder / name for name in names if Path(name).suffix.lower() in EXTENSIONS))
    alike = collections.defaultdict(list)
    for path in pictures:
        if DIGITS.search(path.stem):
            alike[DIGITS.sub("0", path.stem), path.suffix.lower()].append(path)
    most = max(map(len, alike.values()), default=0)
    if most < 2:
        return pictures, []
    frames, *equals = [paths for paths in alike.values() if len(paths) == most]
    if equals:  # such as frames, and what was painted of them
        firsts = ", ".join(sorted(paths[0].name for paths in (frames, *equals)))
        raise UserError(
            f"{source}: expected frames of one name, or the name of those that are meant, as "
            f"{os.path.join(source, NUMBERED_EXAMPLE)}. Received: {most} each like {firsts}"
        )
    of_clip = set(frames)
    return frames, [path for path in pictures if path not in of_clip]


def target_files(target):
    """Paths of what is there already of a result.

    Args:
        target: :class:`Target`.
    """
    if target.numbered:
        return [str(path) for path in numbered_files(target.path)]
    return [target.path] if os.path.exists(target.path) else []


def has_frame_files(source):
    """Whether this names a clip of pictures: numbered frames, or a folder of them."""
    return is_numbered(source) or os.path.isdir(source)


def _names(folder, shown):
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UserError(f"{shown}: expected a folder that can be read. Received: {error.strerror}") from error


def _in_order(paths):
    return sorted(paths, key=_by_number)


def _by_number(path):
    """A key of names in which digits count as numbers: 2 before 10."""
    return [(int(part), part) if part.isdecimal() else (-1, part) for part in DIGITS.split(path.name)]
