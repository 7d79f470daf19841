"""Trains a network on one painting: what `fast-style-train` calls."""

import functools

from fast_style.common.errors import UserError
from fast_style.common.settings import flag
from fast_style.common.training.run import check_size, run_training
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork
from fast_style.settings import STABILITY_OF_VIEWS
from fast_style.task import TASK
from fast_style.views import least_side

# Trains with settings of this task and leaves a run folder: see `run_training` for results and errors.
train = functools.partial(run_training, TASK)


def check_settings(settings):
    """Raises UserError for movement or light without their term, and on squares that movement leaves nothing of."""
    for name in STABILITY_OF_VIEWS:
        value = getattr(settings, name)
        if value and not settings.stability_weight:
            raise UserError(f"{flag(name)}: expected 0 without --stability-weight. Received: {value}")
    least, name = least_side(settings)
    if settings.size < least:
        raise UserError(f"--size: expected at least {least} pixels with {flag(name)}. Received: {settings.size}")


def build_network(settings):
    """A new network as the settings say, under the global dtype policy."""
    return TransformationNetwork(
        width=settings.width,
        normalization=settings.normalization,
        upsampling=settings.upsampling,
        reflection_padding=settings.reflection_padding,
        margin=settings.margin,
    )


def build_trainer(settings, network):
    """The trainer of a network as the settings say.

    Raises:
        UserError: see :class:`fast_style.model.StyleTransfer`; squares too small for the layers.
    """
    trainer = StyleTransfer(network=network, settings=settings)
    check_size(settings.size, trainer.objective.layers)
    return trainer
