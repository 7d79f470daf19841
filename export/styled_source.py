"""Networks with conditions as exports of fixed styles: of one, a network of one painting."""

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np

from fast_style.chosen_styles import conditions_of
from fast_style.common.errors import UserError
from fast_style.common.networks.source import Source
from fast_style.conditions import PHOTOGRAPH, mixed, paintings_of
from fast_style.style_expression import style_label, style_shares
from fast_style.style_plan import plan_style


@dataclasses.dataclass(frozen=True)
class FixedStyles(Source):
    """A :class:`Source` whose network has styles of another for conditions; of a single style, none.

    Attributes:
        base: of the other.
        styles: ``{painting: share}`` each.
        stroke: their size of strokes.
        rows: weights of the other's conditions, a row a style.
    """

    base: Source = None
    styles: tuple = ()
    stroke: float = 1.0
    rows: tuple = ()

    @property
    def choices(self):
        return {"styles": list(self.styles), "stroke": self.stroke}

    def load(self):
        return self._mixed(self.base.load())

    @functools.cached_property
    def network(self):
        return self._mixed(self.base.network)

    def _mixed(self, network):
        if len(self.rows) == 1:
            return mixed(network, self.rows[0])
        return mixed(network, self.rows, [style_label(style) for style in self.styles])


def fixed_styles(source: Source, styles: Sequence, stroke: float = 1.0) -> FixedStyles:
    """Source of a network of fixed styles, made of one with conditions, for the exports.

    >>> import tempfile, fast_style
    >>> from fast_style.export import find_network, fixed_styles
    >>> sizes = [("wave", 256), ("wave", 512), ("udnie", 256), ("udnie", 512)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fast_style.TransformationNetwork(width=2, conditions=sizes).save(f"{folder}/many.keras")
    ...     one = fixed_styles(find_network(f"{folder}/many.keras"), ["wave:0.6 + udnie:0.4"], stroke=2**0.5)
    ...     print(one.network.conditions)
    None

    Args:
        source: of :func:`find_network`.
        styles: style expressions (:func:`fast_style.style_expression.parse_style`). Of one, the network takes no
            weights; of several, it takes one for each.
        stroke: size of strokes, as of :func:`fast_style.stylize`, within the sizes that were trained. Default: 1.

    Returns:
        FixedStyles, which is as good as a Source.

    Raises:
        UserError: a network of one painting; a style that it does not know; a stroke that would take resizing.
    """
    conditions = conditions_of(source)
    if not source.conditions:
        raise UserError(f"--style: expected a network of several paintings. Received: {source.name}, of one")
    names = [*paintings_of(conditions), PHOTOGRAPH]
    if all(condition.painting != PHOTOGRAPH for condition in conditions):
        names = names[:-1]
    chosen = tuple({str(n): float(s) for n, s in style_shares(style, names, "--style").items()} for style in styles)
    if len({style_label(style) for style in chosen}) < len(chosen):
        raise UserError(f"--style: expected styles that differ. Received: {', '.join(map(style_label, chosen))}")
    plans = [plan_style(conditions, style, stroke) for style in chosen]
    if any(not math.isclose(plan.factor, 1) for plan in plans):
        raise UserError(
            "--stroke: expected a size of strokes within those that the network was trained at; "
            f"fast-style stylize resizes photographs for others. Received: {stroke:g} for {', '.join(map(str, styles))}"
        )
    config = {name: value for name, value in source.config.items() if name != "conditions"}
    if len(chosen) > 1:
        config["conditions"] = [[style_label(style), None] for style in chosen]
    rows = tuple(np.concatenate([plan.rows for plan in plans]))
    return source.derived(FixedStyles, config=config, styles=chosen, stroke=float(stroke), rows=rows)
