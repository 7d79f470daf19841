"""Which style of a network of several paintings an evaluation measures. Light: imports no TensorFlow."""

import math
import typing
from pathlib import Path

from fast_style.chosen_styles import conditions_of
from fast_style.common.errors import UserError
from fast_style.conditions import paintings_of
from fast_style.paintings import painting_name
from fast_style.style_expression import split_stroke, style_shares
from fast_style.style_plan import plan_style, stroke_at


class MeasuredStyle(typing.NamedTuple):
    """What is measured of a network of several paintings.

    Attributes:
        shares: ``{painting: share}``.
        stroke: size of strokes, at which the painting is read for the objective.
        row: float (conditions,): weights of the network's conditions.
    """

    shares: dict
    stroke: float
    row: tuple


def named_by(style, paintings):
    """What the painting in a file is called in a network: as it is where there is one of that name, for networks that
    were trained in Python are told any names; else as the training command calls it.

    Args:
        style: path of the painting.
        paintings: names that the network knows.

    Raises:
        UserError: a file that no painting is called by.
    """
    stem = Path(style).stem
    return stem if stem.casefold() in map(str.casefold, paintings) else painting_name(style, "--style")


def asked_for(source, given):
    """(painting, argument): what is to be measured of a network of several, and what to call it in errors.

    Args:
        source: :class:`Source`.
        given: dict of fields of :class:`fast_style.settings.EvaluationSettings`.

    Returns:
        a style expression; of a network of one painting None, and None.

    Raises:
        UserError: as of :func:`named_by`.
    """
    if not source.conditions:
        return None, None
    if given.get("painting") is not None:
        return given["painting"], "--painting"
    return {named_by(given["style"], paintings_of(conditions_of(source))): 1}, "--style"


def measured_style(source, settings):
    """MeasuredStyle of a network by its Source; None for one of one painting.

    Args:
        source: :class:`Source`.
        settings: :class:`fast_style.settings.EvaluationSettings`.

    Raises:
        UserError: a painting that it does not know; of a network of one painting; a size that it was not trained at.
    """
    conditions = conditions_of(source)
    if not source.conditions:
        if settings.painting is not None:
            raise UserError(f"--painting: expected a network of several. Received: {settings.network}, of one")
        return None
    word, argument = asked_for(source, vars(settings))
    names = list(paintings_of(conditions))
    shares = style_shares(word, names, argument)
    if any(split_stroke(name, names)[1] is not None for name in shares):
        raise UserError(f"{argument}: expected strokes by --style-size. Received: {word}")
    stroke = stroke_at(conditions, next(iter(shares)), settings.style_size) if settings.style_size else 1.0
    try:
        plan = plan_style(conditions, shares, stroke)
    except UserError:
        plan = None
    if plan is None or not math.isclose(plan.factor, 1):
        raise UserError(
            "--style-size: expected a size that the network was trained at, or between two. "
            f"Received: {settings.style_size}"
        )
    return MeasuredStyle(shares, round(stroke, 6), tuple(map(float, plan.rows[0])))
