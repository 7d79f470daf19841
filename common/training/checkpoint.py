"""Checkpoints that a kill at any moment cannot corrupt, and resuming from the newest whole one."""

import io
import re
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.npz import read_npz

KEPT = 3
NAME = re.compile(r"checkpoint-([0-9]{8,18})\.npz")
MOST_BYTES = 2**33  # of one: a hundred times the largest network with its optimizer


class Checkpoints:
    """The checkpoints of one run, in one folder: ``checkpoint-00001000.npz``, the newest three.

    Each is one file, written beside its place, synced and renamed, so that it is there whole or not
    at all. Members carry a checksum, which reading verifies. Nothing is pickled.

    Args:
        folder: made when the first checkpoint is saved.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def saved(self):
        """``{iteration: path}`` of the files that are there, newest first."""
        found = {path: NAME.fullmatch(path.name) for path in self.folder.glob("*")}
        paths = {int(match[1]): path for path, match in found.items() if match and path.is_file()}
        return dict(sorted(paths.items(), reverse=True))

    def save(self, iteration, arrays):
        """Writes a checkpoint, then removes older ones and what killed writers left."""
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        write_bytes(self.folder / f"checkpoint-{iteration:08d}.npz", buffer.getvalue())
        # A newer one was passed over as damaged: it must not count for one of those that are kept.
        older = [path for number, path in self.saved().items() if number <= iteration]
        for path in (*older[KEPT:], *self.folder.glob(".checkpoint-*.part")):
            path.unlink(missing_ok=True)

    def restore(self, network, optimizer, state=()):
        """Puts back the newest checkpoint that is whole.

        Args:
            network, optimizer: that were built.
            state: further variables that were saved.

        Returns:
            (iteration that it was taken after, None where there is no checkpoint; list of what is wrong with each newer
            one, in words).

        Raises:
            UserError: there are checkpoints, but none is whole.
        """
        damaged = []
        for iteration, path in self.saved().items():
            try:
                restore_training_state(network, optimizer, read_npz(path, MOST_BYTES), state)
                return iteration, damaged
            except ValueError as error:
                damaged.append(f"{path.name} ({error})")
        if damaged:
            raise UserError(
                f"{self.folder}: expected a whole checkpoint to go on from, or none to begin anew. "
                f"Received: {'; '.join(damaged)}"
            )
        return None, []


def training_state(network, optimizer, state=()):
    """Arrays by name of everything that training changes: weights, statistics, optimizer slots, further variables."""
    variables = {"network": network.weights, "optimizer": optimizer.variables, "state": state}
    return {
        f"{owner}/{number:03d}/{variable.path}": np.asarray(variable)
        for owner, members in variables.items()
        for number, variable in enumerate(members)
    }


def restore_training_state(network, optimizer, arrays, state=()):
    """Puts arrays of :func:`training_state` back, all or none. The optimizer must have been built.

    Raises:
        UserError: the arrays are of another architecture or optimizer.
    """
    variables = []
    for owner, members in (("network", network.weights), ("optimizer", optimizer.variables), ("state", state)):
        # Paths differ between processes in Keras' running numbers; order and shape do not.
        saved = [array for key, array in sorted(arrays.items()) if key.startswith(f"{owner}/")]
        kinds = [(array.shape, array.dtype.kind) for array in saved]
        if kinds != [(tuple(variable.shape), np.dtype(variable.dtype).kind) for variable in members]:
            raise UserError(
                f"checkpoint: expected the {len(members)} {owner} variables of these settings. "
                f"Received: {len(saved)} variables or other shapes; was it trained with another architecture?"
            )
        variables += zip(members, saved, strict=True)
    for variable, array in variables:
        variable.assign(array)
