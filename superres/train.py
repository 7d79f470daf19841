"""Trains a super-resolution network on photographs: what `superres-train` calls."""

from fast_style.common.errors import UserError
from fast_style.common.settings import check_least, flag
from fast_style.common.training.run import check_size, run_training
from superres.model import SuperResolution, least_side
from superres.network import SuperResolutionNetwork
from superres.objective import TEXTURE_PATCH
from superres.pretrained_networks import digest, load_network
from superres.settings import PAPER_OPTIONS, SuperResolutionSettings
from superres.srcnn import SRCNN


def train(settings, resume=False):
    """Trains a network with :class:`superres.settings.SuperResolutionSettings` and leaves a run folder.

    Args:
        settings: what to train, on what, where to.
        resume: continue the run in ``settings.output`` from its newest checkpoint.

    Returns:
        The run record, a dict; see :func:`run_training` for files and errors.
    """
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
    check_least(settings, 0, "margin")
    check_options(settings)
    return run_training(
        settings, build_network, load_network, build_trainer, digest, validation_size=settings.size, resume=resume
    )


def check_options(settings):
    """Raises UserError for an option of the paper's network beside SRCNN."""
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
    trainer = SuperResolution(
        network,
        feature_weight=settings.feature_weight,
        pixel_weight=settings.pixel_weight,
        tv_weight=settings.tv_weight,
        equivariance_weight=settings.equivariance_weight,
        texture_weight=settings.texture_weight,
        feature_layers=settings.feature_layers,
        texture_layers=settings.texture_layers,
        pixel_channels=settings.pixel_channels,
        degradation=settings.degradation,
        loss_network=settings.loss_network,
        loss_weights=settings.loss_weights,
        pooling=settings.pooling,
    )
    check_size(settings.size, trainer.objective.layers)
    return trainer
