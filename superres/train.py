"""Trains a super-resolution network on photographs: what `superres-train` calls."""

import functools

import keras

from common.dataset import Photographs
from common.errors import UserError
from common.geometry import resize_array
from common.network_files import copy_weights
from common.precision import dtype_policy, resolve_precision
from common.training import check_numbers, check_output, run_training
from superres.degradation import crop_to_multiple, degrade_photo
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
    check_numbers(settings)
    if settings.size % settings.factor:
        raise UserError(f"--size: expected a multiple of --factor, {settings.factor}. Received: {settings.size}")
    check_output(settings.output, resume)
    photographs = Photographs.from_settings(settings)
    keras.utils.set_random_seed(settings.seed)
    with dtype_policy(resolve_precision(settings.precision)):
        network = build_network(settings)
        if settings.initialize:
            copy_weights(load_network(settings.initialize), network)
        trainer = SuperResolution(
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
    return run_training(
        trainer,
        photographs,
        settings,
        previewed=functools.partial(preview_row, network, settings.degradation),
        validation_size=settings.size,
        resume=resume,
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


def preview_row(network, degradation, photo):
    """Bicubic enlargement, network output and photograph, of a photograph that is degraded first."""
    photo = crop_to_multiple(photo, network.factor)
    low = degrade_photo(photo, network.factor, degradation)
    return [resize_array(low, *photo.shape[:2]), network.enlarge(low[None]).numpy()[0], photo]
