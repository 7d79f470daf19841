"""Every loss of style by its name on command lines.

Each is a class that is given a painting's features at one layer, (1, height, width, channels), and whose
instances map an output's features at that layer, (batch, any height, any width, channels), to float32 (batch,).
"""

from fast_style.common.errors import UserError
from fast_style.common.losses.batch_statistics import BatchStatisticsStyle
from fast_style.common.losses.mmd import GaussianMmdStyle, LinearMmdStyle, PolynomialMmdStyle
from fast_style.common.losses.mrf import MrfStyle
from fast_style.common.losses.style import GramStyle

STYLE_LOSSES = {
    "gram": GramStyle,
    "mmd-linear": LinearMmdStyle,
    "mmd-polynomial": PolynomialMmdStyle,
    "mmd-gaussian": GaussianMmdStyle,
    "bn": BatchStatisticsStyle,
    "mrf": MrfStyle,
}


def style_loss_class(name: str) -> type:
    """The class of a name.

    Raises:
        UserError: an unknown name.
    """
    if name not in STYLE_LOSSES:
        raise UserError(f"style_loss: expected one of {', '.join(STYLE_LOSSES)}. Received: {name!r}")
    return STYLE_LOSSES[name]
