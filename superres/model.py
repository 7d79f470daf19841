"""The trainer: a Keras model whose `fit` trains a super-resolution network on photographs."""

import keras
import tensorflow as tf
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.losses import pixel_loss
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.training.trainer import PerceptualTrainer
from superres.degradation import check_degradation, crop_to_multiple, degrade, degrade_photo
from superres.network import SuperResolutionNetwork
from superres.objective import FEATURE_LAYERS, TEXTURE_LAYERS, SuperResolutionObjective, layers_needed
from superres.orientation import MARGIN, ORIENTATIONS, turn, turn_back
from superres.upscaling import upscale


def least_side(factor):
    """Pixels a side of the smallest photograph on which equivariance can be measured."""
    return (2 * MARGIN + 3) * factor


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
        equivariance_weight: factor of the difference between what the network makes of a photograph and of the
            same moved by less than an input pixel, mirrored and turned by chance, put back: the mean of squared
            differences of pixels; 0 for none, as in the paper. What is in the photograph moves and turns with it,
            and what the network weaves on the grid of its input, or hatches in a direction of its own, does not.
            Photographs that are not square are mirrored only. With it, a step enlarges each photograph twice.
        texture_weight: factor of the texture loss, the style loss between patches of 16x16 pixels at the same place
            (:func:`texture_loss`); 0 for none, as in the paper.
        feature_layers, texture_layers: in the paper's words.
        pixel_channels: ``"rgb"``, or ``"y"`` for the luma.
        degradation: ``"blur-bicubic"`` (the paper) or ``"bicubic"``; see :func:`superres.degrade`.
        loss_network: ``"vgg16"`` (the paper's) or ``"vgg19"``.
        loss_weights, pooling: see :func:`build_loss_network`.

    Metrics, averaged over an epoch: ``loss`` (what is minimised), ``feature``, ``feature/<layer>``,
    ``pixel``, ``tv`` (unweighted, comparable with the paper's equations); with a texture weight ``texture`` and
    ``texture/<layer>``, with an equivariance weight ``equivariance``, unweighted too; under mixed_float16 also
    ``skipped``, the number of steps skipped because a gradient overflowed.

    Raises:
        UserError: a bad weight, layer, degradation or weights file.
    """

    preview_labels = ("bicubic", "network", "photograph")

    def __init__(
        self,
        network=None,
        *,
        feature_weight=1.0,
        pixel_weight=0.0,
        tv_weight=0.0,
        equivariance_weight=0.0,
        texture_weight=0.0,
        feature_layers=FEATURE_LAYERS,
        texture_layers=TEXTURE_LAYERS,
        pixel_channels="rgb",
        degradation="blur-bicubic",
        loss_network="vgg16",
        loss_weights="imagenet",
        pooling="max",
        **kwargs,
    ):
        check_degradation(degradation)
        built = None
        layers = layers_needed(feature_weight, feature_layers, texture_weight, texture_layers)
        if layers:
            built = build_loss_network(loss_network, layers, loss_weights, pooling=pooling)
        objective = SuperResolutionObjective(
            built,
            feature_layers=feature_layers,
            feature_weight=feature_weight,
            pixel_weight=pixel_weight,
            tv_weight=tv_weight,
            pixel_channels=pixel_channels,
            texture_weight=texture_weight,
            texture_layers=texture_layers,
        )
        check_weights({"equivariance_weight": equivariance_weight})
        names = (*objective.term_names, *(("equivariance",) if equivariance_weight else ()))
        super().__init__(network or SuperResolutionNetwork(), names, **kwargs)
        if self.network.histogram_matching is None:
            # The paper matches histograms behind its networks of the feature loss.
            self.network.histogram_matching = feature_weight > 0
        self.objective = objective
        self.degradation = degradation
        self.equivariance_weight = equivariance_weight

    def compute_terms(self, photos, training):
        photos = ops.cast(crop_to_multiple(photos, self.network.factor), "float32")
        if not self.equivariance_weight:
            outputs = self.network(degrade(photos, self.network.factor, self.degradation), training=training)
            return self.objective.terms(outputs, photos)
        photos, moved, shift = self._move(photos, training)
        orientation = self._draw_orientation(photos, training)
        moved = _switch(turn, moved, orientation)
        low = degrade(ops.concatenate([photos, moved]), self.network.factor, self.degradation)
        outputs, of_moved = ops.split(self.network(low, training=training), 2)
        terms = self.objective.terms(outputs, photos)
        of_moved = _switch(turn_back, of_moved, orientation)
        equivariance = pixel_loss(*self._same_pixels(outputs, of_moved, shift))
        return self.with_term(terms, "equivariance", self.equivariance_weight, equivariance)

    def _move(self, photos, training):
        """Windows of photographs, the same windows further down and right by (rows, columns), and these."""
        factor = self.network.factor
        least = least_side(factor)
        if any(side is not None and side < least for side in photos.shape[1:3]):
            raise UserError(
                f"equivariance_weight: expected photographs of at least {least} pixels a side for x{factor}. "
                f"Received: {photos.shape[2]}x{photos.shape[1]}"
            )
        place = tf.random.stateless_uniform((), (self.step_seed(training), 1), 0, factor * factor, "int32")
        shift = (place // factor, place % factor)
        height, width = (ops.shape(photos)[axis] - factor for axis in (1, 2))
        moved = photos[:, shift[0] : shift[0] + height, shift[1] : shift[1] + width]
        return photos[:, :height, :width], ops.reshape(moved, (-1, height, width, 3)), shift

    def _draw_orientation(self, photos, training):
        """Index of one of ORIENTATIONS that the photographs' sides allow, the same for all of a batch."""
        height, width = photos.shape[1:3]
        count = len(ORIENTATIONS) if height is not None and height == width else len(ORIENTATIONS) // 2
        return tf.random.stateless_uniform((), (self.step_seed(training), 2), 0, count, "int32"), count

    def _same_pixels(self, outputs, of_moved, shift):
        """What both windows show, without margins."""
        margin = MARGIN * self.network.factor
        height, width = (ops.shape(outputs)[axis] - 2 * margin - self.network.factor for axis in (1, 2))
        top, left = (margin + one for one in shift)
        first = outputs[:, top : top + height, left : left + width]
        return first, of_moved[:, margin : margin + height, margin : margin + width]

    def check_preview(self, photo):
        if min(photo.shape[:2]) < self.network.factor:
            raise UserError(
                f"--preview: expected photographs of at least {self.network.factor} pixels a side. "
                f"Received: {photo.shape[1]}x{photo.shape[0]}"
            )

    def preview(self, photo):
        """Bicubic enlargement, what users get of the network, and photograph, of one that is degraded first."""
        photo = crop_to_multiple(photo, self.network.factor)
        low = degrade_photo(photo, self.network.factor, self.degradation)
        return [resize_array(low, *photo.shape[:2]), upscale(low, self.network), photo]


def _switch(function, images, orientation):
    """``function(images, ORIENTATIONS[index])`` of a drawn (index, number of those to draw from)."""
    index, count = orientation
    shape = images.shape
    turned = tf.switch_case(index, [lambda one=one: function(images, one) for one in ORIENTATIONS[:count]])
    return tf.ensure_shape(turned, shape)
