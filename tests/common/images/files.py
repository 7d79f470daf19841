"""Image files that Pillow does not write, from their specifications."""

import struct
import zlib

import numpy as np


def png_chunk(kind, data):
    """A chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows, width, depth, colour_type, *chunks, behind=(), height=None):
    """A PNG (specification, section 5 and 11).

    Args:
        rows: bytes of each row, packed.
        width, depth, colour_type: of the header; 0 is grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.
        chunks: in front of the pixels.
        behind: chunks behind them.
        height: that the header declares; default the number of rows.
    """
    header = struct.pack(">IIBBBBB", width, height or len(rows), depth, colour_type, 0, 0, 0)
    data = png_chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    parts = [b"\x89PNG\r\n\x1a\n", png_chunk(b"IHDR", header), *chunks, data, *behind, png_chunk(b"IEND", b"")]
    return b"".join(parts)


def grey_tiff(values, photometric=1):
    """An uncompressed grey TIFF 6.0 of an array of any type and byte order; photometric 0 is min-is-white."""
    order = values.dtype.byteorder if values.dtype.byteorder in "<>" else "<"
    data = values.tobytes()
    sample_format = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    height, width = values.shape
    tags = {256: width, 257: height, 258: values.dtype.itemsize * 8, 259: 1, 262: photometric, 273: 8, 277: 1}
    tags |= {278: height, 279: len(data), 339: sample_format}
    directory = struct.pack(order + "H", len(tags))
    for tag, value in tags.items():
        directory += struct.pack(order + "HHII", tag, 4, 1, value)
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(order + "HI", 42, 8 + len(data)) + data + directory + bytes(4)


def grey_profile(curve):
    """An ICC profile (version 2.4) of a grey device.

    Args:
        curve: uint16 values of its tone curve: none is linear, one a gamma in 256ths, more are a table.
    """
    curve = np.asarray(curve, ">u2")
    tags = {
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061),  # D50 in 65536ths
        b"kTRC": b"curv\0\0\0\0" + struct.pack(">I", len(curve)) + curve.tobytes(),
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = 128 + len(table) + len(body)
    header = struct.pack(">IIIIII", size, 0, 0x02400000, 0x6D6E7472, 0x47524159, 0x58595A20)  # mntr, GRAY, XYZ
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061) + bytes(48)
    return header + table + body


def animated_webp(width=8, height=6, alpha=False):
    """An animated WebP of two frames, red and blue, lossless."""
    import io

    from PIL import Image

    mode, colours = ("RGBA", [(255, 0, 0, 128), (0, 0, 255, 128)]) if alpha else ("RGB", ["red", "blue"])
    frames = [Image.new(mode, (width, height), colour) for colour in colours]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)
    return buffer.getvalue()
