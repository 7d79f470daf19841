"""The trainer: a Keras model whose `fit` trains a super-resolution network on photographs."""

import keras
from keras import ops

from common.errors import UserError
from common.geometry import resize_array
from common.loss_network import build_loss_network
from common.perceptual_training import PerceptualTrainer
from superres.degradation import check_degradation, crop_to_multiple, degrade, degrade_photo
from superres.network import SuperResolutionNetwork
from superres.objective import FEATURE_LAYERS, SuperResolutionObjective


@keras.saving.register_keras_serializable(package="superres")
class SuperResolution(PerceptualTrainer):
    """Trains a network to restore photographs that it sees degraded (section 4.2).

    ``compile`` it with any optimizer and ``fit`` it on any dataset of photographs, uint8 or float
    (batch, height, width, 3), RGB 0..255: they are the targets, and the inputs are made of them in the
    step. ``model.network`` is what is trained: save that.

    Args:
        network: the network to train, whose factor is that of the training: a
            :class:`SuperResolutionNetwork` or :class:`SRCNN`. Default: a new one for x4 with the
            paper's settings.
        feature_weight: factor of the feature loss (eq. 2); 0 needs no loss network.
        pixel_weight: factor of the pixel loss. The paper's networks have one of the two, and not both.
        tv_weight: factor of total variation, the sum of squared differences of neighbouring pixels.
        feature_layers: in the paper's words.
        pixel_channels: ``"rgb"``, or ``"y"`` for the luma.
        degradation: ``"blur-bicubic"`` (the paper) or ``"bicubic"``; see :func:`superres.degrade`.
        architecture, loss_weights, pooling: see :func:`common.loss_network.build_loss_network`.

    Metrics, averaged over an epoch: ``loss`` (what is minimised), ``feature``, ``feature/<layer>``,
    ``pixel``, ``tv`` (unweighted, comparable with the paper's equations); under mixed_float16 also
    ``skipped``, the number of steps skipped because a gradient overflowed.

    Raises:
        UserError: a bad weight, layer, degradation or weights file.
    """

    def __init__(
        self,
        network=None,
        *,
        feature_weight=1.0,
        pixel_weight=0.0,
        tv_weight=0.0,
        feature_layers=FEATURE_LAYERS,
        pixel_channels="rgb",
        degradation="blur-bicubic",
        architecture="vgg16",
        loss_weights="imagenet",
        pooling="max",
        **kwargs,
    ):
        check_degradation(degradation)
        loss_network = None
        if feature_weight:
            loss_network = build_loss_network(architecture, tuple(feature_layers), loss_weights, pooling=pooling)
        objective = SuperResolutionObjective(
            loss_network,
            feature_layers=feature_layers,
            feature_weight=feature_weight,
            pixel_weight=pixel_weight,
            tv_weight=tv_weight,
            pixel_channels=pixel_channels,
        )
        super().__init__(network or SuperResolutionNetwork(), objective.term_names, **kwargs)
        if self.network.histogram_matching is None:
            # The paper matches histograms behind its networks of the feature loss.
            self.network.histogram_matching = feature_weight > 0
        self.objective = objective
        self.degradation = degradation

    def compute_terms(self, photos, training):
        photos = ops.cast(crop_to_multiple(photos, self.network.factor), "float32")
        outputs = self.network(degrade(photos, self.network.factor, self.degradation), training=training)
        return self.objective.terms(outputs, photos)

    def check_preview(self, photo):
        if min(photo.shape[:2]) < self.network.factor:
            raise UserError(
                f"--preview: expected photographs of at least {self.network.factor} pixels a side. "
                f"Received: {photo.shape[1]}x{photo.shape[0]}"
            )

    def preview(self, photo):
        """Bicubic enlargement, network output and photograph, of a photograph that is degraded first."""
        photo = crop_to_multiple(photo, self.network.factor)
        low = degrade_photo(photo, self.network.factor, self.degradation)
        return [resize_array(low, *photo.shape[:2]), self.network.enlarge(low[None]).numpy()[0], photo]
