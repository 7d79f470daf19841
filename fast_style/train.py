"""Trains a network on one painting: what `fast-style-train` calls."""

from fast_style.common.errors import UserError
from fast_style.common.settings import check_least
from fast_style.common.training.run import check_size, run_training
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork
from fast_style.pretrained_networks import digest, load_network
from fast_style.settings import SHIFT_SIDE


def train(settings, resume=False):
    """Trains a network with :class:`fast_style.settings.StyleSettings` and leaves a run folder.

    Args:
        settings: what to train, on what, where to.
        resume: continue the run in ``settings.output`` from its newest checkpoint.

    Returns:
        The run record, a dict; see :func:`run_training` for files and errors.
    """
    check_least(settings, 0, "style_warmup", "stability_shift", "margin", "training_margin")
    check_shift(settings)
    return run_training(settings, build_network, load_network, build_trainer, digest, resume=resume)


def check_shift(settings):
    """Raises UserError for movement without the term that it is of, or squares that it leaves nothing of."""
    if settings.stability_shift and not settings.stability_weight:
        raise UserError(
            f"--stability-shift: expected 0 without --stability-weight. Received: {settings.stability_shift}"
        )
    if settings.stability_shift and settings.size < SHIFT_SIDE:
        raise UserError(
            f"--size: expected at least {SHIFT_SIDE} pixels with --stability-shift. Received: {settings.size}"
        )


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
    trainer = StyleTransfer(
        settings.style,
        network,
        style_warmup=settings.style_warmup,
        stability_weight=settings.stability_weight,
        stability_noise=settings.stability_noise,
        stability_shift=settings.stability_shift,
        training_margin=settings.training_margin,
        **settings.objective_options(),
    )
    check_size(settings.size, (*settings.content_layers, *settings.style_layers))
    return trainer
