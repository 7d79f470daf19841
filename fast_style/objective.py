"""The objective that training and optimisation both minimise (eq. 5)."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import as_rgb
from fast_style.common.losses import feature_loss
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import LossNetwork, build_loss_network, check_layers, least_side
from fast_style.common.settings import settings_of
from fast_style.common.training.objective import Objective, Term, build_terms, layers_named
from fast_style.common.types import Image
from fast_style.condition_style import condition_style_term
from fast_style.settings import CONTENT, GRAM_SCALINGS, SCALINGS, ObjectiveSettings
from fast_style.style_losses import STYLE_LOSSES

# Sizes of the painting of which an objective keeps what it has computed.
KEPT_SIZES = 4


class StyleObjective(Objective):
    """Objective ``content_weight * l_feat + style_weight * l_style + tv_weight * l_TV`` of paintings (eq. 5).

    l_feat is eq. 2 summed over the content layers; l_style the loss of style, eq. 4 by default, summed over
    the style layers (each times its own weight, 1 by default) and averaged over the paintings; l_TV the sum
    of squared differences of neighbouring pixels. Settings with further terms add these.
    :meth:`for_painting` builds the loss network, too.

    >>> import numpy as np, fast_style
    >>> painting, photo = np.zeros((64, 64, 3), np.uint8), np.zeros((1, 32, 32, 3), np.float32)
    >>> settings = fast_style.StyleSettings(style=painting, tv_weight=1.0, loss_weights="random")
    >>> objective = fast_style.StyleObjective.for_painting(settings)
    >>> terms = objective.terms(photo, objective.targets(photo))
    >>> list(terms)
    ['loss', 'content', 'style', 'tv', 'style/relu1_2', 'style/relu2_2', 'style/relu3_3', 'style/relu4_3']

    Args:
        style_image: the painting: a path, or RGB uint8 (height, width, 3); or a list of these.
        loss_network: a :class:`LossNetwork` with all layers that are named here.
        settings: :class:`StyleSettings`, or the part of it that names an objective. Default: of `options`.
        style_blend: one share a painting, at least 0; they are divided by their sum. Default: equal shares.
        scaling: ``"paper"`` (default), eqs. 2 to 4; or ``"gatys"``, their section 2: a content layer counts
            ``1/2 sum (F - P)^2``, eq. 2 times C H W / 2; a style layer of Gram matrices
            ``1 / (4 N^2 M^2) sum (G - A)^2``, eq. 4 over 4, where M is each picture's own number of positions.
        style_size: short side in pixels at which paintings are read. Default: None, which takes them as they are.
        options: fields of the settings: ``content_layers`` and ``style_layers``, in the paper's words, none for an
            objective without that term; ``content_weight``, ``style_weight``, ``tv_weight``; ``style_loss``, as of
            :class:`StyleTransfer`; ``style_scaling``, ``"paper"`` for the sum over a Gram matrix's entries (eq. 4) or
            ``"mean"`` for their mean; ``style_layer_weights``, one factor a style layer.

    Raises:
        UserError: a painting that is no image, a negative weight, factors that do not match the layers or paintings,
            an unknown name.
        TypeError: an unknown option, or options beside settings.
    """

    def __init__(
        self,
        style_image: Image | Sequence[Image],
        loss_network: LossNetwork,
        settings: ObjectiveSettings | None = None,
        *,
        style_blend: Sequence[float] | None = None,
        scaling: str = "paper",
        style_size: int | None = None,
        **options: object,
    ):
        self.settings = settings_of(type(self).__name__, ObjectiveSettings, settings, options)
        paintings = style_image if isinstance(style_image, list | tuple) else [style_image]
        self.paintings = [as_rgb(painting, "style_image") for painting in paintings]
        self.content_layers, self.style_layers = tuple(self.settings.content_layers), tuple(self.settings.style_layers)
        self.style_blend = _shares(style_blend, self.paintings)
        self.scaling, self.style_size = scaling, style_size
        check_objective(self.settings, self.paintings, self.style_blend, scaling, style_size)
        self._resized = {}
        self.style_images = self.paintings
        if style_size is not None:
            self.style_images = [resize_short_side(painting, style_size) for painting in self.paintings]
        for painting in self.style_images:
            check_painting_size(*painting.shape[:2], self.style_layers)
        shares = [share / sum(self.style_blend) for share in self.style_blend]
        context = {"paintings": self.style_images, "shares": shares, "scaling": scaling}
        super().__init__(build_terms(self.settings, loss_network, **context), loss_network)

    @classmethod
    def for_painting(
        cls,
        settings: ObjectiveSettings,
        normalize_over: Sequence[np.ndarray] = (),
        *,
        style_blend: Sequence[float] | None = None,
        scaling: str = "paper",
    ) -> "StyleObjective":
        """Objective of settings that name a painting, with a loss network built for its layers.

        Args:
            settings: as of the class, whose ``style`` is a path, RGB uint8 (height,
                width, 3), or a list of these; a ``style_size`` of None reads it as it is.
            normalize_over: photographs, uint8 (height, width, 3) each, over which filters of the loss network are
                scaled to a mean activation of one. Default: none, filters as they are.
            style_blend, scaling: as of the class.

        Raises:
            UserError: a bad image, weight, layer or weights file.
        """
        style = settings.style if isinstance(settings.style, list | tuple) else [settings.style]
        paintings = [as_rgb(one, "style") for one in style]
        options = {
            "style_blend": _shares(style_blend, paintings),
            "scaling": scaling,
            "style_size": settings.style_size,
        }
        # What is no option is told before weights of the loss network are downloaded.
        check_objective(settings, paintings, *options.values())
        built = build_loss_network(
            settings.loss_network,
            layers_named(settings),
            settings.loss_weights,
            pooling=settings.pooling,
            normalize_over=normalize_over,
        )
        return cls(paintings, built, settings, **options)

    def resized(self, style_size, sum_factor=1.0):
        """The same objective with its paintings read at another size and sums over pixels weighted anew.

        The last few are kept: of many photographs of one size, each would compute and trace the same again.

        Args:
            style_size: short side in pixels of the paintings.
            sum_factor: of the weight of each term that is a sum over pixels and not a mean: total variation, and
                under ``"gatys"`` scaling the content.
        """
        key = style_size, sum_factor
        if key not in self._resized:
            if len(self._resized) == KEPT_SIZES:
                del self._resized[next(iter(self._resized))]  # the oldest
            self._resized[key] = self._at_size(style_size, sum_factor)
        return self._resized[key]

    def _at_size(self, style_size, sum_factor):
        settings = dataclasses.replace(
            self.settings,
            content_weight=self.settings.content_weight * (sum_factor if self.scaling == "gatys" else 1.0),
            tv_weight=self.settings.tv_weight * sum_factor,
        )
        blend = {"style_blend": self.style_blend, "scaling": self.scaling}
        return type(self)(self.paintings, self.loss_network, settings, style_size=style_size, **blend)

    @property
    def style_image(self):
        """The first painting, at the size at which it is read."""
        return self.style_images[0]

    @functools.cached_property
    def value_and_gradient(self):
        """A compiled function from pictures and targets to (terms, gradient).

        Pictures are float32 (batch, height, width, 3), RGB 0..255; targets and terms those of
        :meth:`targets` and :meth:`terms`. The gradient, float32 and of the shape of the pictures, is that of
        the sum of ``"loss"`` over the batch. Traced for the first size of picture, and once more for all others.
        """
        import tensorflow as tf

        # Reduced: a folder of photographs of many sizes must not be traced for each.
        @tf.function(jit_compile=False, reduce_retracing=True)
        def value_and_gradient(pictures, targets):
            with tf.GradientTape() as tape:
                tape.watch(pictures)
                terms = self.terms(pictures, targets)
            return terms, tape.gradient(terms["loss"], pictures)

        return value_and_gradient


def _shares(style_blend, paintings):
    return (1.0,) * len(paintings) if style_blend is None or not len(style_blend) else tuple(style_blend)


def check_painting_size(height, width, layers):
    """Raises UserError for a painting in which a layer of style has no features."""
    if layers and min(height, width) < least_side(layers):
        raise UserError(
            f"style: expected a painting, and a style size, of at least {least_side(layers)} pixels a side for "
            f"{' '.join(layers)}. Received: {width}x{height}"
        )


def check_objective(settings, paintings=(None,), style_blend=(1.0,), scaling="paper", style_size=None):
    """Raises UserError for options of an objective that are none, of which its loss network need not be known."""
    check_layers(content_layers=settings.content_layers, style_layers=settings.style_layers)
    content_layers, style_layers = tuple(settings.content_layers), tuple(settings.style_layers)
    for name, layers in (("content_layers", content_layers), ("style_layers", style_layers)):
        if len(set(layers)) < len(layers):
            raise UserError(f"{name}: expected layers that differ. Received: {' '.join(layers)}")
    for name, value, allowed in (
        ("style_loss", settings.style_loss, STYLE_LOSSES),
        ("style_scaling", settings.style_scaling, GRAM_SCALINGS),
        ("scaling", scaling, SCALINGS),
    ):
        if value not in allowed:
            raise UserError(f"{name}: expected one of {', '.join(allowed)}. Received: {value!r}")
    layer_weights = tuple(settings.style_layer_weights)
    for name, values, weighted, counted in (
        ("style_layer_weights", layer_weights or style_layers, style_layers, "style layer"),
        ("style_blend", style_blend, paintings, "painting"),
    ):
        if len(values) != len(weighted):
            raise UserError(f"{name}: expected {len(weighted)} numbers, one a {counted}. Received: {len(values)}")
    by_layer = dict(zip(style_layers, layer_weights, strict=True)) if layer_weights else {}
    check_weights(
        {
            **{f"{row.name}_weight": getattr(settings, f"{row.name}_weight") for row in settings.terms},
            **{f"style_layer_weights ({name})": weight for name, weight in by_layer.items()},
            **{f"style_blend ({number})": share for number, share in enumerate(style_blend, start=1)},
        }
    )
    if not sum(style_blend):
        raise UserError("style_blend: expected shares that are not all 0. Received: only 0")
    if style_size is not None and style_size < 1:
        raise UserError(f"style_size: expected at least 1 pixel. Received: {style_size!r}")


def content_term(settings, loss_network, *, scaling="paper", **context):
    """l_feat, eq. 2 at each content layer, or as Gatys et al. scale it."""

    def gatys(target, output):
        height, width, channels = ops.shape(output)[1:]
        return feature_loss(target, output) * ops.cast(height * width * channels, "float32") / 2.0

    loss = gatys if scaling == "gatys" else feature_loss
    return Term("content", settings.content_weight, loss, tuple(settings.content_layers), each_layer=CONTENT.each_layer)


def gram_divisor(settings, channels):
    """By what the squared difference of two Gram matrices of so many channels is divided."""
    return channels**2 if settings.style_scaling == "mean" else 1


def style_term(settings, loss_network, *, paintings=(), shares=(), scaling="paper", conditions=None, **context):
    """l_style: the loss of style at each style layer, averaged over paintings by their shares.

    With Gram matrices of conditions, as of :func:`fast_style.condition_style.condition_style_term`.
    """
    if conditions is not None:
        return condition_style_term(settings, conditions, functools.partial(gram_divisor, settings))
    of_gram = settings.style_loss == "gram"
    divisor = 4.0 if scaling == "gatys" and of_gram else 1.0
    layers = tuple(settings.style_layers)
    features = [loss_network(ops.cast(painting, "float32")[None]) for painting in paintings] if layers else []
    make = STYLE_LOSSES[settings.style_loss].loss
    functions = {
        name: PaintingStyle(
            [make(found[name]) for found in features],
            shares,
            divisor * (gram_divisor(settings, features[0][name].shape[-1]) if of_gram else 1),
        )
        for name in layers
    }
    weights = tuple(settings.style_layer_weights)
    return Term("style", settings.style_weight, functions, layers, weights, compares=False)


@dataclasses.dataclass(frozen=True)
class PaintingStyle:
    """The loss of style of several paintings at one layer: their losses, averaged by shares and divided."""

    losses: list
    shares: list
    divisor: float

    def __call__(self, target, output):
        value = sum(share * loss(output) for share, loss in zip(self.shares, self.losses, strict=True))
        return value / self.divisor
