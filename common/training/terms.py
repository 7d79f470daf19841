"""Terms that objectives of several tasks have."""

from fast_style.common.losses import total_variation
from fast_style.common.training.objective import Term


def total_variation_term(settings, loss_network, **context):
    """l_TV of output images, whatever the target; see :func:`common.losses.total_variation`."""
    return Term("tv", settings.tv_weight, lambda target, output: total_variation(output), compares=False)
