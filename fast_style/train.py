"""Trains a network on one painting or many: what `fast-style-train` calls."""

import functools

from fast_style.adding import AddedStyleTransfer, network_of_new_rows
from fast_style.common.errors import UserError
from fast_style.common.losses.weights import check_weights
from fast_style.common.settings import flag
from fast_style.common.training.run import check_size, run_training
from fast_style.model import StyleTransfer
from fast_style.multi_style import MultiStyleTransfer, conditions_of
from fast_style.network import TransformationNetwork
from fast_style.paintings import painting_files
from fast_style.settings import STABILITY_OF_VIEWS, StyleSettings
from fast_style.task import TASK
from fast_style.views import least_side

# Trains with settings of this task and leaves a run folder: see `run_training` for results and errors.
train = functools.partial(run_training, TASK)

# Settings of which network is built.
OF_THE_NETWORK = (
    "architecture",
    "width",
    "normalization",
    "upsampling",
    "reflection_padding",
    "margin",
    "noise_channels",
    "noise_finest",
)


def check_settings(settings):
    """Raises UserError for settings that do not go together, and movement on squares that it leaves nothing of."""
    given = [flag(name) for name in ("style", "paintings", "add") if getattr(settings, name)]
    if len(given) > 1:
        raise UserError(f"{given[0]}: expected it, or {given[1]}. Received: both")
    if bool(settings.add) != bool(settings.to):
        received = "--add alone" if settings.add else "--to alone"
        raise UserError(
            f"--add, --to: expected both, a painting and the network that it is added to. Received: {received}"
        )
    if settings.add and settings.initialize:
        raise UserError(
            f"--initialize: expected none with --add, which begins from --to. Received: {settings.initialize}"
        )
    weights = {flag(name): getattr(settings, name) for name in (f"{row.name}_weight" for row in settings.terms)}
    check_weights(weights, needed=tuple(weights))
    for name in OF_THE_NETWORK if settings.add else ():
        value = getattr(settings, name)
        if value != getattr(StyleSettings(), name):
            raise UserError(f"{flag(name)}: expected none with --add, because --to has its own. Received: {value}")
    sizes = settings.style_sizes
    if len(set(sizes)) < len(sizes) or not sizes:
        raise UserError(f"--style-sizes: expected sizes that differ. Received: {' '.join(map(str, sizes)) or 'none'}")
    for name, none in STABILITY_OF_VIEWS.items():
        value = getattr(settings, name)
        if value != none and not settings.stability_weight:
            raise UserError(f"{flag(name)}: expected {none:g} without --stability-weight. Received: {value}")
    least, name = least_side(settings)
    if settings.size < least:
        raise UserError(f"--size: expected at least {least} pixels with {flag(name)}. Received: {settings.size}")


def build_network(settings):
    """A new network as the settings say, under the global dtype policy."""
    if settings.add:
        return network_of_new_rows(settings)
    conditions = None
    if settings.paintings:
        conditions = conditions_of(painting_files(settings.paintings), settings.style_sizes)
    return TransformationNetwork(
        width=settings.width,
        normalization=settings.normalization,
        upsampling=settings.upsampling,
        reflection_padding=settings.reflection_padding,
        margin=settings.margin,
        noise_channels=settings.noise_channels,
        noise_finest=settings.noise_finest,
        conditions=conditions,
    )


def build_trainer(settings, network):
    """The trainer of a network as the settings say.

    Raises:
        UserError: see :class:`fast_style.StyleTransfer` and :class:`fast_style.MultiStyleTransfer`; squares too small
            for the layers.
    """
    if settings.add:
        trainer = AddedStyleTransfer(network=network, settings=settings)
    elif settings.paintings:
        trainer = MultiStyleTransfer(network=network, settings=settings)
    else:
        trainer = StyleTransfer(network=network, settings=settings)
    check_size(settings.size, trainer.objective.layers)
    return trainer
