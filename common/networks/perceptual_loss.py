"""The paper's losses between images, for any Keras model: images in, the loss network inside (section 3.2)."""

import os
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError, check_whole
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import as_rgb
from fast_style.common.losses.feature import feature_loss
from fast_style.common.losses.pixel import pixel_loss
from fast_style.common.losses.style import GramStyle, style_loss
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import build_loss_network, check_layer_names, least_side


@keras.saving.register_keras_serializable(package="fast_style")
class PerceptualLoss(keras.losses.Loss):
    """Loss ``feature_weight * l_feat + style_weight * l_style + pixel_weight * l_pixel`` between images.

    l_feat is eq. 2 of Johnson et al. (2016) summed over the feature layers, l_style eq. 4 summed over the style layers,
    l_pixel the pixel loss of section 3.3: one number an image, which Keras averages over the batch.

    >>> import keras, numpy as np
    >>> from fast_style.losses import PerceptualLoss
    >>> loss = PerceptualLoss(style_weight=1e-4, loss_weights="random")  # default: "imagenet", which is downloaded
    >>> photos = np.random.default_rng(0).uniform(0.0, 255.0, (2, 32, 32, 3))
    >>> float(loss(photos, photos))
    0.0
    >>> model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 3, padding="same")])
    >>> model.compile("adam", loss=loss)

    Args:
        feature_layers: layers of l_feat in the paper's words, ``relu1_1`` ... ``relu5_3`` (``relu5_4`` in VGG19).
            Default: ``relu2_2``, the paper's for both of its tasks.
        feature_weight: factor of l_feat, not negative. Default: 1.
        style_layers: layers of l_style. Default: the paper's four.
        style_weight: factor of l_style, not negative. Default: 0, without that part. With the paper's layers 1e-4 is a
            fair start beside a feature weight of 1.
        pixel_weight: factor of l_pixel, not negative. Default: 0.
        style: a painting whose style the outputs shall have: a path, or RGB uint8 (height, width, 3). Default: each
            output shall have the style of its own target.
        style_size: short side in pixels at which the painting is read, at least 1; None leaves it. Default: 256.
        loss_network: ``"vgg16"`` (the paper's, default) or ``"vgg19"``.
        loss_weights: ``"imagenet"`` (default), which Keras downloads, the path of a ``.npz``, ``.h5`` or
            ``.weights.h5`` file, or ``"random"``, for tests.
        pooling: of the loss network: ``"max"`` (default) or ``"average"``.
        kwargs: ``reduction``, ``name`` and ``dtype``, as of ``keras.losses.Loss``.

    Call: target and output images, RGB (batch, height, width, 3), uint8 or float, 0..255; sides as large as the layers
    need, 2 pixels for ``relu2_2``, 8 for ``relu4_3``. Images in 0..1 are nearly black here, which nothing tells from a
    photograph of the night: scale them. Returns float32, a scalar, or (batch,) with ``reduction=None``.

    The loss network computes under the dtype policy that is set when the loss is made, and is not trained. A compiled
    model that is saved names the weights and a painting's path, and reads them when it is loaded.

    Raises:
        UserError: a weight below 0, or none above; an unknown layer, loss network or weights file; no such painting, or
            a size below 1; at a call, images of another shape, or too small.
    """

    def __init__(
        self,
        *,
        feature_layers: Sequence[str] = ("relu2_2",),
        feature_weight: float = 1.0,
        style_layers: Sequence[str] = ("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
        style_weight: float = 0.0,
        pixel_weight: float = 0.0,
        style: str | os.PathLike | np.ndarray | None = None,
        style_size: int | None = 256,
        loss_network: str = "vgg16",
        loss_weights: str | os.PathLike = "imagenet",
        pooling: str = "max",
        **kwargs,
    ):
        super().__init__(**kwargs)
        weights = {"feature_weight": feature_weight, "style_weight": style_weight, "pixel_weight": pixel_weight}
        check_weights(weights, needed=("feature_weight", "style_weight"))
        # Those without a weight, too, of which the loss network has none.
        check_layer_names(loss_network, feature_layers=feature_layers, style_layers=style_layers)
        if style_size is not None:
            check_whole(1, style_size=style_size)
        self.feature_layers, self.style_layers = tuple(feature_layers), tuple(style_layers)
        self.feature_weight, self.style_weight, self.pixel_weight = feature_weight, style_weight, pixel_weight
        if isinstance(style, os.PathLike):
            style = os.fspath(style)
        # What a file of a model can hold: a path, or pixels.
        self.style = style if style is None or isinstance(style, str) else np.array(as_rgb(style, "style"))
        self.style_size = style_size
        self.loss_network, self.loss_weights, self.pooling = loss_network, os.fspath(loss_weights), pooling

        # What has no weight is not computed.
        of_features = self.feature_layers if feature_weight else ()
        of_style = self.style_layers if style_weight else ()
        of_target = dict.fromkeys(of_features if style is not None else (*of_features, *of_style))
        self._layers = tuple(dict.fromkeys((*of_features, *of_style)))
        self._of_output = build_loss_network(loss_network, self._layers, loss_weights, pooling=pooling)
        self._of_target = self._of_output.restrict(tuple(of_target)) if of_target else None
        self._of_features, self._of_style = of_features, of_style
        self._painting = self._read_style() if style is not None else None

    def _read_style(self):
        """The loss of style of the painting by layer."""
        painting = as_rgb(self.style, "style")
        if self.style_size is not None:
            painting = resize_short_side(painting, self.style_size)
        images = ops.cast(painting[None], "float32")
        self._check_size("style", images)
        features = self._of_output(images)
        return {name: GramStyle(features[name]) for name in self._of_style}

    def call(self, y_true, y_pred):
        self._check(y_true, y_pred)
        of_output = self._of_output(y_pred)
        of_target = self._of_target(y_true) if self._of_target else {}
        loss = ops.zeros(ops.shape(y_pred)[:1], "float32")
        for name in self._of_features:
            loss += self.feature_weight * feature_loss(of_target[name], of_output[name])
        for name in self._of_style:
            painting = self._painting
            style = painting[name](of_output[name]) if painting else style_loss(of_target[name], of_output[name])
            loss += self.style_weight * style
        return loss + self.pixel_weight * pixel_loss(y_true, y_pred) if self.pixel_weight else loss

    def _check(self, y_true, y_pred):
        for what, images in (("target images", y_true), ("output images", y_pred)):
            if len(images.shape) != 4 or images.shape[-1] not in (3, None):
                raise UserError(f"{what}: expected RGB (batch, height, width, 3). Received: {tuple(images.shape)}")
            self._check_size(what, images)

    def _check_size(self, what, images):
        least = least_side(self._layers)
        height, width = images.shape[1:3]
        if any(side is not None and side < least for side in (height, width)):
            raise UserError(
                f"{what}: expected at least {least} pixels a side for {' '.join(self._layers)}. "
                f"Received: {width}x{height}"
            )

    def get_config(self):
        return {
            **super().get_config(),
            "feature_layers": list(self.feature_layers),
            "feature_weight": self.feature_weight,
            "style_layers": list(self.style_layers),
            "style_weight": self.style_weight,
            "pixel_weight": self.pixel_weight,
            "style": self.style,
            "style_size": self.style_size,
            "loss_network": self.loss_network,
            "loss_weights": self.loss_weights,
            "pooling": self.pooling,
        }

    @classmethod
    def from_config(cls, config):
        style = config.get("style")
        # In files an array is the description of one.
        if isinstance(style, dict):
            config = {**config, "style": keras.saving.deserialize_keras_object(style)}
        return cls(**config)
