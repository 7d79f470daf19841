"""The trainer: a Keras model whose `fit` trains a super-resolution network on photographs."""

import keras

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.networks.rebuilding import copy_weights
from fast_style.common.networks.source import check_network
from fast_style.common.settings import check_bounds, settings_of
from fast_style.common.training.trainer import PerceptualTrainer
from superres.deepening import deepened
from superres.degradation import check_degradation, crop_to_multiple, degrade, degrade_photo
from superres.enlarging_network import EnlargingNetwork
from superres.network import SuperResolutionNetwork
from superres.objective import SuperResolutionObjective
from superres.settings import TrainerSettings
from superres.task import TASK
from superres.upscaling import upscale


@keras.saving.register_keras_serializable(package="superres")
class SuperResolution(PerceptualTrainer):
    """Keras model that trains a network to restore photographs that it sees degraded (section 4.2).

    ``compile`` it with any optimizer and ``fit`` it on any dataset of photographs, uint8 or float
    (batch, height, width, 3), RGB 0..255: they are the targets, and the inputs are made of them in the
    step. ``model.network`` is what is trained: save that.

    >>> import numpy as np, superres
    >>> photos = np.zeros((2, 32, 32, 3), np.uint8)
    >>> network = superres.SuperResolutionNetwork(factor=4, width=2)
    >>> model = superres.SuperResolution(network, feature_weight=0, pixel_weight=1)
    >>> model.compile("adam")
    >>> history = model.fit(photos, verbose=0)
    >>> sorted(history.history)
    ['loss', 'pixel', 'tv']

    Args:
        network: the network to train, whose factor is that of the training: a
            :class:`SuperResolutionNetwork` or :class:`SRCNN`. Default: a new one for x4 with the
            paper's settings.
        feature_weight: factor of the feature loss (eq. 2), at least 0; 0 needs no loss network. Default: 1.
        pixel_weight: factor of the pixel loss (section 3.3), at least 0. The paper's networks have one of the two, and
            not both. Default: 0.
        tv_weight: factor of total variation, the sum of squared differences of neighbouring pixels, at least 0.
            Default: 0.
        equivariance_weight: factor of the difference between what the network makes of a photograph and of the
        same moved by less than an input pixel, mirrored and turned by chance, put back: the mean of squared differences
            of pixels. Default: 0 for none, as in the paper. What is in the photograph moves and turns with it, and what
            the network weaves on the grid of its input, or hatches in a direction of its own, does not. Photographs
            that are not square are mirrored only. With it, a step enlarges each photograph twice.
        texture_weight: factor of the texture loss, the style loss between patches of 16x16 pixels at the same place
            (:func:`texture_loss`). Default: 0 for none, as in the paper.
        feature_layers: layers of the feature loss in the paper's words. Default: ``("relu2_2",)``.
        texture_layers: layers of the texture loss. Default: ``("relu1_2",)``.
        pixel_channels: ``"rgb"`` (default), or ``"y"`` for the luma.
        degradation: ``"blur-bicubic"`` (the paper, default) or ``"bicubic"``; see :func:`superres.degrade`.
        loss_network: ``"vgg16"`` (the paper's, default) or ``"vgg19"``.
        loss_weights: ``"imagenet"`` (default), which Keras downloads, the path of a ``.npz``, ``.h5`` or
            ``.weights.h5`` file, or ``"random"``, for tests.
        pooling: of the loss network: ``"max"`` (default) or ``"average"``.
        settings: all of these as :class:`SuperResolutionSettings`, instead of one by one.
        name: of the Keras model.

    Metrics, averaged over an epoch: ``loss`` (what is minimised), ``feature``, ``feature/<layer>``,
    ``pixel``, ``tv`` (unweighted, comparable with the paper's equations); with a texture weight ``texture`` and
    ``texture/<layer>``, with an equivariance weight ``equivariance``, unweighted too; in reduced precision also
    ``skipped``, the number of steps that changed nothing because a gradient was not finite.

    Raises:
        UserError: a bad weight, layer, degradation or weights file.
        TypeError: an unknown option, or options beside settings.
    """

    preview_labels = ("bicubic", "network", "photograph")

    def __init__(
        self,
        network: EnlargingNetwork | None = None,
        *,
        settings: TrainerSettings | None = None,
        name: str | None = None,
        **options: object,
    ):
        settings = settings_of(type(self).__name__, TrainerSettings, settings, options)
        check_bounds(settings, named=str)
        check_degradation(settings.degradation)
        network = SuperResolutionNetwork() if network is None else network
        check_network(network, TASK)
        objective = SuperResolutionObjective.from_settings(settings, network.factor)
        super().__init__(network, objective=objective, name=name)
        if network.histogram_matching is None:
            # The paper matches histograms behind its networks of the feature loss.
            network.histogram_matching = settings.feature_weight > 0
        self.degradation = settings.degradation

    @property
    def least_side(self):
        return max(super().least_side, self.network.factor)

    def prepare(self, photos, training):
        return super().prepare(crop_to_multiple(photos, self.network.factor), training)

    def inputs(self, views, training):
        return degrade(views, self.network.factor, self.degradation)

    def check_preview(self, photo):
        if min(photo.shape[:2]) < self.network.factor:
            raise UserError(
                f"--preview: expected photographs of at least {self.network.factor} pixels a side. "
                f"Received: {photo.shape[1]}x{photo.shape[0]}"
            )

    def initialize(self, network):
        """Begins from a trained network, also from one of fewer residual blocks, which is :func:`deepened`.

        Raises:
            UserError: one of another architecture.
        """
        start, wanted = network, getattr(self.network, "residual_blocks", 0)
        if type(network) is type(self.network) and wanted > getattr(network, "residual_blocks", wanted):
            start = deepened(network, wanted)
        copy_weights(start, self.network, network)

    def preview(self, photo):
        """Bicubic enlargement, what users get of the network, and photograph, of one that is degraded first."""
        photo = crop_to_multiple(photo, self.network.factor)
        low = degrade_photo(photo, self.network.factor, self.degradation)
        return [resize_array(low, *photo.shape[:2]), upscale(low, self.network), photo]
