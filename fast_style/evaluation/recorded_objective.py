"""The objective that a network was trained on, from the record that training left."""

from fast_style.common.errors import UserError, check_whole
from fast_style.common.json_shape import json_fault
from fast_style.common.settings import LARGEST_SIDE, check_settings
from fast_style.settings import ObjectiveSettings

NAMES = (*ObjectiveSettings.objective_names(), "loss_network", "pooling")


def recorded_objective(source, painting=None):
    """Settings of the objective of a network's training: of a shipped one its recipe's last stage, of a file the
    ``run.json`` beside it.

    Args:
        source: :class:`Source`.
        painting: of a network of several, the one whose weight of style, which balanced it with the others, is meant.

    Returns:
        dict of fields of :class:`fast_style.settings.ObjectiveSettings`, and ``"tv_size"``, the side in pixels of the
        squares that were trained on. Empty where there is no record.

    Raises:
        UserError: a record that is none, or of settings that are none.
    """
    record = source.recipe
    if record is None:
        return {}
    record = record["stages"][-1] if source.ships else record
    settings = record["settings"]
    found = {name: settings[name] for name in NAMES if name in settings}
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    try:
        check_settings(ObjectiveSettings, found)
        if "size" in settings:
            check_whole(1, LARGEST_SIDE, size=settings["size"])
            found["tv_size"] = settings["size"]
        if balance := record.get("paintings"):
            if fault := json_fault(balance, {str: {"style_weight": float}}):
                raise UserError(f"paintings, {fault}")
            weights = {name.casefold(): one["style_weight"] for name, one in balance.items()}
            if "style_weight" in found:
                found["style_weight"] *= weights.get(str(painting).casefold(), 1.0)
    except UserError as error:
        raise UserError(f"{source.record_path}: {error}") from error
    return found
