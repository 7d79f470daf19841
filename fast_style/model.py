"""The trainer: a Keras model whose `fit` trains a transformation network on one painting."""

import keras
import tensorflow as tf
from keras import ops

from fast_style.common.errors import UserError, check_whole
from fast_style.common.images.margin import add_margin, cut_margin
from fast_style.common.losses import pixel_loss
from fast_style.common.losses.weights import check_weights
from fast_style.common.training.trainer import PerceptualTrainer
from fast_style.network import TransformationNetwork
from fast_style.objective import CONTENT_LAYERS, STYLE_LAYERS, StyleObjective
from fast_style.settings import SHIFT_MARGIN, SHIFT_SIDE


@keras.saving.register_keras_serializable(package="fast_style")
class StyleTransfer(PerceptualTrainer):
    """Trains a :class:`TransformationNetwork` to minimise eq. 5 for one painting.

    ``compile`` it with any optimizer and ``fit`` it on any dataset of photographs, uint8 or float
    (batch, height, width, 3), RGB 0..255. ``model.network`` is what is trained: save that.

    Args:
        style: the painting: a path, or RGB uint8 (height, width, 3).
        network: the network to train. Default: a new one with the paper's settings.
        content_weight: factor of the feature loss (eq. 2).
        style_weight: factor of the loss of style. The defaults of the three belong together
            and to VGG features of 0..255 images; weights of other implementations do not carry over.
        tv_weight: factor of total variation, the sum of squared differences of neighbouring pixels.
        content_layers, style_layers: in the paper's words.
        style_layer_weights: one factor a style layer; default 1 each.
        style_loss: a name of ``fast_style.common.losses.STYLE_LOSSES``; the paper's is ``"gram"``, eq. 4. Each needs
            a ``style_weight`` of its own scale (docs/concepts/losses.md).
        style_warmup: steps over which the style weight grows geometrically from a hundredth of its
            value; 0 for none, as in the paper. A network that learns to show the photograph first
            keeps it: without, it takes thousands of steps more until content is recognisable.
        stability_weight: factor of the difference between what the network makes of a photograph and of the
            same with noise, the mean of squared differences of pixels (stability training, Zheng et al. 2016);
            0 for none, as in the paper. A network likes to grow regular dots out of the grain of flat areas.
            With it, a step paints each photograph twice.
        stability_noise: standard deviation of that noise, in pixel values of 0..255.
        stability_shift: pixels by which the noisy copy is moved at most, down and right, and its painting moved back;
            0 for none. A network with two layers of stride 2 paints on a grid of 4 pixels, and locks hatching and dots
            to it; with 3, texture has to come of the photograph. 16 pixels a side, of the margin first, are not
            compared.
        training_margin: reflected pixels a side that a step paints too and cuts off; 0 for none, as in the paper. With
            the network's own margin, what is trained is what a network in use paints: without, it learns to write some
            of the painting's statistics into the line that zero padding leaves along borders, where they please the
            loss and nobody sees them. With 24 stability is compared up to the borders, where a network paints a frame
            otherwise (docs/guide/train.md).
        style_size: the painting's short side in pixels when its strokes are read; None leaves it.
        loss_network: ``"vgg16"`` (the paper's) or ``"vgg19"``.
        loss_weights, pooling: see :func:`build_loss_network`.

    Metrics, averaged over an epoch: ``loss`` (what is minimised), ``content``, ``style``, ``tv``,
    ``style/<layer>`` (unweighted, comparable with the paper's equations); with a stability weight
    ``stability``, unweighted too; under mixed_float16 also
    ``skipped``, the number of steps skipped because a gradient overflowed.

    Raises:
        UserError: a bad image, weight, layer or weights file.
    """

    preview_labels = ("photograph", "network")

    def __init__(
        self,
        style,
        network=None,
        *,
        content_weight=1.0,
        style_weight=1e-4,
        tv_weight=1e-5,
        content_layers=CONTENT_LAYERS,
        style_layers=STYLE_LAYERS,
        style_layer_weights=None,
        style_loss="gram",
        style_warmup=0,
        stability_weight=0.0,
        stability_noise=10.0,
        stability_shift=0,
        training_margin=0,
        style_size=256,
        loss_network="vgg16",
        loss_weights="imagenet",
        pooling="max",
        **kwargs,
    ):
        objective = StyleObjective.for_painting(
            style,
            style_size,
            content_layers,
            style_layers,
            loss_network,
            loss_weights,
            content_weight=content_weight,
            style_weight=style_weight,
            tv_weight=tv_weight,
            style_layer_weights=style_layer_weights,
            style_loss=style_loss,
            pooling=pooling,
        )
        check_weights({"stability_weight": stability_weight, "stability_noise": stability_noise})
        check_whole(stability_shift=stability_shift, training_margin=training_margin)
        if style_warmup < 0:
            raise UserError(f"style_warmup: expected at least 0 steps. Received: {style_warmup}")
        names = (*objective.term_names, *(("stability",) if stability_weight else ()))
        super().__init__(network or TransformationNetwork(), names, **kwargs)
        self.objective = objective
        self.style_warmup = style_warmup
        self.stability_weight, self.stability_noise = stability_weight, stability_noise
        self.stability_shift = stability_shift
        self.training_margin = training_margin

    def compute_terms(self, photos, training):
        photos = ops.cast(photos, "float32")
        factor = self._style_factor() if training and self.style_warmup else 1.0
        margin = self.training_margin if training else 0
        wide = add_margin(photos, margin)
        if not self.stability_weight:
            outputs = cut_margin(self.network(wide, training=training), margin)
            return self.objective.terms(outputs, self.objective.content_features(photos), factor)
        noisy, shift = wide + self._noise(ops.shape(wide), training), self._shift(photos, training)
        noisy = noisy if shift is None else tf.roll(noisy, -shift, (1, 2))
        painted, of_noisy = ops.split(self.network(ops.concatenate([wide, noisy]), training=training), 2)
        outputs = cut_margin(painted, margin)
        terms = self.objective.terms(outputs, self.objective.content_features(photos), factor)
        of_noisy = of_noisy if shift is None else tf.roll(of_noisy, shift, (1, 2))
        # Round whose borders rows and columns went is not compared.
        apart = margin if shift is None else max(margin, SHIFT_MARGIN)
        stability = pixel_loss(cut_margin(painted, apart), cut_margin(of_noisy, apart))
        return self.with_term(terms, "stability", self.stability_weight, stability)

    def preview(self, photo):
        """The photograph and the network's output."""
        return [photo, self.network.paint(photo[None]).numpy()[0]]

    def _noise(self, shape, training):
        return self.stability_noise * tf.random.stateless_normal(shape, (self.step_seed(training), 0))

    def _shift(self, photos, training):
        """(rows, columns) by which the noisy copies of a batch are moved, or None."""
        if not self.stability_shift:
            return None
        if any(side is not None and side < SHIFT_SIDE for side in photos.shape[1:3]):
            raise UserError(
                f"stability_shift: expected photographs of at least {SHIFT_SIDE} pixels a side. "
                f"Received: {photos.shape[2]}x{photos.shape[1]}"
            )
        return tf.random.stateless_uniform((2,), (self.step_seed(training), 1), 0, self.stability_shift + 1, "int32")

    def _style_factor(self):
        done = ops.cast(self.optimizer.iterations, "float32") / self.style_warmup
        return 0.01 ** (1.0 - ops.minimum(done, 1.0))
