"""The trainer: a Keras model whose `fit` trains a transformation network on one painting."""

import keras
from keras import ops

from fast_style.common.errors import UserError, check_whole
from fast_style.common.images.margin import add_margin
from fast_style.common.training.trainer import PerceptualTrainer
from fast_style.network import TransformationNetwork
from fast_style.objective import StyleObjective
from fast_style.settings import TrainerSettings


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
        style_loss: a name of ``STYLE_LOSSES``; the paper's is ``"gram"``, eq. 4. Each needs
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
        settings: all of these as :class:`fast_style.settings.TrainerSettings`, instead of one by one.

    Metrics, averaged over an epoch: ``loss`` (what is minimised), ``content``, ``style``, ``tv``,
    ``style/<layer>`` (unweighted, comparable with the paper's equations); with a stability weight
    ``stability``, unweighted too; under mixed_float16 also
    ``skipped``, the number of steps skipped because a gradient overflowed.

    Raises:
        UserError: a bad image, weight, layer or weights file.
    """

    def __init__(self, style, network=None, *, settings=None, name=None, **options):
        settings = settings or TrainerSettings(style=style, **options)
        check_whole(training_margin=settings.training_margin)
        if settings.style_warmup < 0:
            raise UserError(f"style_warmup: expected at least 0 steps. Received: {settings.style_warmup}")
        objective = StyleObjective.for_painting(settings)
        super().__init__(network or TransformationNetwork(), objective=objective, name=name)
        self.style_warmup, self.training_margin = settings.style_warmup, settings.training_margin

    def prepare(self, photos, training):
        return add_margin(super().prepare(photos, training), self.border(training))

    def border(self, training):
        return self.training_margin if training else 0

    def factors(self, training):
        return {"style": self._style_factor()} if training and self.style_warmup else {}

    def _style_factor(self):
        done = ops.cast(self.optimizer.iterations, "float32") / self.style_warmup
        return 0.01 ** (1.0 - ops.minimum(done, 1.0))
