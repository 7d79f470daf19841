"""The objective that training and optimisation both minimise (eq. 5)."""

from keras import ops

from common.errors import UserError
from common.geometry import resize_short_side
from common.image_io import as_rgb
from common.loss_network import build_loss_network
from common.losses import feature_loss, gram_loss, gram_matrix, total_variation

CONTENT_LAYERS = ("relu2_2",)
STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")


class StyleObjective:
    """``content_weight * l_feat + style_weight * l_style + tv_weight * l_TV`` for one painting.

    l_feat is eq. 2 summed over the content layers, l_style eq. 4 summed over the style layers (each
    times its own weight, 1 by default), l_TV the sum of squared differences of neighbouring pixels.

    Args:
        style_image: the painting, RGB uint8 or float (height, width, 3), 0..255, already at the
            size at which its strokes should be read.
        loss_network: a :class:`common.loss_network.LossNetwork` with all layers that are named here.
        content_layers, style_layers: in the paper's words.
        content_weight, style_weight, tv_weight: not negative.
        style_layer_weights: one factor a style layer; default 1 each.

    Raises:
        UserError: a negative weight, or factors that do not match the layers.
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
    ):
        weights = {"content_weight": content_weight, "style_weight": style_weight, "tv_weight": tv_weight}
        style_layer_weights = tuple(style_layer_weights or (1.0,) * len(style_layers))
        if len(style_layer_weights) != len(style_layers):
            raise UserError(
                f"style_layer_weights: expected {len(style_layers)} numbers, one a style layer. "
                f"Received: {len(style_layer_weights)}"
            )
        weights |= {f"style_layer_weights ({n})": w for n, w in zip(style_layers, style_layer_weights, strict=True)}
        for name, value in weights.items():
            if not value >= 0 or value == float("inf"):
                raise UserError(f"{name}: expected a number of at least 0. Received: {value!r}")
        self.content_layers = tuple(content_layers)
        self.style_layers = tuple(style_layers)
        self.content_weight, self.style_weight, self.tv_weight = content_weight, style_weight, tv_weight
        self.style_layer_weights = style_layer_weights
        self.loss_network = loss_network
        self.style_image = style_image
        self._content_network = loss_network.restrict(self.content_layers)
        features = loss_network(ops.cast(style_image, "float32")[None])
        self.style_grams = {name: gram_matrix(features[name]) for name in self.style_layers}

    @classmethod
    def for_painting(
        cls,
        style,
        style_size=256,
        content_layers=CONTENT_LAYERS,
        style_layers=STYLE_LAYERS,
        architecture="vgg16",
        loss_weights="imagenet",
        **weights,
    ):
        """The objective of a painting given as a path or array, with a loss network built for its layers.

        Args:
            style: a path, or RGB uint8 (height, width, 3).
            style_size: the painting's short side in pixels when its strokes are read; None leaves it.
            architecture, loss_weights: see :func:`common.loss_network.build_loss_network`.
            weights: see the class.

        Raises:
            UserError: a bad image, weight, layer or weights file.
        """
        style_image = as_rgb(style, "style")
        if style_size is not None:
            if style_size < 1:
                raise UserError(f"style_size: expected at least 1 pixel. Received: {style_size!r}")
            style_image = resize_short_side(style_image, style_size)
        layers = tuple(dict.fromkeys((*content_layers, *style_layers)))
        loss_network = build_loss_network(architecture, layers, loss_weights)
        return cls(style_image, loss_network, content_layers, style_layers, **weights)

    @property
    def term_names(self):
        """Names of what :meth:`terms` returns, in order."""
        return ("loss", "content", "style", "tv", *(f"style/{name}" for name in self.style_layers))

    def content_features(self, photos):
        """Content targets of float photographs (batch, height, width, 3), 0..255: features by layer."""
        return self._content_network(photos)

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
        content = sum(feature_loss(content_features[n], features[n]) for n in self.content_layers)
        layers = {f"style/{n}": gram_loss(self.style_grams[n], gram_matrix(features[n])) for n in self.style_layers}
        style = sum(w * value for w, value in zip(self.style_layer_weights, layers.values(), strict=True))
        tv = total_variation(outputs)
        loss = self.content_weight * content + self.style_weight * style_factor * style + self.tv_weight * tv
        return {"loss": loss, "content": content, "style": style, "tv": tv, **layers}
