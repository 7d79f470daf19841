"""The objective that a network was trained on, from the record that training left."""

from fast_style.common.errors import UserError, check_whole
from fast_style.common.settings import LARGEST_SIDE, check_settings
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
        UserError: a record that is none, or of settings that are none.
    """
    record = source.recipe
    if record is None:
        return {}
    settings = (record["stages"][-1] if source.ships else record)["settings"]
    found = {name: settings[name] for name in NAMES if name in settings}
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    try:
        check_settings(ObjectiveSettings, found)
        if "size" in settings:
            check_whole(1, LARGEST_SIDE, size=settings["size"])
            found["tv_size"] = settings["size"]
    except UserError as error:
        raise UserError(f"{source.record_path}: {error}") from error
    return found
