"""Trains a super-resolution network on photographs: what `superres-train` calls."""

import functools

from fast_style.common.errors import UserError
from fast_style.common.settings import flag
from fast_style.common.training.run import check_size, run_training
from superres.model import SuperResolution
from superres.network import SuperResolutionNetwork
from superres.objective import TEXTURE_PATCH
from superres.settings import PAPER_OPTIONS, SuperResolutionSettings
from superres.srcnn import SRCNN
from superres.task import TASK
from superres.views import least_side

# Trains with settings of this task and leaves a run folder: see `run_training` for results and errors.
train = functools.partial(run_training, TASK)


def check_settings(settings):
    """Raises UserError for squares that do not suit the factor or the terms, and options that SRCNN has not."""
    if settings.size % settings.factor:
        raise UserError(f"--size: expected a multiple of --factor, {settings.factor}. Received: {settings.size}")
    if settings.equivariance_weight and settings.size < least_side(settings.factor):
        raise UserError(
            f"--size: expected at least {least_side(settings.factor)} with --equivariance-weight "
            f"and --factor {settings.factor}. Received: {settings.size}"
        )
    moved = settings.factor if settings.equivariance_weight else 0
    if settings.texture_weight and settings.size < TEXTURE_PATCH + moved:
        raise UserError(
            f"--size: expected at least {TEXTURE_PATCH + moved} with --texture-weight. Received: {settings.size}"
        )
    for name in PAPER_OPTIONS if settings.architecture.startswith("srcnn") else ():
        value = getattr(settings, name)
        if value != getattr(SuperResolutionSettings, name):
            raise UserError(
                f"{flag(name)}: expected with --architecture paper alone. "
                f"Received: {value} with {settings.architecture}"
            )


def build_network(settings):
    """A new network as the settings say, under the global dtype policy."""
    if settings.architecture.startswith("srcnn"):
        return SRCNN(settings.factor, second_kernel=int(settings.architecture.split("-")[2]))
    return SuperResolutionNetwork(settings.factor, **{name: getattr(settings, name) for name in PAPER_OPTIONS})


def build_trainer(settings, network):
    """The trainer of a network as the settings say.

    Raises:
        UserError: see :class:`superres.model.SuperResolution`; squares too small for the layers.
    """
    trainer = SuperResolution(network, settings=settings)
    check_size(settings.size, trainer.objective.layers)
    return trainer
