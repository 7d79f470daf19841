"""Checkpoints that a kill at any moment cannot corrupt, and resuming from the newest whole one."""

import dataclasses
import io
import re
import zipfile
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes

KEPT = 3


@dataclasses.dataclass
class Checkpoint:
    """What one file holds: the iteration it was taken after, and arrays by name."""

    iteration: int
    arrays: dict


class Checkpoints:
    """The checkpoints of one run, in one folder: ``checkpoint-00001000.npz``, the newest three.

    Each is one file, written beside its place, synced and renamed, so that it is there whole or not
    at all. Members carry a checksum, which reading verifies. Nothing is pickled.

    Args:
        folder: made when the first checkpoint is saved.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def paths(self):
        """Existing files, newest first."""
        return sorted(self.folder.glob("checkpoint-*.npz"), reverse=True)

    def save(self, iteration, arrays):
        """Writes a checkpoint, then removes older ones and what killed writers left."""
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        write_bytes(self.folder / f"checkpoint-{iteration:08d}.npz", buffer.getvalue())
        for path in (*self.paths()[KEPT:], *self.folder.glob(".checkpoint-*.part")):
            path.unlink(missing_ok=True)

    def latest(self):
        """The newest Checkpoint that reads whole, or None where there is none."""
        for path in self.paths():
            try:
                # Opened here: numpy leaves its own file open when the archive is damaged.
                with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
                    arrays = {key: file[key] for key in file.files}
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                continue
            return Checkpoint(int(re.search(r"\d+", path.name).group()), arrays)
        return None


def training_state(network, optimizer):
    """Arrays by name of everything that training changes: weights, statistics, optimizer slots."""
    variables = {"network": network.weights, "optimizer": optimizer.variables}
    return {
        f"{owner}/{number:03d}/{variable.path}": np.asarray(variable)
        for owner, members in variables.items()
        for number, variable in enumerate(members)
    }


def restore_training_state(network, optimizer, arrays):
    """Puts arrays of :func:`training_state` back. The optimizer must have been built.

    Raises:
        UserError: the arrays are of another architecture or optimizer.
    """
    for owner, members in (("network", network.weights), ("optimizer", optimizer.variables)):
        # Paths differ between processes in Keras' running numbers; order and shape do not.
        saved = [array for key, array in sorted(arrays.items()) if key.startswith(f"{owner}/")]
        if [array.shape for array in saved] != [tuple(variable.shape) for variable in members]:
            raise UserError(
                f"checkpoint: expected the {len(members)} {owner} variables of these settings. "
                f"Received: {len(saved)} variables or other shapes; was it trained with another architecture?"
            )
        for variable, array in zip(members, saved, strict=True):
            variable.assign(array)
