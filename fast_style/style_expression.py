"""Style expressions: paintings and how much of each, as people write them. Light: imports no TensorFlow."""

import math
from collections.abc import Mapping, Sequence

from fast_style.common.errors import UserError, is_finite_number
from fast_style.common.spelling import did_you_mean
from fast_style.conditions import PHOTOGRAPH
from fast_style.settings import STROKES

GRAMMAR = "a painting, or NAME:WEIGHT + NAME:WEIGHT"


def parse_style(style: str | Mapping, argument: str = "style", known: Sequence = ()) -> dict:
    """Weights of names, as a style expression has them.

    >>> from fast_style.style_expression import parse_style
    >>> parse_style("wave:3 + udnie")
    {'wave': 3.0, 'udnie': 1.0}

    Args:
        style: names with weights of at least 0, ``"wave:0.6 + udnie:0.4"``, where a name without one has 1; or
            ``{"wave": 0.6, "udnie": 0.4}``. A name that occurs twice has the sum. ``@`` behind a name is its size of
            strokes (:func:`split_stroke`).
        argument: what to call it in errors. Default: ``"style"``.
        known: names that may have ``:`` or ``+`` in them. Default: none.

    Returns:
        ``{name: weight}``, not all 0.

    Raises:
        UserError: something else; weights that are negative, not finite, or all 0.
    """
    if isinstance(style, str):
        pairs = [(style.strip(), 1.0)] if _named(style.strip(), known) else [_pair(part) for part in style.split("+")]
    elif isinstance(style, Mapping):
        pairs = list(style.items())
    else:
        pairs = []
    if not pairs or not all(isinstance(name, str) and name for name, _ in pairs):
        raise UserError(f"{argument}: expected {GRAMMAR}. Received: {style!r:.200}")
    for name, weight in pairs:
        if not is_finite_number(weight) or weight < 0:
            raise UserError(f"{argument}: expected finite weights of at least 0. Received: {name}:{weight}")
    numbers, weights = [float(weight) for _, weight in pairs], {}
    # Only their ratios count: of numbers whose sum has no end, the parts of the largest are taken.
    unit = max(numbers) if math.isinf(sum(numbers)) else 1.0
    for (name, _), number in zip(pairs, numbers, strict=True):
        weights[name] = weights.get(name, 0.0) + number / unit
    if not any(weights.values()):
        raise UserError(f"{argument}: expected weights that are not all 0. Received: {style!r:.200}")
    return weights


def _pair(part):
    name, colon, weight = part.rpartition(":")
    if not colon:
        return part.strip(), 1.0
    try:
        return name.strip(), float(weight)
    except ValueError:
        return part.strip(), 1.0  # a name with a colon in it, of which those that there are will be said


def split_stroke(name: str, known: Sequence = ()) -> tuple:
    """A name in a style expression, and the size of strokes behind it.

    >>> from fast_style.style_expression import split_stroke
    >>> split_stroke("wave@2"), split_stroke("wave")
    (('wave', 2.0), ('wave', None))

    Args:
        name: of :func:`parse_style`.
        known: names that may have ``@`` in them. Default: none.

    Returns:
        (name, stroke); None for a stroke where there is none.
    """
    painting, _, stroke = name.rpartition("@")
    if not painting or _named(name, known):
        return name, None
    try:
        return painting.strip(), float(stroke)
    except ValueError:
        return name, None  # a name with such a sign in it, of which those that there are will be said


def _named(word, names):
    """The one of these names that a word is, in capitals or small letters; None for none."""
    return next((name for name in names if name == word), None) or next(
        (name for name in names if name.casefold() == word.casefold()), None
    )


def style_shares(style: str | Mapping, paintings: Sequence, argument: str = "style") -> dict:
    """Shares of paintings that a style expression means, among those that there are.

    >>> from fast_style.style_expression import style_shares
    >>> style_shares("Wave:3 + udnie", ["udnie", "wave"])
    {'wave': 0.75, 'udnie': 0.25}
    >>> style_shares("Wave@0.50 + wave@2", ["udnie", "wave"])
    {'wave@0.5': 0.5, 'wave@2': 0.5}

    Args:
        style: as of :func:`parse_style`; names in capitals or small letters.
        paintings: names that there are.
        argument: what to call it in errors. Default: ``"style"``.

    Returns:
        ``{painting: share}``, which add up to 1; without those of no share. A painting with a size of strokes of its
        own is ``"wave@2"``.

    Raises:
        UserError: what :func:`parse_style` refuses; a name that is not there; strokes of the photograph, or beyond
            0.25 to 4.
    """
    found = {}
    for name, weight in parse_style(style, argument, paintings).items():
        word, stroke = split_stroke(name, paintings)
        painting = _named(word, paintings)
        if painting is None:
            near = did_you_mean(word, paintings)
            raise UserError(f"{argument}: expected one of {', '.join(paintings)}. Received: {name!r}{near}")
        if stroke is not None and (painting == PHOTOGRAPH or not STROKES[0] <= stroke <= STROKES[1]):
            expected = "a painting's strokes from {:g} to {:g}".format(*STROKES)
            raise UserError(f"{argument}: expected {expected}. Received: {name!r}")
        key = painting if stroke is None else f"{painting}@{stroke:g}"
        found[key] = found.get(key, 0.0) + weight
    total = sum(found.values())
    return {name: weight / total for name, weight in found.items() if weight}


def style_label(shares: Mapping) -> str:
    """What results of a style are called: its paintings, of several each with its per cent.

    >>> from fast_style.style_expression import style_label
    >>> style_label({"wave": 0.6, "my painting": 0.4})
    'wave_60_my_painting_40'

    Args:
        shares: of :func:`style_shares`.

    Returns:
        str of letters, digits, ``-``, ``.`` and ``_``.
    """
    several = len(shares) > 1
    words = [f"{name}_{100 * share:.3g}" if several else name for name, share in shares.items()]
    return "".join(one if one.isalnum() or one in "-." else "_" for one in "_".join(words))
