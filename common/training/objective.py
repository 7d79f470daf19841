"""An objective: a list of named, weighted terms of output images (eq. 5 and its relatives)."""

import dataclasses
import types
from collections.abc import Callable, Mapping

import keras
from keras import ops

from fast_style.common.losses.weights import check_weights

# What an objective's targets have beside features by layer.
IMAGES = "images"


@dataclasses.dataclass(frozen=True)
class Term:
    """One term of an objective.

    Attributes:
        name: of its metric.
        weight: not negative.
        function: (target, output) -> float32 (batch,), of features at a layer or of images; or ``{layer: function}``.
        layers: of the loss network, in the paper's words; None: it compares images.
        layer_weights: one factor a layer; none: 1 each.
        compares: whether it looks at the target at all.
        each_layer: whether the layers are reported one by one, too, as ``name/layer``.
        target: the key of targets that `function` gets the value of. Default: its layer, or the images.
        views: of a term of consistency, what makes two views of photographs and compares what the network makes of
            them; see :mod:`consistency`. `function` gets both.
    """

    name: str
    weight: float
    function: Callable | Mapping
    layers: tuple | None = None
    layer_weights: tuple = ()
    compares: bool = True
    each_layer: bool = True
    target: str | None = None
    views: Callable | None = None

    def at(self, layer):
        """The function at a layer."""
        return self.function[layer] if isinstance(self.function, Mapping) else self.function


class Objective:
    """The weighted sum of terms, and each of them.

    Weights, and what terms keep of a painting, are variables: one compiled step serves other values of both.

    Args:
        terms: list of Term.
        loss_network: a :class:`LossNetwork` with all layers that terms name, or None where there are none.

    Attributes:
        loss_network: as given; None where no term needs it.
        consistency: the term of consistency, or None.

    Raises:
        UserError: a weight that is negative, infinite or not a number.
    """

    def __init__(self, terms, loss_network=None):
        check_weights({f"{term.name}_weight": term.weight for term in terms})
        self.consistency = next((term for term in terms if term.views), None)
        self.list = [term for term in terms if not term.views]
        self.loss_network = loss_network if self.layers else None
        self.compared_layers = _distinct(term.layers for term in self.list if term.layers and term.compares)
        self._target_network = loss_network.restrict(self.compared_layers) if self.compared_layers else None
        self._weights = {
            term.name: keras.Variable(term.weight, trainable=False, autocast=False, dtype="float32", name=term.name)
            for term in terms
        }

    @property
    def layers(self):
        """The loss network's layers that are looked at, each once."""
        return _distinct(term.layers or () for term in self.list)

    @property
    def term_names(self):
        """Names of the metrics, in order: ``"loss"``, the terms, their layers."""
        layers = [f"{term.name}/{name}" for term in self.list if term.each_layer for name in term.layers or ()]
        consistency = [self.consistency.name] if self.consistency else []
        return ("loss", *(term.name for term in self.list), *layers, *consistency)

    @property
    def variables(self):
        """What may differ between objectives of one structure: weights, and what terms keep of a painting."""
        return [*self._weights.values(), *(v for term in self.list for v in _variables(term.function))]

    @property
    def models(self):
        """The Keras models of the loss network."""
        return [network.model for network in (self.loss_network, self._target_network) if network is not None]

    def targets(self, photos):
        """What outputs are compared with, of float photographs (batch, height, width, 3), 0..255: a dict by layer."""
        features = self._target_network(photos) if self._target_network else {}
        return {**features, IMAGES: photos}

    def terms(self, outputs, targets, factors=None):
        """The objective of output images and its terms.

        Args:
            outputs: float (batch, height, width, 3), RGB 0..255.
            targets: of :meth:`targets`.
            factors: ``{name: further factor of a weight}``, a number or one a picture, for schedules.

        Returns:
            dict of float32 (batch,): ``"loss"``, the weighted sum that is minimised, and the terms by name, unweighted.
        """
        features = self.loss_network(outputs) if self.loss_network else {}
        loss = none = ops.zeros(ops.shape(outputs)[:1], "float32")
        found, layers = {}, {}
        for term in self.list:
            if term.layers is None:
                value = term.function(targets.get(term.target or IMAGES), outputs)
            else:
                each = {name: term.at(name)(targets.get(term.target or name), features[name]) for name in term.layers}
                weights = term.layer_weights or (1.0,) * len(each)
                value = sum((w * one for w, one in zip(weights, each.values(), strict=True)), none)
                layers |= {f"{term.name}/{name}": one for name, one in each.items()} if term.each_layer else {}
            found[term.name] = value
            loss = loss + self.weight(term.name, factors) * value
        return {"loss": loss, **found, **layers}

    def weight(self, name, factors=None):
        """The weight of a term, as a tensor, times its further factor."""
        weight = ops.convert_to_tensor(self._weights[name])
        return weight * factors[name] if factors and name in factors else weight

    def record(self):
        """The loss network, for run records, or None."""
        return self.loss_network and self.loss_network.record()


def build_terms(settings, loss_network, **context):
    """The terms of a table, as settings have them; those that their ``build`` leaves out are none.

    Args:
        settings: of a class with ``terms``; see :class:`common.terms.TermRow`.
        loss_network: a :class:`LossNetwork` or None.
        context: further arguments of each ``build``.
    """
    built = [_build(row, settings, loss_network, context) for row in settings.terms]
    return [term for term in built if term is not None]


def layers_named(settings):
    """The loss network's layers that settings name for any of their terms, each once."""
    return _distinct(getattr(settings, f"{row.name}_layers") for row in settings.terms if row.layers is not None)


def _build(row, settings, loss_network, context):
    if row.build is not None:
        return row.build(settings, loss_network, **context)
    layers = None if row.layers is None else tuple(getattr(settings, f"{row.name}_layers"))
    weight = getattr(settings, f"{row.name}_weight")
    return Term(row.name, weight, row.function, layers, each_layer=row.each_layer)


def _distinct(layers):
    return tuple(dict.fromkeys(name for names in layers for name in names))


def _variables(value):
    """Keras variables in a function, and in the functions that it is made of."""
    if isinstance(value, keras.Variable):
        return [value]
    if isinstance(value, Mapping):
        return [one for item in value.values() for one in _variables(item)]
    if isinstance(value, list | tuple):
        return [one for item in value for one in _variables(item)]
    if isinstance(value, type | types.FunctionType | types.ModuleType | keras.layers.Layer):
        return []
    return _variables(vars(value)) if hasattr(value, "__dict__") else []
