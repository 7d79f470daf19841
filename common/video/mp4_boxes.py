"""Boxes of MP4 and MOV files (ISO/IEC 14496-12), and the chapters among them."""

# Boxes that hold boxes, on the way to what is asked for here.
HOLDERS = (b"moov", b"trak", b"tref")
# Behind a box's head, in versions 0 and 1: where the duration of a file and of a track, and a track's number are.
DURATION = {b"mvhd": ((16, 4), (24, 8)), b"tkhd": ((20, 4), (28, 8))}
NUMBER = (12, 20)


def boxes(file, start, end):
    """(kind, where its content begins, where it ends) of the boxes between two places of a binary file.

    One that passes the end is the last.
    """
    while start < end:
        file.seek(start)
        head = file.read(16)
        length, size = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, size = int.from_bytes(head[8:], "big"), 16
        if length < size:  # 0: to the end
            length = end - start
        yield head[4:8], start + size, start + length
        start += length


def drop_chapter_track(path):
    """Makes the stream that FFmpeg writes chapters as, which is as long as they are, a free place of the file.

    The other list of chapters that it writes stays, and the file is as long as its longest other track.
    """
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        kinds = {}
        for kind, inside, end in _within(file, 0, size):
            kinds.setdefault(kind, []).append((inside, end))
        named = set()
        for inside, end in kinds.get(b"chap", ()):
            file.seek(inside)
            numbers = file.read(end - inside)
            named |= {int.from_bytes(numbers[at : at + 4], "big") for at in range(0, len(numbers), 4)}
            _rename(file, inside)
        longest = 0
        for (inside, _), (track, _) in zip(kinds[b"tkhd"], kinds[b"trak"], strict=True):
            if _number(file, inside + NUMBER[_version(file, inside)], 4) in named:
                _rename(file, track)
            else:
                longest = max(longest, _number(file, *_duration(file, b"tkhd", inside)))
        place, width = _duration(file, b"mvhd", kinds[b"mvhd"][0][0])
        file.seek(place)
        file.write(longest.to_bytes(width, "big"))


def _within(file, start, end):
    """Boxes as of :func:`boxes`, and those within `HOLDERS`."""
    for kind, inside, last in boxes(file, start, end):
        yield kind, inside, last
        if kind in HOLDERS:
            yield from _within(file, inside, last)


def _rename(file, inside):
    file.seek(inside - 4)
    file.write(b"free")


def _number(file, place, width):
    file.seek(place)
    return int.from_bytes(file.read(width), "big")


def _version(file, inside):
    return _number(file, inside, 1)


def _duration(file, kind, inside):
    """Where the duration is, and of how many bytes."""
    place, width = DURATION[kind][_version(file, inside)]
    return inside + place, width
