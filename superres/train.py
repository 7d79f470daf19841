"""Trains a super-resolution network on photographs: what `superres-train` calls."""

from common.errors import UserError
from common.training import run_training
from superres.model import SuperResolution
from superres.network import SuperResolutionNetwork
from superres.pretrained_networks import load_network
from superres.srcnn import SRCNN


def train(settings, resume=False):
    """Trains a network with :class:`superres.settings.SuperResolutionSettings` and leaves a run folder.

    Args:
        settings: what to train, on what, where to.
        resume: continue the run in ``settings.output`` from its newest checkpoint.

    Returns:
        The run record, a dict; see :func:`common.training.run_training` for files and errors.
    """
    if settings.size % settings.factor:
        raise UserError(f"--size: expected a multiple of --factor, {settings.factor}. Received: {settings.size}")
    return run_training(
        settings, build_network, load_network, build_trainer, validation_size=settings.size, resume=resume
    )


def build_network(settings):
    """A new network as the settings say, under the global dtype policy."""
    # The paper matches histograms behind its networks of the feature loss.
    options = {"factor": settings.factor, "histogram_matching": settings.feature_weight > 0}
    if settings.architecture.startswith("srcnn"):
        return SRCNN(second_kernel=int(settings.architecture.split("-")[2]), **options)
    return SuperResolutionNetwork(
        width=settings.width,
        residual_blocks=settings.residual_blocks,
        normalization=settings.normalization,
        upsampling=settings.upsampling,
        bicubic_skip=settings.bicubic_skip,
        **options,
    )


def build_trainer(settings, network):
    """The trainer of a network as the settings say."""
    return SuperResolution(
        network,
        feature_weight=settings.feature_weight,
        pixel_weight=settings.pixel_weight,
        tv_weight=settings.tv_weight,
        feature_layers=settings.feature_layers,
        pixel_channels=settings.pixel_channels,
        degradation=settings.degradation,
        architecture=settings.loss_network,
        loss_weights=settings.loss_weights,
        pooling=settings.pooling,
    )
