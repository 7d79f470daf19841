"""Trains a network on one painting: what `fast-style-train` calls."""

import keras

from common.dataset import Photographs
from common.network_files import copy_weights
from common.precision import dtype_policy, resolve_precision
from common.training import check_numbers, check_output, run_training
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork
from fast_style.pretrained_networks import load_network


def train(settings, resume=False):
    """Trains a network with :class:`fast_style.settings.StyleSettings` and leaves a run folder.

    Args:
        settings: what to train, on what, where to.
        resume: continue the run in ``settings.output`` from its newest checkpoint.

    Returns:
        The run record, a dict; see :func:`common.training.run_training` for files and errors.
    """
    check_numbers(settings)
    check_output(settings.output, resume)
    photographs = Photographs.from_settings(settings)
    keras.utils.set_random_seed(settings.seed)
    with dtype_policy(resolve_precision(settings.precision)):
        network = TransformationNetwork(
            width=settings.width,
            normalization=settings.normalization,
            upsampling=settings.upsampling,
            reflection_padding=settings.reflection_padding,
        )
        if settings.initialize:
            copy_weights(load_network(settings.initialize), network)
        trainer = StyleTransfer(
            settings.style, network, style_warmup=settings.style_warmup, **settings.objective_options()
        )
    return run_training(trainer, photographs, settings, resume=resume)
