"""The objective that a network was trained on, from the record that training left."""

from fast_style.chosen_styles import conditions_of
from fast_style.common.errors import UserError, check_whole
from fast_style.common.json_shape import json_fault
from fast_style.common.settings import LARGEST_SIDE, check_settings
from fast_style.conditions import paintings_of
from fast_style.settings import ObjectiveSettings
from fast_style.style_expression import split_stroke, style_shares

NAMES = (*ObjectiveSettings.objective_names(), "loss_network", "pooling")


def recorded_objective(source, painting=None, argument="painting"):
    """Settings of the objective of a network's training: of a shipped one its recipe's last stage, of a file the
    ``run.json`` beside it.

    Args:
        source: :class:`Source`.
        painting: of a network of several, the one whose weight of style, which balanced it with the others, is meant,
            as of :func:`parse_style`; of a mixture no other than the run's. Default: None, for the run's.
        argument: what to call it in errors. Default: ``"painting"``.

    Returns:
        dict of fields of :class:`fast_style.settings.ObjectiveSettings`, and ``"tv_size"``, the side in pixels of the
        squares that were trained on. Empty where there is no record.

    Raises:
        UserError: a record that is none, or of settings that are none; a painting that the network does not know.
    """
    record = source.recipe
    if record is None:
        return {}
    record = record["stages"][-1] if source.ships else record
    settings, balance = record["settings"], record.get("paintings")
    found = {name: settings[name] for name in NAMES if name in settings}
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    try:
        check_settings(ObjectiveSettings, found)
        if "size" in settings:
            check_whole(1, LARGEST_SIDE, size=settings["size"])
            found["tv_size"] = settings["size"]
        if balance and (fault := json_fault(balance, {str: {"style_weight": float}})):
            raise UserError(f"paintings, {fault}")
    except UserError as error:
        raise UserError(f"{source.record_path}: {error}") from error
    if balance and painting is not None:
        weight = _weight_of(painting, balance, source, argument)
        if "style_weight" in found:
            found["style_weight"] *= weight
    return found


def _weight_of(painting, balance, source, argument):
    """The factor of a painting's style weight; 1 of a mixture."""
    names = list(paintings_of(conditions_of(source)))
    shares = style_shares(painting, names, argument)
    if len(shares) > 1:
        return 1.0
    name, _ = split_stroke(next(iter(shares)), names)
    # Paintings that were there before one was added have none: that run balanced what it added.
    return balance[name]["style_weight"] if name in balance else 1.0
