"""The loss terms of both tasks as functions without state, as JAX differentiates them.

Networks, losses and crops are the package's own. What is written here again is how a step puts them together, which
is TensorFlow's in :mod:`fast_style.model` and :mod:`superres.model`; tests compare the two.
"""

import jax
import numpy as np
from jax import numpy as jnp
from keras import ops

from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.margin import add_margin, cut_margin
from fast_style.common.losses import feature_loss, gram_loss, gram_matrix, pixel_loss, total_variation
from fast_style.network import TransformationNetwork
from fast_style.pretrained_networks import digest as style_digest
from fast_style.pretrained_networks import load_network as load_style
from fast_style.settings import SHIFT_MARGIN, StyleSettings
from superres.degradation import degrade
from superres.network import SuperResolutionNetwork
from superres.objective import SuperResolutionObjective, layers_needed
from superres.orientation import MARGIN, ORIENTATIONS, turn, turn_back
from superres.pretrained_networks import digest as superres_digest
from superres.pretrained_networks import load_network as load_superres
from superres.settings import PAPER_OPTIONS, SuperResolutionSettings


class StyleTask:
    """The terms of :class:`fast_style.model.StyleTransfer` with Gram matrices."""

    settings_class = StyleSettings
    load, digest = staticmethod(load_style), staticmethod(style_digest)
    validation_size = staticmethod(lambda s: 256)
    # What is written here for one choice alone.
    ONLY = {"style_loss": "gram"}
    # Settings of the network, and those that a compiled step depends on beside them and the size of a batch.
    OPTIONS = ("width", "normalization", "upsampling", "reflection_padding", "margin")
    STRUCTURE = ("style_layers", "content_layers", "stability_shift", "training_margin")

    @classmethod
    def structure(cls, s):
        return (*(getattr(s, name) for name in (*cls.OPTIONS, *cls.STRUCTURE)), bool(s.stability_weight))

    @staticmethod
    def layers(s):
        return tuple(dict.fromkeys((*s.content_layers, *s.style_layers)))

    @classmethod
    def network(cls, s):
        return TransformationNetwork(**{name: getattr(s, name) for name in cls.OPTIONS})

    @staticmethod
    def constants(s, loss_network):
        """What differs between paintings: arrays, so that one compiled step serves all."""
        painting = resize_short_side(as_rgb(s.style, "style"), s.style_size)
        features = loss_network(ops.cast(painting, "float32")[None])
        weights = s.style_layer_weights or (1.0,) * len(s.style_layers)
        names = ("content_weight", "style_weight", "tv_weight", "stability_weight", "stability_noise")
        return {
            "grams": {name: gram_matrix(features[name]) for name in s.style_layers},
            "layer_weights": dict(zip(s.style_layers, map(np.float32, weights), strict=True)),
            **{name: np.float32(getattr(s, name)) for name in names},
            "style_warmup": np.float32(max(s.style_warmup, 1e-9)),
        }

    @staticmethod
    def terms(s, network, features_of, photos, iteration, key, constants, training):
        """Named terms, each float32 (batch,).

        Args:
            s: settings.
            network, features_of: functions of images, RGB 0..255.
            photos: float32 (batch, height, width, 3).
            iteration: of the schedule of the style's weight.
            key: of what is drawn.
            constants: of :meth:`constants`.
            training: whether this is a step of training.
        """
        margin = s.training_margin if training else 0
        wide = add_margin(photos, margin)
        if s.stability_weight:
            noisy = wide + constants["stability_noise"] * jax.random.normal(key, wide.shape)
            shift = jax.random.randint(jax.random.fold_in(key, 1), (2,), 0, s.stability_shift + 1)
            noisy = jnp.roll(noisy, -shift, (1, 2)) if s.stability_shift else noisy
            painted, of_noisy = jnp.split(network(jnp.concatenate([wide, noisy])), 2)
        else:
            painted = network(wide)
        outputs = cut_margin(painted, margin)
        wanted, found = features_of(photos), features_of(outputs)
        content = sum(feature_loss(wanted[name], found[name]) for name in s.content_layers)
        layers = {f"style/{n}": gram_loss(constants["grams"][n], gram_matrix(found[n])) for n in s.style_layers}
        style = sum(constants["layer_weights"][name] * layers[f"style/{name}"] for name in s.style_layers)
        tv = total_variation(outputs)
        factor = 0.01 ** (1.0 - jnp.minimum(iteration / constants["style_warmup"], 1.0))
        loss = constants["content_weight"] * content + constants["style_weight"] * factor * style
        terms = {"loss": loss + constants["tv_weight"] * tv, "content": content, "style": style, "tv": tv, **layers}
        if s.stability_weight:
            of_noisy = jnp.roll(of_noisy, shift, (1, 2)) if s.stability_shift else of_noisy
            apart = max(margin, SHIFT_MARGIN) if s.stability_shift else margin
            terms["stability"] = pixel_loss(cut_margin(painted, apart), cut_margin(of_noisy, apart))
            terms["loss"] += constants["stability_weight"] * terms["stability"]
        return terms


class SuperResolutionTask:
    """The terms of :class:`superres.model.SuperResolution`."""

    settings_class = SuperResolutionSettings
    load, digest = staticmethod(load_superres), staticmethod(superres_digest)
    validation_size = staticmethod(lambda s: s.size)
    ONLY = {"architecture": "paper"}
    OBJECTIVE = ("feature_weight", "pixel_weight", "tv_weight", "texture_weight", "texture_layers", "pixel_channels")
    STRUCTURE = ("factor", "degradation", "feature_layers", "equivariance_weight")

    @classmethod
    def structure(cls, s):
        return tuple(getattr(s, name) for name in (*PAPER_OPTIONS, *cls.OBJECTIVE, *cls.STRUCTURE))

    @staticmethod
    def layers(s):
        return layers_needed(s.feature_weight, s.feature_layers, s.texture_weight, s.texture_layers)

    @staticmethod
    def network(s):
        options = {name: getattr(s, name) for name in PAPER_OPTIONS}
        return SuperResolutionNetwork(s.factor, histogram_matching=s.feature_weight > 0, **options)

    @staticmethod
    def constants(s, loss_network):
        """None: weights are compiled in."""
        return {}

    @classmethod
    def terms(cls, s, network, features_of, photos, iteration, key, constants, training):
        """As of :meth:`StyleTask.terms`."""
        options = {name: getattr(s, name) for name in cls.OBJECTIVE}
        objective = SuperResolutionObjective(features_of, s.feature_layers, **options)
        if not s.equivariance_weight:
            return objective.terms(network(degrade(photos, s.factor, s.degradation)), photos)
        of_shift, of_orientation = jax.random.split(key)
        row, column = jax.random.randint(of_shift, (2,), 0, s.factor)
        orientation = jax.random.randint(of_orientation, (), 0, len(ORIENTATIONS))
        side = s.size - s.factor

        def window(images, top, left, side):
            return jax.lax.dynamic_slice(images, (0, top, left, 0), (len(images), side, side, 3))

        def switch(function, images):
            return jax.lax.switch(orientation, [lambda x, o=o: function(x, o) for o in ORIENTATIONS], images)

        moved = switch(turn, window(photos, row, column, side))
        photos = photos[:, :side, :side]
        low = degrade(jnp.concatenate([photos, moved]), s.factor, s.degradation)
        outputs, of_moved = jnp.split(network(low), 2)
        terms = objective.terms(outputs, photos)
        margin = MARGIN * s.factor
        inner = side - 2 * margin - s.factor
        first = window(outputs, margin + row, margin + column, inner)
        terms["equivariance"] = pixel_loss(first, window(switch(turn_back, of_moved), margin, margin, inner))
        terms["loss"] += s.equivariance_weight * terms["equivariance"]
        return terms
