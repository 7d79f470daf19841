"""Whether a file ends before its container says that it does, which FFmpeg passes over in silence."""

import os

from fast_style.common.video.mp4_boxes import boxes

# Beginnings of the containers that say how long they are.
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
BOX_KINDS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")
GIF_TRAILER = b"\x3b"


def is_cut_off(path):
    """Whether a file is shorter than it says: Matroska and WebM, MP4 and MOV, AVI, GIF. False of others.

    Args:
        path: of a file.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        begin = file.read(12)
        if begin.startswith(EBML):
            return _end_of_matroska(file) > size
        if begin[4:8] in BOX_KINDS:
            return max(end for _, _, end in boxes(file, 0, size)) > size
        if begin.startswith(b"RIFF"):
            return 8 + int.from_bytes(begin[4:8], "little") > size
        if begin.startswith((b"GIF87a", b"GIF89a")):
            file.seek(-min(size, 4096), os.SEEK_END)
            return not file.read().rstrip(b"\0").endswith(GIF_TRAILER)
    return False


def _end_of_matroska(file):
    """Where the segment ends; 0 where it does not say, as of what is sent while it is made."""
    file.seek(len(EBML))
    head = _size(file)
    file.seek(head, os.SEEK_CUR)
    if file.read(len(SEGMENT)) != SEGMENT:
        return 0
    segment = _size(file)
    return file.tell() + segment if segment else 0


def _size(file):
    """A length of EBML: the first byte's zeros in front say how many bytes follow; 0 where all bits are 1, unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return 0
    count = 8 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0x7F >> count)]) + file.read(count), "big")
    return 0 if value == (1 << 7 * (count + 1)) - 1 else value
