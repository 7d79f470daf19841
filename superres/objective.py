"""The objective of super-resolution: feature, pixel and total-variation loss, weighted (sections 3.2, 3.3)."""

from common.errors import UserError
from common.losses import feature_loss, pixel_loss, total_variation
from common.losses.weights import check_weights
from common.pixels import image_to_luma

FEATURE_LAYERS = ("relu2_2",)
PIXEL_CHANNELS = ("rgb", "y")


class SuperResolutionObjective:
    """``feature_weight * l_feat + pixel_weight * l_pixel + tv_weight * l_TV``.

    l_feat is eq. 2 summed over the layers, l_pixel the mean squared difference of pixels 0..255, l_TV
    the sum of squared differences of neighbouring pixels.

    Args:
        loss_network: a :class:`common.loss_network.LossNetwork` with the layers, or None where the
            feature weight is 0.
        feature_layers: in the paper's words.
        feature_weight, pixel_weight, tv_weight: not negative, and one of the first two positive.
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
    ):
        weights = {"feature_weight": feature_weight, "pixel_weight": pixel_weight, "tv_weight": tv_weight}
        check_weights(weights)
        if not feature_weight and not pixel_weight:
            raise UserError("feature_weight, pixel_weight: expected one of them above 0. Received: 0 and 0")
        if pixel_channels not in PIXEL_CHANNELS:
            raise UserError(
                f"pixel_channels: expected one of {', '.join(PIXEL_CHANNELS)}. Received: {pixel_channels!r}"
            )
        if feature_weight and loss_network is None:
            raise UserError("loss_network: expected one for a feature weight above 0. Received: none")
        self.loss_network = loss_network if feature_weight else None
        self.feature_layers = tuple(feature_layers)
        self.feature_weight, self.pixel_weight, self.tv_weight = feature_weight, pixel_weight, tv_weight
        self.pixel_channels = pixel_channels

    @property
    def term_names(self):
        """Names of what :meth:`terms` returns, in order; no ``"feature"`` where its weight is 0."""
        if self.loss_network is None:
            return ("loss", "pixel", "tv")
        return ("loss", "feature", "pixel", "tv", *(f"feature/{name}" for name in self.feature_layers))

    def terms(self, outputs, targets):
        """The objective of output images and its terms.

        Args:
            outputs: float (batch, height, width, 3), RGB 0..255.
            targets: the photographs, float, same shape and range.

        Returns:
            dict of float32 (batch,): ``"loss"``, the weighted sum that is minimised, and unweighted
            ``"feature"``, ``"pixel"``, ``"tv"`` and ``"feature/<layer>"``.
        """
        pixel = self._pixel_loss(targets, outputs)
        tv = total_variation(outputs)
        terms = {"loss": self.pixel_weight * pixel + self.tv_weight * tv, "pixel": pixel, "tv": tv}
        if self.loss_network is not None:
            wanted, received = self.loss_network(targets), self.loss_network(outputs)
            layers = {f"feature/{n}": feature_loss(wanted[n], received[n]) for n in self.feature_layers}
            terms |= {"feature": sum(layers.values()), **layers}
            terms["loss"] = terms["loss"] + self.feature_weight * terms["feature"]
        return terms

    def _pixel_loss(self, targets, outputs):
        if self.pixel_channels == "y":
            return pixel_loss(image_to_luma(targets), image_to_luma(outputs))
        return pixel_loss(targets, outputs)
