"""The objective that training and optimisation both minimise (eq. 5)."""

import functools

from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import as_rgb
from fast_style.common.losses import feature_loss, style_loss_class, total_variation
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import build_loss_network, least_side

CONTENT_LAYERS = ("relu2_2",)
STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
SCALINGS = ("paper", "gatys")
# Sizes of the painting of which an objective keeps what it has computed.
KEPT_SIZES = 4


class StyleObjective:
    """``content_weight * l_feat + style_weight * l_style + tv_weight * l_TV`` for one painting or several.

    l_feat is eq. 2 summed over the content layers; l_style the loss of style, eq. 4 by default, summed over
    the style layers (each times its own weight, 1 by default) and averaged over the paintings; l_TV the sum
    of squared differences of neighbouring pixels.

    Args:
        style_image: the painting: a path, or RGB uint8 (height, width, 3); or a list of these.
        loss_network: a :class:`LossNetwork` with all layers that are named here.
        content_layers, style_layers: in the paper's words; none for an objective without that term.
        content_weight, style_weight, tv_weight: not negative.
        style_layer_weights: one factor a style layer; default 1 each.
        style_loss: a name of ``fast_style.common.losses.STYLE_LOSSES``.
        style_blend: one share a painting; they are divided by their sum. Default: equal shares.
        scaling: ``"paper"``, eqs. 2 to 4; or ``"gatys"``, their section 2: a content layer counts
            ``1/2 sum (F - P)^2``, eq. 2 times C H W / 2; a style layer of Gram matrices
            ``1 / (4 N^2 M^2) sum (G - A)^2``, eq. 4 over 4, where M is each picture's own number of positions.
        style_size: short side in pixels at which paintings are read; None takes them as they are.

    Raises:
        UserError: a painting that is no image, a negative weight, factors that do not match the layers or paintings,
            an unknown name.
    """

    def __init__(
        self,
        style_image,
        loss_network,
        content_layers=CONTENT_LAYERS,
        style_layers=STYLE_LAYERS,
        content_weight=1.0,
        style_weight=1e-4,
        tv_weight=1e-5,
        style_layer_weights=None,
        style_loss="gram",
        style_blend=None,
        scaling="paper",
        style_size=None,
    ):
        paintings = style_image if isinstance(style_image, list | tuple) else [style_image]
        self.paintings = [as_rgb(painting, "style_image") for painting in paintings]
        self.content_layers, self.style_layers = tuple(content_layers), tuple(style_layers)
        self.content_weight, self.style_weight, self.tv_weight = content_weight, style_weight, tv_weight
        self.style_layer_weights = tuple(style_layer_weights or (1.0,) * len(self.style_layers))
        self.style_blend = tuple(style_blend or (1.0,) * len(self.paintings))
        self.style_loss, self.scaling, self.style_size = style_loss, scaling, style_size
        self.loss_network = loss_network
        self._check()
        self._resized = {}
        self.style_images = self.paintings
        if style_size is not None:
            self.style_images = [resize_short_side(painting, style_size) for painting in self.paintings]
        least = least_side(self.style_layers)
        for painting in self.style_images if self.style_layers else []:
            if min(painting.shape[:2]) < least:
                raise UserError(
                    f"style: expected a painting, and a style size, of at least {least} pixels a side for "
                    f"{' '.join(self.style_layers)}. Received: {painting.shape[1]}x{painting.shape[0]}"
                )
        if self.content_layers:
            self._content_network = loss_network.restrict(self.content_layers)
        make = style_loss_class(style_loss)
        self._style_losses = []  # for each painting, by layer
        for painting in self.style_images if self.style_layers else []:
            features = loss_network(ops.cast(painting, "float32")[None])
            self._style_losses.append({name: make(features[name]) for name in self.style_layers})

    def _check(self):
        for name, layers in (("content_layers", self.content_layers), ("style_layers", self.style_layers)):
            if len(set(layers)) < len(layers):
                raise UserError(f"{name}: expected layers that differ. Received: {' '.join(layers)}")
        for what, values, names, counted in (
            ("style_layer_weights", self.style_layer_weights, self.style_layers, "style layer"),
            ("style_blend", self.style_blend, self.paintings, "painting"),
        ):
            if len(values) != len(names):
                raise UserError(f"{what}: expected {len(names)} numbers, one a {counted}. Received: {len(values)}")
        weights = {
            "content_weight": self.content_weight,
            "style_weight": self.style_weight,
            "tv_weight": self.tv_weight,
            **{
                f"style_layer_weights ({name})": weight
                for name, weight in zip(self.style_layers, self.style_layer_weights, strict=True)
            },
            **{f"style_blend ({number})": share for number, share in enumerate(self.style_blend, start=1)},
        }
        check_weights(weights)
        if not sum(self.style_blend):
            raise UserError("style_blend: expected shares that are not all 0. Received: only 0")
        if self.scaling not in SCALINGS:
            raise UserError(f"scaling: expected one of {', '.join(SCALINGS)}. Received: {self.scaling!r}")
        if self.style_size is not None and self.style_size < 1:
            raise UserError(f"style_size: expected at least 1 pixel. Received: {self.style_size!r}")

    @classmethod
    def for_painting(
        cls,
        style,
        style_size=256,
        content_layers=CONTENT_LAYERS,
        style_layers=STYLE_LAYERS,
        loss_network="vgg16",
        loss_weights="imagenet",
        pooling="max",
        normalize_over=(),
        **options,
    ):
        """The objective of a painting given as a path or array, with a loss network built for its layers.

        Args:
            style: a path, or RGB uint8 (height, width, 3); or a list of these.
            style_size: the painting's short side in pixels when its strokes are read; None leaves it.
            loss_network: ``"vgg16"`` (the paper's) or ``"vgg19"``.
            loss_weights, pooling, normalize_over: see
                :func:`build_loss_network`.
            options: see the class.

        Raises:
            UserError: a bad image, weight, layer or weights file.
        """
        paintings = [as_rgb(one, "style") for one in (style if isinstance(style, list | tuple) else [style])]
        layers = tuple(dict.fromkeys((*content_layers, *style_layers)))
        built = build_loss_network(loss_network, layers, loss_weights, pooling=pooling, normalize_over=normalize_over)
        return cls(paintings, built, content_layers, style_layers, style_size=style_size, **options)

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
        return type(self)(
            self.paintings,
            self.loss_network,
            self.content_layers,
            self.style_layers,
            self.content_weight * (sum_factor if self.scaling == "gatys" else 1.0),
            self.style_weight,
            self.tv_weight * sum_factor,
            self.style_layer_weights,
            self.style_loss,
            self.style_blend,
            self.scaling,
            style_size,
        )

    @property
    def style_image(self):
        """The first painting, at the size at which it is read."""
        return self.style_images[0]

    @property
    def term_names(self):
        """Names of what :meth:`terms` returns, in order."""
        return ("loss", "content", "style", "tv", *(f"style/{name}" for name in self.style_layers))

    def content_features(self, photos):
        """Content targets of float photographs (batch, height, width, 3), 0..255: features by layer."""
        return self._content_network(photos) if self.content_layers else {}

    def terms(self, outputs, content_features, style_factor=1.0):
        """The objective of output images and its terms.

        Args:
            outputs: float (batch, height, width, 3), RGB 0..255.
            content_features: of the photographs, from :meth:`content_features`.
            style_factor: further factor of the style weight, for schedules.

        Returns:
            dict of float32 (batch,): ``"loss"``, the weighted sum that is minimised, and unweighted
            ``"content"``, ``"style"``, ``"tv"`` and ``"style/<layer>"``, as in eqs. 2 to 4.
        """
        features = self.loss_network(outputs)
        none = ops.zeros(ops.shape(outputs)[:1], "float32")
        content = sum((self._content_loss(content_features[n], features[n]) for n in self.content_layers), none)
        layers = {f"style/{name}": self._style_loss(name, features[name]) for name in self.style_layers}
        style = sum((w * value for w, value in zip(self.style_layer_weights, layers.values(), strict=True)), none)
        tv = total_variation(outputs)
        loss = self.content_weight * content + self.style_weight * style_factor * style + self.tv_weight * tv
        return {"loss": loss, "content": content, "style": style, "tv": tv, **layers}

    @functools.cached_property
    def value_and_gradient(self):
        """A compiled function from pictures and content features to (terms, gradient).

        Pictures are float32 (batch, height, width, 3), RGB 0..255; content features and terms those of
        :meth:`content_features` and :meth:`terms`. The gradient, float32 and of the shape of the pictures, is that of
        the sum of ``"loss"`` over the batch. Traced for the first size of picture, and once more for all others.
        """
        import tensorflow as tf

        # Reduced: a folder of photographs of many sizes must not be traced for each.
        @tf.function(jit_compile=False, reduce_retracing=True)
        def value_and_gradient(pictures, content_features):
            with tf.GradientTape() as tape:
                tape.watch(pictures)
                terms = self.terms(pictures, content_features)
            return terms, tape.gradient(terms["loss"], pictures)

        return value_and_gradient

    def _content_loss(self, target, output):
        value = feature_loss(target, output)
        if self.scaling == "gatys":
            height, width, channels = ops.shape(output)[1:]
            return value * ops.cast(height * width * channels, "float32") / 2.0
        return value

    def _style_loss(self, name, features):
        shares = [share / sum(self.style_blend) for share in self.style_blend]
        value = sum(share * losses[name](features) for share, losses in zip(shares, self._style_losses, strict=True))
        return value / 4.0 if self.scaling == "gatys" and self.style_loss == "gram" else value
