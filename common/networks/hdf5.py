"""Arrays in HDF5 files that may be anybody's: such a file can name other files, of which its reader then reads."""

from fast_style.common.npz import NUMBERS


def datasets(file):
    """``{path: dataset}`` of all that is in a file, where nothing of it is elsewhere. Nothing is read.

    Args:
        file: an open ``h5py.File``.

    Raises:
        ValueError: a link instead of a member; data in another file; data that is neither numbers nor text.
    """
    import h5py

    found, seen, left = {}, set(), [("", file)]
    while left:
        path, group = left.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:  # a group may be within itself
            continue
        seen.add(address)
        for name in group:
            place = f"{path}{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{place!r:.80} is a link")
            item = group[name]
            if isinstance(item, h5py.Group):
                left.append((f"{place}/", item))
            elif isinstance(item, h5py.Dataset):
                if item.external or item.is_virtual:
                    raise ValueError(f"{place!r:.80} has its data in another file")
                if item.dtype.kind not in f"{NUMBERS}S":
                    raise ValueError(f"{place!r:.80} is of {item.dtype}, which is no number")
                found[place] = item
    return found


def check_bytes(found, most):
    """Raises ValueError for datasets that take more than `most` bytes together, however small the file is."""
    if (total := sum(dataset.nbytes for dataset in found)) > most:
        raise ValueError(f"{total} bytes of arrays, where {most} are the most")
