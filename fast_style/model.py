"""The trainer: a Keras model whose `fit` trains a transformation network on one painting."""

import dataclasses
from collections.abc import Sequence

import keras
from keras import ops

from fast_style.common.errors import UserError, check_whole, is_finite_number
from fast_style.common.images.margin import add_margin
from fast_style.common.images.plane_waves import PLACES
from fast_style.common.keras_ops import drawn
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.rebuilding import copy_weights
from fast_style.common.networks.source import check_network
from fast_style.common.settings import check_bounds, settings_of
from fast_style.common.training.trainer import PerceptualTrainer
from fast_style.common.types import Image
from fast_style.network import TransformationNetwork, begun_as
from fast_style.objective import StyleObjective
from fast_style.settings import TrainerSettings
from fast_style.task import TASK

# The draw of a step that places photographs on the field of noise; those of views are 0 to 3 and 5.
PLACE = 4


@keras.saving.register_keras_serializable(package="fast_style")
class StyleTransfer(PerceptualTrainer):
    """Keras model that trains a :class:`TransformationNetwork` to minimise eq. 5 for one painting (section 3).

    ``compile`` it with any optimizer and ``fit`` it on any dataset of photographs, uint8 or float
    (batch, height, width, 3), RGB 0..255. ``model.network`` is what is trained: save that.

    >>> import numpy as np, fast_style
    >>> painting, photos = np.zeros((64, 64, 3), np.uint8), np.zeros((2, 32, 32, 3), np.uint8)
    >>> network = fast_style.TransformationNetwork(width=2)
    >>> model = fast_style.StyleTransfer(painting, network, tv_weight=1e-5, loss_weights="random")
    >>> model.compile("adam")
    >>> history = model.fit(photos, verbose=0)
    >>> sorted(history.history)
    ['content', 'loss', 'style', 'style/relu1_2', 'style/relu2_2', 'style/relu3_3', 'style/relu4_3', 'tv']

    Args:
        style: the painting: a path, or RGB uint8 (height, width, 3); or a list of these, which are blended. Default:
            that of the settings.
        network: the network to train. Default: a new one with the paper's settings.
        content_weight: factor of the feature loss (eq. 2), at least 0. Default: 1.
        style_weight: factor of the loss of style, at least 0. Default: by the loss of style, 1e-4 for ``"gram"``. The
            defaults of the three weights belong together and to VGG features of 0..255 images; weights of other
            implementations do not carry over.
        tv_weight: factor of total variation, the sum of squared differences of neighbouring pixels, at least 0.
            Default: 1e-5.
        content_layers: layers of the feature loss in the paper's words. Default: ``("relu2_2",)``.
        style_layers: layers of the loss of style. Default: the paper's ``relu1_2``, ``relu2_2``, ``relu3_3``,
            ``relu4_3``.
        style_layer_weights: one factor a style layer. Default: 1 each.
        style_loss: ``"gram"`` (default), eq. 4; ``"mmd-linear"``, ``"mmd-polynomial"``, ``"mmd-gaussian"``, ``"bn"`` or
            ``"mrf"``. Each needs a ``style_weight`` of its own scale (docs/concepts/losses.md).
        style_scaling: ``"paper"`` (default), the sum over a Gram matrix's entries (eq. 4), or ``"mean"``, their mean.
        style_warmup: steps over which the style weight grows geometrically from a hundredth of its
            value. Default: 0 for none, as in the paper. A network that learns to show the photograph first
            keeps it: without, it takes thousands of steps more until content is recognisable.
        stability_weight: factor of the difference between what the network makes of a photograph and of the
            same with noise, the mean of squared differences of pixels (stability training, Zheng et al. 2016).
            Default: 0 for none, as in the paper. A network likes to grow regular dots out of the grain of flat areas.
            With it, a step paints each photograph twice.
        stability_noise: standard deviation of that noise, in pixel values of 0..255. Default: 10.
        stability_shift: pixels by which the noisy copy is moved at most, up and left, and its painting moved back.
            Default: 0 for none. A network with two layers of stride 2 paints on a grid of 4 pixels, and locks hatching
            and dots to it; with 3, texture has to come of the photograph. 16 pixels a side, of the margin first, are
            not compared; from 5 on, one more for each.
        stability_motion: pixels by which the noisy copy is moved smoothly at most, by a shift, a turn, a zoom and local
            warps, as between frames of a clip; what is made of the photograph is moved likewise. Default: 0 for none.
        stability_light: share by which the noisy copy is lighter or darker at most. Default: 0.
        stability_jpeg: quality of JPEG that the noisy copy has at least, 1 to 100. Default: 100 for none.
        training_margin: reflected pixels a side that a step paints too and cuts off. Default: 0 for none, as in the
            paper. With the network's own margin, what is trained is what a network in use paints: without, it learns to
            write some of the painting's statistics into the line that zero padding leaves along borders, where they
            please the loss and nobody sees them. With 24 stability is compared up to the borders, where a network
            paints a frame otherwise (docs/guide/train.md).
        style_size: the painting's short side in pixels when its strokes are read; None leaves it. Default: 256.
        loss_network: ``"vgg16"`` (the paper's, default) or ``"vgg19"``.
        loss_weights: ``"imagenet"`` (default), which Keras downloads, the path of a ``.npz``, ``.h5`` or
            ``.weights.h5`` file, or ``"random"``, for tests.
        pooling: of the loss network: ``"max"`` (default) or ``"average"``.
        settings: all of these as :class:`StyleSettings`, instead of one by one. A painting beside them takes the place
            of theirs.
        name: of the Keras model.

    Metrics, averaged over an epoch: ``loss`` (what is minimised), ``content``, ``style``, ``tv``,
    ``style/<layer>`` (unweighted, comparable with the paper's equations); with a stability weight
    ``stability``, unweighted too; in reduced precision also
    ``skipped``, the number of steps that changed nothing because a gradient was not finite.

    Raises:
        UserError: a bad image, weight, layer or weights file.
        TypeError: an unknown option, or options beside settings.
    """

    def __init__(
        self,
        style: Image | Sequence[Image] | None = None,
        network: TransformationNetwork | None = None,
        *,
        settings: TrainerSettings | None = None,
        name: str | None = None,
        **options: object,
    ):
        settings = settings_of(type(self).__name__, TrainerSettings, settings, options)
        if style is not None:
            settings = dataclasses.replace(settings, style=style)
        network = TransformationNetwork() if network is None else network
        check_network(network, TASK)
        check_whole(training_margin=settings.training_margin, stability_shift=settings.stability_shift)
        check_weights(
            {name: getattr(settings, name) for name in ("stability_noise", "stability_motion", "stability_light")}
        )
        if not (is_finite_number(settings.stability_jpeg) and 1 <= settings.stability_jpeg <= 100):
            raise UserError(f"stability_jpeg: expected a number from 1 to 100. Received: {settings.stability_jpeg!r}")
        check_bounds(settings, named=str)
        super().__init__(network, objective=self.objective_of(settings, network), name=name)
        self.style_warmup, self.training_margin = settings.style_warmup, settings.training_margin

    @staticmethod
    def objective_of(settings, network):
        """What settings ask a network to minimise."""
        return StyleObjective.for_painting(settings)

    def prepare(self, photos, training):
        return add_margin(super().prepare(photos, training), self.border(training))

    def border(self, training):
        return self.training_margin if training else 0

    def options(self, count, training, moved=None):
        """Where photographs lie on the network's field of noise: in training each elsewhere in each step."""
        if not getattr(self.network, "noise_channels", 0):  # a model of somebody's own has none
            return {}
        place = ops.zeros((count, 2), "float32")
        if training:
            place = drawn(keras.random.randint, (count, 2), 0, PLACES, seed=self.step_seed(training, PLACE))
            place = ops.cast(place, "float32")
        return {"place": place if moved is None else ops.concatenate([place, place + ops.cast(moved, "float32")])}

    def initialize(self, network):
        copy_weights(begun_as(network, self.network), self.network, network)

    def factors(self, training, targets):
        return {"style": self._style_factor()} if training and self.style_warmup else {}

    def _style_factor(self):
        done = ops.cast(self.optimizer.iterations, "float32") / self.style_warmup
        return 0.01 ** (1.0 - ops.minimum(done, 1.0))
