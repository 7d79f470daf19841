"""What an evaluation has measured, saved after each photograph and found again."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.json_files import read_json, write_json
from fast_style.common.json_shape import Maybe
from fast_style.common.settings import PRECISIONS
from fast_style.evaluation.comparison import Comparison

CONDITIONS = "conditions.json"
TERMS = dict.fromkeys(("loss", "content", "style", "tv"), float)
MEASURED = {
    "photo": TERMS,
    "network": TERMS,
    "baseline": [TERMS],
    "network_seconds": [float],
    "baseline_seconds": [float],
    "iterations": range(1, 2**31),
}


class EvaluationFolder:
    """A folder with ``conditions.json`` and ``photographs/<size>/<name>.json`` with three PNG beside each.

    Args:
        path: of the folder; it is made when something is saved.
    """

    def __init__(self, path):
        self.path = Path(path)

    def precision(self):
        """The precision of the measurements that are there; ``"auto"`` where there are none.

        Raises:
            UserError: a record that is not JSON.
        """
        return self._conditions().get("precision") or "auto"

    def begin(self, conditions, overwrite=False):
        """Notes under what conditions is measured, or finds that it is as in the measurements that are there.

        The same file under another name is the same condition.

        Raises:
            UserError: what is there was measured under others, and may not be replaced.
        """
        path = self.path / CONDITIONS
        before = self._conditions() or conditions
        changed = [
            name for name in {**before, **conditions} if _compared(before.get(name)) != _compared(conditions.get(name))
        ]
        if changed and not overwrite:
            name = changed[0]
            raise UserError(
                f"--output: expected a new folder, --overwrite, or an evaluation under the same conditions. "
                f"Received: {self.path}, where {name} was {before.get(name)} and is {conditions.get(name)} now"
            )
        if changed:
            for old in self.path.glob("photographs/*/*.json"):
                old.unlink()
        write_json(path, conditions)

    def save(self, size, name, comparison):
        """Saves what was measured on a photograph: pictures first, so that a record has them."""
        folder = self.path / "photographs" / str(size)
        for kind, picture in comparison.pictures.items():
            write_photo(folder / f"{name}_{kind}.png", picture)
        record = {k: v for k, v in vars(comparison).items() if k != "pictures"}
        write_bytes(folder / f"{name}.json", (json.dumps(record) + "\n").encode())

    def load(self, size, name, iterations, square):
        """The Comparison of a photograph; None where there is none, or one of fewer iterations or other pixels."""
        folder = self.path / "photographs" / str(size)
        if not (folder / f"{name}.json").is_file():
            return None
        record = read_json(folder / f"{name}.json", "what was measured", MEASURED)
        if not (len(record["baseline"]) == len(record["baseline_seconds"]) > 1 and record["network_seconds"]):
            raise UserError(f"{folder / name}.json: expected seconds of each measurement. Received: fewer or more")
        if record["iterations"] < iterations:
            return None
        pictures = {k: read_photo(folder / f"{name}_{k}.png").on_white() for k in ("photograph", "network", "baseline")}
        if not np.array_equal(pictures["photograph"], square):
            return None
        names = [field.name for field in dataclasses.fields(Comparison) if field.name != "pictures"]
        return Comparison(**{field: record[field] for field in names}, pictures=pictures)

    def _conditions(self):
        path = self.path / CONDITIONS
        shape = {"precision": Maybe(frozenset(PRECISIONS))}
        return read_json(path, "the conditions of an evaluation", shape) if path.exists() else {}


def _compared(condition):
    """A condition without the name of a file whose sha256 it has."""
    if isinstance(condition, dict) and "sha256" in condition:
        return {k: v for k, v in condition.items() if k != "name"}
    return condition
