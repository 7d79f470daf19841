"""The objective of super-resolution: feature, texture, pixel and total-variation loss, weighted (sections 3.2, 3.3)."""

from fast_style.common.errors import UserError
from fast_style.common.images.pixels import image_to_luma
from fast_style.common.losses import feature_loss, pixel_loss, texture_loss, total_variation
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import least_side

FEATURE_LAYERS = ("relu2_2",)
# In front of all pooling, which would reward a weave: docs/experiments/2026-11-27-texture-loss.md.
TEXTURE_LAYERS = ("relu1_2",)
# Side in pixels of the patches that the texture loss compares, as in EnhanceNet.
TEXTURE_PATCH = 16
PIXEL_CHANNELS = ("rgb", "y")


def layers_needed(feature_weight, feature_layers, texture_weight, texture_layers):
    """The loss network's layers of the terms whose weight is above 0, each once."""
    terms = ((feature_weight, feature_layers), (texture_weight, texture_layers))
    return tuple(dict.fromkeys(layer for weight, layers in terms if weight for layer in layers))


def patch_side(layer):
    """Side in positions, of a layer in the paper's words, of a patch of TEXTURE_PATCH pixels."""
    return max(TEXTURE_PATCH // least_side((layer,)), 1)


class SuperResolutionObjective:
    """``feature_weight * l_feat + texture_weight * l_texture + pixel_weight * l_pixel + tv_weight * l_TV``.

    l_feat is eq. 2 summed over the layers, l_pixel the mean squared difference of pixels 0..255, l_TV
    the sum of squared differences of neighbouring pixels. l_texture, which the paper does not have, is
    :func:`texture_loss` between patches of 16x16 pixels, summed over its layers.

    Args:
        loss_network: a :class:`LossNetwork` with the layers, or None where the
            weights of features and texture are 0.
        feature_layers, texture_layers: in the paper's words.
        feature_weight, pixel_weight, tv_weight, texture_weight: not negative, and one of the first two positive.
        pixel_channels: what the pixel loss compares: ``"rgb"``, or ``"y"``, the luma 16..235 of BT.601,
            which SRCNN was trained on and PSNR is measured on.

    Raises:
        UserError: a weight that is none, nothing to minimise, unknown channels.
    """

    def __init__(
        self,
        loss_network=None,
        feature_layers=FEATURE_LAYERS,
        feature_weight=1.0,
        pixel_weight=0.0,
        tv_weight=0.0,
        pixel_channels="rgb",
        texture_weight=0.0,
        texture_layers=TEXTURE_LAYERS,
    ):
        check_weights(
            {
                "feature_weight": feature_weight,
                "pixel_weight": pixel_weight,
                "tv_weight": tv_weight,
                "texture_weight": texture_weight,
            }
        )
        if not feature_weight and not pixel_weight:
            raise UserError("feature_weight, pixel_weight: expected one of them above 0. Received: 0 and 0")
        if pixel_channels not in PIXEL_CHANNELS:
            raise UserError(
                f"pixel_channels: expected one of {', '.join(PIXEL_CHANNELS)}. Received: {pixel_channels!r}"
            )
        for what, weight in (("feature", feature_weight), ("texture", texture_weight)):
            if weight and loss_network is None:
                raise UserError(f"loss_network: expected one for a {what} weight above 0. Received: none")
        self.loss_network = loss_network if feature_weight or texture_weight else None
        self.feature_layers, self.texture_layers = tuple(feature_layers), tuple(texture_layers)
        self.texture_weight = texture_weight
        self.feature_weight, self.pixel_weight, self.tv_weight = feature_weight, pixel_weight, tv_weight
        self.pixel_channels = pixel_channels

    @property
    def layers(self):
        """The loss network's layers that are looked at."""
        return layers_needed(self.feature_weight, self.feature_layers, self.texture_weight, self.texture_layers)

    @property
    def term_names(self):
        """Names of what :meth:`terms` returns, in order; no ``"feature"`` or ``"texture"`` where its weight is 0."""
        layers = {"feature": self.feature_layers} if self.feature_weight else {}
        layers |= {"texture": self.texture_layers} if self.texture_weight else {}
        return ("loss", *layers, "pixel", "tv", *(f"{term}/{name}" for term in layers for name in layers[term]))

    def terms(self, outputs, targets):
        """The objective of output images and its terms.

        Args:
            outputs: float (batch, height, width, 3), RGB 0..255.
            targets: the photographs, float, same shape and range.

        Returns:
            dict of float32 (batch,): ``"loss"``, the weighted sum that is minimised, and unweighted
            ``"feature"``, ``"texture"``, ``"pixel"``, ``"tv"``, ``"feature/<layer>"`` and ``"texture/<layer>"``.
        """
        pixel = self._pixel_loss(targets, outputs)
        tv = total_variation(outputs)
        terms = {"loss": self.pixel_weight * pixel + self.tv_weight * tv, "pixel": pixel, "tv": tv}
        if self.loss_network is not None:
            wanted, received = self.loss_network(targets), self.loss_network(outputs)
        if self.feature_weight:
            layers = {f"feature/{n}": feature_loss(wanted[n], received[n]) for n in self.feature_layers}
            terms |= {"feature": sum(layers.values()), **layers}
            terms["loss"] = terms["loss"] + self.feature_weight * terms["feature"]
        if self.texture_weight:
            layers = {f"texture/{n}": texture_loss(wanted[n], received[n], patch_side(n)) for n in self.texture_layers}
            terms |= {"texture": sum(layers.values()), **layers}
            terms["loss"] = terms["loss"] + self.texture_weight * terms["texture"]
        return terms

    def _pixel_loss(self, targets, outputs):
        if self.pixel_channels == "y":
            return pixel_loss(image_to_luma(targets), image_to_luma(outputs))
        return pixel_loss(targets, outputs)
