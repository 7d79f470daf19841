"""Chunks of a PNG: those that Pillow would stop at although the pixels are sound."""

import io
import struct
import zlib

from fast_style.common.errors import UserError

# Of a text or profile, packed or not. Pillow refuses a whole file for one that unpacks to more than this.
MAX_CHUNK = 1 << 20
# Of a colour profile: the largest, of printing presses, have some 3 MiB.
MAX_PROFILE = 16 << 20
# Of all texts together; Pillow refuses from 64 MiB on.
MAX_TEXT = 16 << 20
# A picture of 400 megapixels in pieces of 4 KiB has 600,000.
MAX_CHUNKS = 1_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def without_unreadable_chunks(file):
    """A PNG without what is no part of its pixels and wrong, or too large: others show such files.

    That is, ancillary chunks with a wrong checksum, and texts and profiles that unpack to more than 1 MiB. A profile
    of up to 16 MiB is handed back.

    Args:
        file: binary, seekable, of a PNG.

    Returns:
        (file, profile): the file itself where nothing is wrong; bytes, or None.

    Raises:
        UserError: more than a million chunks.
    """
    kept, profile, text, position = [(0, len(SIGNATURE))], None, 0, len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head)
        end = position + 12 + length
        keep = True
        if kind[0] & 0x20:  # a small letter: ancillary
            data = file.read(length + 4) if length <= MAX_PROFILE else b""
            keep = len(data) == length + 4 and zlib.crc32(kind + data[:-4]) == struct.unpack(">I", data[-4:])[0]
            if keep and kind in (b"tEXt", b"zTXt", b"iTXt"):
                unpacked = _unpacked(_packed_text(kind, data[:-4]))
                text += length + len(unpacked or b"")
                keep = unpacked is not None and length <= MAX_CHUNK and text <= MAX_TEXT
            elif keep and kind == b"iCCP":
                packed = data[:-4].partition(b"\0")[2][1:]
                keep = _unpacked(packed) is not None
                profile = None if keep else _unpacked(packed, MAX_PROFILE)
        if keep and kept[-1][1] == position:
            kept[-1] = (kept[-1][0], end)
        elif keep:
            kept.append((position, end))
        position = end
        if kind == b"IEND":
            break
    else:
        raise UserError(f"expected a PNG of at most {MAX_CHUNKS} chunks. Received: one of more")
    if len(kept) == 1:
        file.seek(0)
        return file, None
    parts = []
    for start, end in kept:
        file.seek(start)
        parts.append(file.read(end - start))
    return io.BytesIO(b"".join(parts)), profile


def _packed_text(kind, data):
    """What of a text chunk is packed; empty where nothing is."""
    rest = data.partition(b"\0")[2]
    if kind == b"zTXt":
        return rest[1:]
    if kind == b"iTXt" and rest[:1] == b"\1":
        return rest[2:].split(b"\0", 2)[-1]
    return b""


def _unpacked(packed, most=MAX_CHUNK):
    """Unpacked bytes; None where they are more than `most`, or no packed bytes."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, most)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else data


def pixels_are_missing(file):
    """Whether the data of a PNG end before its last row, although nothing in them is wrong.

    Pillow leaves such rows black, of a file of 118 bytes as many as its header names.

    Args:
        file: binary, seekable, of a PNG whose header Pillow takes.

    Returns:
        bool.
    """
    file.seek(len(SIGNATURE) + 8)
    left = _data_bytes(*struct.unpack(">IIBBxxB", file.read(13)))
    unpacker, position = zlib.decompressobj(), len(SIGNATURE)
    while left > 0 and not unpacker.eof:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head)
        position += 12 + length
        while kind == b"IDAT" and length and left > 0 and not unpacker.eof:
            packed = file.read(min(length, MAX_CHUNK))
            if not packed:
                return True
            length -= len(packed)
            while packed and left > 0 and not unpacker.eof:
                left -= len(unpacker.decompress(packed, MAX_CHUNK))
                packed = unpacker.unconsumed_tail
    return left > 0


def _data_bytes(width, height, depth, colour_type, interlaced):
    """Bytes of all rows, each with the byte that names its filter (PNG specification, sections 7 and 8)."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour_type]
    # Adam7: first column and row, and steps, of each pass.
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    total = 0
    for left, top, across, down in passes if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        total += rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0
    return total
