"""The objective that a network was trained on, from the record that training left."""

import json

from fast_style.common.errors import UserError
from fast_style.settings import ObjectiveSettings

NAMES = (*ObjectiveSettings.objective_names(), "loss_network", "pooling")


def recorded_objective(source):
    """Settings of the objective of a network's training: of a shipped one its recipe's last stage, of a file the
    ``run.json`` beside it.

    Args:
        source: :class:`Source`.

    Returns:
        dict of fields of :class:`fast_style.settings.ObjectiveSettings`, and ``"tv_size"``, the side in pixels of the
        squares that were trained on. Empty where there is no record.

    Raises:
        UserError: a record that is not JSON.
    """
    path = source.record_path
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text())
        settings = (record["stages"][-1] if "stages" in record else record)["settings"]
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise UserError(f"{path}: expected a record of a training in JSON. Received: {error!r}") from error
    found = {name: settings[name] for name in NAMES if name in settings}
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return {**found, "tv_size": settings["size"]} if "size" in settings else found
