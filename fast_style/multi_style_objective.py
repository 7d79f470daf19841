"""The objective of many paintings: eq. 5, with the Gram matrices of the condition that each picture has."""

import hashlib

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.losses import gram_matrix, pixel_loss
from fast_style.common.losses.constant import constant
from fast_style.common.losses.weights import check_weights
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.training.objective import Objective, Term, build_terms, layers_named
from fast_style.condition_style import CHOSEN
from fast_style.conditions import PHOTOGRAPH
from fast_style.objective import check_objective, check_painting_size, gram_divisor

# What was read by NumPy, which takes seconds an image: trainings of a list are of the same paintings.
_READ = {}


class MultiStyleObjective(Objective):
    """Objective of a network with conditions: each picture of a batch has the style of its own.

    Terms are those of :class:`StyleObjective`, and the pixel loss of pictures that are to be the photograph, which
    have no style. Gram matrices of all paintings at all sizes are computed once, and kept.

    Args:
        settings: :class:`MultiStyleSettings`.
        loss_network: a :class:`LossNetwork` with all layers that the settings name.
        conditions: of the network, with sizes.
        images: ``{painting: RGB uint8 (height, width, 3)}``.
    """

    def __init__(self, settings, loss_network, conditions, images):
        self.settings, self.conditions = settings, conditions
        read = _grams(loss_network, tuple(settings.style_layers), conditions, images)
        self._sizes = _magnitudes(read, settings)
        context = {"conditions": {name: constant(np.stack(grams)) for name, grams in read.items()}}
        terms = build_terms(settings, loss_network, **context)
        if any(one.painting == PHOTOGRAPH for one in conditions):
            terms.append(Term("photograph", settings.photograph_weight, _photograph_loss, target=CHOSEN))
        super().__init__(terms, loss_network)

    @classmethod
    def for_conditions(cls, settings, conditions):
        """Objective of a network's conditions, with a loss network built for its layers.

        Args:
            settings: as of the class, whose ``paintings`` is ``{name: RGB uint8 (height, width, 3)}``.
            conditions: of the network.

        Raises:
            UserError: a painting that is too small; a bad weight, layer or weights file; a loss of style other than of
                Gram matrices.
        """
        if settings.style_loss != "gram":
            raise UserError(f"style_loss: expected gram for many paintings. Received: {settings.style_loss!r}")
        images = settings.paintings
        check_objective(settings)
        if not settings.style_layers:
            raise UserError("style_layers: expected at least one layer for many paintings. Received: none")
        check_weights({"photograph_weight": settings.photograph_weight, "balance": settings.balance})
        for size in {one.size for one in conditions if one.size}:
            check_painting_size(size, size, settings.style_layers)
        built = build_loss_network(
            settings.loss_network, layers_named(settings), settings.loss_weights, pooling=settings.pooling
        )
        return cls(settings, built, conditions, images)

    def start_weights(self, groups):
        """Style weights of paintings to begin with: the inverse of what their Gram matrices amount to."""
        sizes = np.array([np.mean([self._sizes[number] for number in numbers]) for numbers in groups.values()])
        return np.exp(np.log(np.maximum(sizes, 1e-12)).mean()) / np.maximum(sizes, 1e-12)


def _grams(loss_network, layers, conditions, images):
    """``{layer: [Gram matrix (channels, channels) of each condition]}``; of the photograph zeros."""
    found, none = {name: [] for name in layers}, []
    for number, condition in enumerate(conditions):
        if condition.painting == PHOTOGRAPH:
            none.append(number)
            continue
        image = resize_short_side(images[condition.painting], condition.size)
        for name, gram in _grams_of(loss_network, layers, image).items():
            found[name].append(gram)
    for grams in found.values():
        for number in none:
            grams.insert(number, np.zeros_like(grams[0]))
    return found


def _grams_of(loss_network, layers, image):
    """``{layer: Gram matrix (channels, channels)}`` of an image."""
    if keras.backend.backend() == "jax":  # which would compile for the sides of each painting at each size
        of = (str(loss_network.record()), layers, image.shape, hashlib.sha256(image.tobytes()).digest())
        known = _READ if loss_network.sha256 else {}  # random weights are others each time
        if of not in known:
            features = loss_network.features_by_numpy(image)
            vectors = {name: features[name].reshape(-1, features[name].shape[-1]) for name in layers}
            known[of] = {name: psi.T @ psi / psi.size for name, psi in vectors.items()}
        return known[of]
    features = loss_network(ops.cast(image, "float32")[None])
    return {name: ops.convert_to_numpy(gram_matrix(features[name]))[0] for name in layers}


def _magnitudes(grams, settings):
    """What the style term of each condition would be for a black picture."""
    weights = tuple(settings.style_layer_weights) or (1.0,) * len(grams)
    return sum(
        weight * np.array([np.square(gram).sum() for gram in of_layer]) / gram_divisor(settings, of_layer[0].shape[-1])
        for weight, of_layer in zip(weights, grams.values(), strict=True)
    )


def _photograph_loss(chosen, outputs):
    return pixel_loss(chosen.photos, outputs) * (1.0 - chosen.paints)
