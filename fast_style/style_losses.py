"""Every loss of style by its name on command lines. Light: the classes are imported when they are used."""

import dataclasses

from fast_style.common.task import Lazily


@dataclasses.dataclass(frozen=True)
class StyleLossRow:
    """A loss of style.

    Attributes:
        loss: a class that is given a painting's features at one layer, (1, height, width, channels), and whose
            instances map an output's features there, (batch, any height, any width, channels), to float32 (batch,).
        weight: a fair start for its weight at 256x256 (docs/concepts/losses.md says how it was measured): each loss
            has a scale of its own.
    """

    loss: Lazily
    weight: float


STYLE_LOSSES = {
    "gram": StyleLossRow(Lazily("fast_style.common.losses:GramStyle"), 1e-4),
    "mmd-linear": StyleLossRow(Lazily("fast_style.common.losses:LinearMmdStyle"), 30.0),
    "mmd-polynomial": StyleLossRow(Lazily("fast_style.common.losses:PolynomialMmdStyle"), 6e-5),
    "mmd-gaussian": StyleLossRow(Lazily("fast_style.common.losses:GaussianMmdStyle"), 1e7),
    "bn": StyleLossRow(Lazily("fast_style.common.losses:BatchStatisticsStyle"), 15.0),
    "mrf": StyleLossRow(Lazily("fast_style.common.losses:MrfStyle"), 1.0),
}
