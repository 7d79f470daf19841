"""Arrays in ``.npz`` files that may be anybody's: refused before they take more memory than they are worth."""

import math
import struct
import zipfile
import zlib

from fast_style.common.files import open_regular

# What reading a damaged archive of arrays raises: zipfile NotImplementedError for a method of compression that it has
# not and RuntimeError for encryption, numpy what Python's parser has for a header that is none.
DAMAGE = (
    *(OSError, ValueError, LookupError, TypeError, EOFError, ArithmeticError, MemoryError, SyntaxError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
NUMBERS = "fiu"  # kinds of dtypes: no objects, which would be unpickled, and no text


def read_npz(path, most, wanted=lambda name: True):
    """``{name: array}`` of an archive as ``numpy.savez`` and ``numpy.savez_compressed`` write it; nothing is unpickled.

    Args:
        path: of the file.
        most: bytes that its arrays may take together.
        wanted: function from a name to whether its array is read.

    Raises:
        ValueError: it is no such file, is damaged, has arrays that are no finite numbers, or takes more than `most`.
            The message is the reason in one line.
    """
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if len(members) < len(archive.infolist()):
                raise ValueError("two arrays of one name")
            members = {name: info for name, info in members.items() if wanted(name)}
            check_members(members.values(), most)
            return {name: _array(archive, info) for name, info in members.items()}
    except DAMAGE as error:
        raise ValueError(reason_of(error)) from error


def check_members(members, most):
    """Raises ValueError for members of a zip archive that are not whole, plain and together small enough.

    Args:
        members: ``zipfile.ZipInfo`` of those that are to be read.
        most: bytes that they may take unpacked.
    """
    for info in members:
        if info.flag_bits & 1:
            raise ValueError(f"{info.filename} is encrypted")
        if info.compress_type not in METHODS:
            raise ValueError(f"{info.filename} is compressed by method {info.compress_type}")
    if (total := sum(info.file_size for info in members)) > most:
        raise ValueError(f"{total} bytes, where {most} are the most")


def reason_of(error):
    """An exception in one line, which is not long."""
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__


def check_finite(name, array):
    """Raises ValueError for an array, by name, in which something is NaN or infinite."""
    import numpy as np  # not where commands begin

    if not np.isfinite(array).all():
        raise ValueError(f"{name} has numbers that are not finite")


def _array(archive, info):
    import numpy as np

    # The header is read by itself first: numpy takes memory for the shape that it claims before it reads on.
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(member)
        if dtype.kind not in NUMBERS:
            raise ValueError(f"{info.filename} is of {dtype}, which is no number")
        if min(shape, default=1) < 0 or member.tell() + math.prod(shape) * dtype.itemsize != info.file_size:
            raise ValueError(f"{info.filename} has another size than the shape {shape} that it claims")
    with archive.open(info) as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
    check_finite(info.filename, array)
    return array
