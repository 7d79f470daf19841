"""Which style of a network of several paintings an evaluation measures. Light: imports no TensorFlow."""

import math
import typing
from pathlib import Path

from fast_style.chosen_styles import conditions_of
from fast_style.common.errors import UserError
from fast_style.conditions import paintings_of
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


def named_by(style):
    """What a painting's file calls it."""
    return Path(style).stem


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
    argument = "--painting" if settings.painting is not None else "--style"
    word = settings.painting if settings.painting is not None else {named_by(settings.style): 1}
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
