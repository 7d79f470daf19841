"""The objective of super-resolution: feature, texture, pixel and total-variation loss, weighted (sections 3.2, 3.3)."""

from fast_style.common.errors import UserError
from fast_style.common.images.pixels import image_to_luma
from fast_style.common.losses import feature_loss, pixel_loss, texture_loss
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import LossNetwork, build_loss_network, check_layer_names, least_side
from fast_style.common.settings import settings_of
from fast_style.common.training.objective import Objective, Term, build_terms
from superres.settings import FEATURE, PIXEL_CHANNELS, TrainerSettings

FEATURE_LAYERS = FEATURE.layers
# Side in pixels of the patches that the texture loss compares, as in EnhanceNet.
TEXTURE_PATCH = 16


def layers_needed(settings):
    """The loss network's layers of the terms whose weight is above 0, each once."""
    weighted = [row for row in settings.terms if row.layers and getattr(settings, f"{row.name}_weight")]
    return tuple(dict.fromkeys(layer for row in weighted for layer in getattr(settings, f"{row.name}_layers")))


def patch_side(layer):
    """Side in positions, of a layer in the paper's words, of a patch of TEXTURE_PATCH pixels."""
    return max(TEXTURE_PATCH // least_side((layer,)), 1)


class SuperResolutionObjective(Objective):
    """Objective ``feature_weight * l_feat + texture_weight * l_texture + pixel_weight * l_pixel + tv_weight * l_TV``.

    l_feat is eq. 2 summed over the layers, l_pixel the mean squared difference of pixels 0..255, l_TV
    the sum of squared differences of neighbouring pixels. l_texture, which the paper does not have, is
    :func:`texture_loss` between patches of 16x16 pixels, summed over its layers. With an equivariance weight,
    :class:`SuperResolution` adds that term.

    >>> import numpy as np, superres
    >>> objective = superres.SuperResolutionObjective(feature_weight=0, pixel_weight=2.0)
    >>> black, grey = np.zeros((1, 8, 8, 3)), np.full((1, 8, 8, 3), 10.0)
    >>> terms = objective.terms(grey, objective.targets(black))
    >>> {name: float(value[0]) for name, value in terms.items()}
    {'loss': 200.0, 'pixel': 100.0, 'tv': 0.0}

    Args:
        loss_network: a :class:`LossNetwork` with the layers, or None where the
            weights of features and texture are 0.
        settings: :class:`SuperResolutionSettings`, or the part of it that names an objective. Default: of `options`.
        factor: how many times larger outputs are than inputs; what equivariance is measured by.
        options: its fields: ``feature_layers``, ``texture_layers``, in the paper's words; ``feature_weight``,
            ``pixel_weight``, ``tv_weight``, ``texture_weight``, not negative, and one of the first two positive;
            ``pixel_channels``: what the pixel loss compares: ``"rgb"``, or ``"y"``, the luma 16..235 of BT.601,
            which SRCNN was trained on and PSNR is measured on.

    Raises:
        UserError: a weight that is none, nothing to minimise, unknown channels.
        TypeError: an unknown option, or options beside settings.
    """

    def __init__(
        self,
        loss_network: LossNetwork | None = None,
        settings: TrainerSettings | None = None,
        *,
        factor: int | None = None,
        **options: object,
    ):
        self.settings = settings = settings_of(type(self).__name__, TrainerSettings, settings, options)
        _check(settings)
        for row in settings.terms:
            if row.layers and getattr(settings, f"{row.name}_weight") and loss_network is None:
                raise UserError(f"loss_network: expected one for a {row.name} weight above 0. Received: none")
        super().__init__(build_terms(settings, loss_network, factor=factor), loss_network)

    @classmethod
    def from_settings(cls, settings: TrainerSettings, factor: int) -> "SuperResolutionObjective":
        """Objective of settings, with a loss network built for the layers that it needs, if any."""
        # What is no option is told before weights of the loss network are downloaded.
        _check(settings)
        named = [f"{row.name}_layers" for row in settings.terms if row.layers]
        check_layer_names(settings.loss_network, **{name: getattr(settings, name) for name in named})
        layers, built = layers_needed(settings), None
        if layers:
            built = build_loss_network(settings.loss_network, layers, settings.loss_weights, pooling=settings.pooling)
        return cls(built, settings, factor=factor)


def _check(settings):
    """Raises UserError for options of an objective that are none, of which its loss network need not be known."""
    weights = {name: getattr(settings, name) for name in (f"{row.name}_weight" for row in settings.terms)}
    check_weights(weights, needed=("feature_weight", "pixel_weight"))
    if settings.pixel_channels not in PIXEL_CHANNELS:
        raise UserError(
            f"pixel_channels: expected one of {', '.join(PIXEL_CHANNELS)}. Received: {settings.pixel_channels!r}"
        )


def feature_term(settings, loss_network, **context):
    """l_feat, eq. 2 at each of its layers; None without a weight."""
    if not settings.feature_weight:
        return None
    return Term("feature", settings.feature_weight, feature_loss, tuple(settings.feature_layers))


def texture_term(settings, loss_network, **context):
    """l_texture between patches of 16x16 pixels at each of its layers; None without a weight."""
    if not settings.texture_weight:
        return None

    def at(side):
        return lambda target, output: texture_loss(target, output, side)

    layers = tuple(settings.texture_layers)
    return Term("texture", settings.texture_weight, {name: at(patch_side(name)) for name in layers}, layers)


def pixel_term(settings, loss_network, **context):
    """l_pixel of all channels, or of the luma."""

    def of_luma(target, output):
        return pixel_loss(image_to_luma(target), image_to_luma(output))

    return Term("pixel", settings.pixel_weight, of_luma if settings.pixel_channels == "y" else pixel_loss)
