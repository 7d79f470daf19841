"""From style, stroke, strength and masks to weights of conditions. Light: imports no TensorFlow."""

import math
import typing
from collections.abc import Sequence

import numpy as np

from fast_style.common.errors import UserError, is_finite_number
from fast_style.conditions import PHOTOGRAPH, paintings_of
from fast_style.settings import STROKES
from fast_style.style_expression import split_stroke, style_shares

# Of factors that are equal but for rounding.
TOLERANCE = 1e-9


class _Brush(typing.NamedTuple):
    """A painting, the size of strokes that is wanted of it, and its conditions, ``{size: number}``."""

    painting: str
    stroke: float
    sizes: dict

    @property
    def least(self):
        """The least factor of resizing at which the painting has a size for the rest."""
        return self.stroke / max(self.sizes)

    @property
    def most(self):
        """The largest one."""
        return self.stroke / min(self.sizes)

    def __str__(self):
        return f"{self.painting}@{self.stroke:g}"


class StylePlan(typing.NamedTuple):
    """What is painted where. A region is where a mask is white; the last is what no mask covers.

    Attributes:
        rows: float64 (regions, conditions): weights of conditions, which add up to 1.
        kept: float64 (regions,): share of the photograph that is mixed in pixel by pixel, 0 to 1.
        factor: by which the photograph is shrunk before it is painted, and the picture enlarged behind; below 1 the
            other way round.
    """

    rows: np.ndarray
    kept: np.ndarray
    factor: float


def plan_style(conditions: Sequence, style=None, stroke=1.0, strength=1.0, masked: Sequence = ()) -> StylePlan:
    """Weights of conditions for what a user asks for.

    The size of strokes is the size at which a painting is read. Between two sizes that a network knows, their weights
    are mixed by the logarithm of the size; beyond them, the rest is a factor of resizing, the nearest to 1 at which all
    paintings are within their sizes. A painting in a style expression may have strokes of its own, ``"wave@2"``, in
    place of `stroke`; the photograph is resized once for all of them.

    A share of the photograph is the condition that gives it back, where there is one. The photograph is mixed in pixel
    by pixel where there is none, where the picture will be enlarged, which would blur it, and where nothing else shows.

    >>> from fast_style.conditions import as_conditions
    >>> from fast_style.style_plan import plan_style
    >>> conditions = as_conditions([("wave", 256), ("wave", 512), ("wave", 1024)])
    >>> plan_style(conditions, stroke=2**0.5).rows.round(6)
    array([[0. , 0.5, 0.5]])
    >>> plan_style(conditions, stroke=4).factor
    2.0
    >>> plan_style(conditions, "wave", masked=["wave@0.5"]).rows
    array([[1., 0., 0.],
           [0., 1., 0.]])

    Args:
        conditions: tuple of :class:`Condition`: of a network of one painting that one.
        style: style expression (:func:`fast_style.style_expression.parse_style`) of what no mask covers. Default: the
            first painting; with masks the photograph.
        stroke: size of strokes beside the one that a painting is read at in the middle of its sizes, 0.25 to 4.
            Default: 1.
        strength: share of the paintings, 0 to 1. Default: 1.
        masked: style expressions, one a mask, or pairs of one and what to call it in errors. Default: none.

    Raises:
        UserError: a style that is none or is not there; a stroke or strength beyond its range; strokes further apart
            than the sizes of their paintings.
    """
    if not is_finite_number(stroke) or not STROKES[0] <= stroke <= STROKES[1]:
        raise UserError(f"stroke: expected a number from {STROKES[0]:g} to {STROKES[1]:g}. Received: {stroke!r}")
    check_strength(strength)
    sizes = {name: _sizes(conditions, numbers) for name, numbers in paintings_of(conditions).items()}
    names = [*sizes, PHOTOGRAPH]
    regions = [style_shares(one, names, argument) for one, argument in map(_with_argument, masked)]
    regions.append(style_shares(style or (PHOTOGRAPH if masked else names[0]), names))
    brushes = {name: _brush(name, sizes, stroke) for shares in regions for name in shares if name != PHOTOGRAPH}
    factor = _factor(brushes.values())
    photograph = next((i for i, condition in enumerate(conditions) if condition.painting == PHOTOGRAPH), None)
    painted_in_one = photograph is not None and factor <= 1
    rows, kept = np.zeros((len(regions), len(conditions))), np.zeros(len(regions))
    for number, shares in enumerate(regions):
        of_photograph = 1 - strength * (1 - shares.pop(PHOTOGRAPH, 0.0))
        if photograph is not None and (painted_in_one or of_photograph == 1):
            rows[number, photograph] = of_photograph
        if of_photograph == 1 or not painted_in_one:
            kept[number] = of_photograph
            of_photograph = float(rows[number].any())
        total = sum(shares.values())
        for name, share in shares.items():
            row = _row(brushes[name].sizes, brushes[name].stroke / factor, len(conditions))
            rows[number] += (1 - of_photograph) * share / total * row
    return StylePlan(rows, kept, factor)


def _with_argument(one):
    return one if isinstance(one, tuple) else (one, "masks")


def _sizes(conditions, numbers):
    """``{size, 1 in the middle: number of its condition}`` from small on; ``{1: number}`` of one without sizes."""
    sized = sorted((conditions[number].size, number) for number in numbers if conditions[number].size)
    if not sized:
        return {1.0: numbers[0]}
    middle = sized[(len(sized) - 1) // 2][0]
    return {size / middle: number for size, number in sized}


def stroke_at(conditions: Sequence, painting: str, size: int) -> float:
    """The stroke at which a painting is painted as it was read at a size, its short side in pixels; 1 without sizes."""
    numbers = paintings_of(conditions)[painting]
    share, number = next(iter(_sizes(conditions, numbers).items()))
    trained = conditions[number].size
    return size * share / trained if trained else 1.0


def _brush(name, sizes, stroke):
    """The _Brush of a name in a style expression; `stroke` is that of those without one of their own."""
    painting, own = split_stroke(name, sizes)
    return _Brush(painting, stroke if own is None else own, sizes[painting])


def _factor(brushes):
    """The factor nearest to 1 at which each painting has, of its sizes, one for the rest; of one stroke there is."""
    if not brushes:
        return 1.0
    coarse, fine = max(brushes, key=lambda brush: brush.least), min(brushes, key=lambda brush: brush.most)
    if coarse.least > fine.most * (1 + TOLERANCE):
        apart = max(coarse.sizes) / min(fine.sizes)
        raise UserError(
            f"stroke: expected those of one picture within a factor of {apart:g}, for which the network was trained. "
            f"Received: {coarse}, {fine}"
        )
    return max(coarse.least, min(fine.most, 1.0))


def _row(sizes, size, count):
    """float64 (conditions,): weights of a painting's conditions for a size."""
    row, logarithms = np.zeros(count), [math.log(one) for one in sizes]
    for number, at_sizes in zip(sizes.values(), np.eye(len(sizes)), strict=True):
        row[number] = np.interp(math.log(size), logarithms, at_sizes)
    return row


def check_strength(strength):
    """Raises UserError for what is no share of a whole."""
    if not is_finite_number(strength) or not 0 <= strength <= 1:
        raise UserError(f"strength: expected a number from 0 to 1. Received: {strength!r}")


def painted_map(plan: StylePlan, regions: np.ndarray) -> np.ndarray:
    """Shares of the regions that are painted, of each pixel.

    Args:
        plan: of :func:`plan_style`.
        regions: float (height, width, regions), which add up to 1.

    Returns:
        float32 (height, width, regions that do not stay as they are), which add up to 1: where no other is, there is
        the mean of these.
    """
    painted = np.flatnonzero(plan.kept < 1)
    parts = regions[..., painted] * (1 - plan.kept[painted])
    total = parts.sum(-1, keepdims=True)
    mean = parts.mean((0, 1)) if total.any() else np.ones(len(painted))
    parts = np.where(total > 0, parts / np.where(total > 0, total, 1), mean / mean.sum())
    return parts.astype("float32")
