"""A painting more for a network of many: new scales and shifts are trained, and nothing else of it changes."""

import functools

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.layers import cpu_convolutions
from fast_style.common.networks.rebuilding import in_precision, redescribed
from fast_style.common.networks.source import find_network
from fast_style.condition_style import Chosen
from fast_style.conditions import Condition, paintings_of, row_variables, with_rows
from fast_style.multi_style import MultiStyleTransfer
from fast_style.paintings import painting_files
from fast_style.task import TASK

# Short side of the photograph on which the rows to begin with are chosen.
TRIAL_SIDE = 192


def network_of_new_rows(settings):
    """The network that is trained: the convolutions of ``--to``, and rows for the new painting at all sizes alone.

    Raises:
        UserError: a network of one painting, or one that has a painting of this name.
    """
    network, (name,) = find_network(settings.to, TASK, "--to").load(), painting_files([settings.add], "--add")
    if not network.conditions:
        raise UserError(f"--to: expected a network of many paintings. Received: {settings.to}, of one")
    if name in (known := paintings_of(network.conditions)):
        raise UserError(f"--add: expected a painting of another name than {', '.join(known)}. Received: {settings.add}")
    new = [Condition(name, size) for size in settings.style_sizes]
    return with_rows(network, new, lambda rows: np.repeat(rows.mean(0, keepdims=True), len(new), axis=0))


def appended(network, more):
    """The network with the conditions of another of the same convolutions behind its own paintings."""
    count = len(paintings_of(network.conditions)) and max(map(max, paintings_of(network.conditions).values())) + 1
    conditions = [*network.conditions[:count], *more.conditions, *network.conditions[count:]]
    new = iter([np.asarray(variable) for variable in row_variables(more)])
    by_id = {id(variable): next(new) for variable in row_variables(network)}
    values = []
    for variable in network.weights:
        value = np.asarray(variable)
        if id(variable) in by_id:
            value = np.concatenate([value[:count], by_id[id(variable)], value[count:]])
        values.append(value)
    twin = redescribed(network, conditions=conditions)
    twin.set_weights(values)
    return twin


@keras.saving.register_keras_serializable(package="fast_style")
class AddedStyleTransfer(MultiStyleTransfer):
    """Trains the rows of a new painting alone, from those of the painting that comes nearest."""

    def __init__(self, network, *, settings, name=None):
        super().__init__([settings.add], network, settings=settings, name=name)
        for layer in (*(step.convolution for step in network.steps()), *filter(None, [network.noise])):
            layer.trainable = False
        base = find_network(settings.to, TASK, "--to").load()
        self.append = functools.partial(appended, base)
        self._begin(in_precision(base, network.dtype_policy.name))

    def _begin(self, base):
        """Gives the rows those of the painting whose pictures have the nearest Gram matrices."""
        photo = resize_short_side(next(iter(sample_photos().values())), TRIAL_SIDE)[None]
        middle, groups = len(self.network.conditions) // 2, paintings_of(base.conditions)
        nearest = min(
            groups, key=lambda name: self._style_of(base, groups[name][len(groups[name]) // 2], photo, middle)
        )
        sizes = [base.conditions[number].size or 0 for number in groups[nearest]]
        chosen = [
            groups[nearest][int(np.argmin([abs(size - one.size) for size in sizes]))] for one in self.network.conditions
        ]
        for variable, rows in zip(row_variables(self.network), row_variables(base), strict=True):
            variable.assign(np.asarray(rows)[chosen])

    def _style_of(self, base, number, photo, middle):
        """The loss of style of what a condition makes of a photograph, for one of the new conditions."""
        weights = ops.one_hot([number], len(base.conditions), dtype="float32")
        with cpu_convolutions():
            picture = ops.cast(base.render(photo, weights), "float32")
        chosen = Chosen(ops.convert_to_tensor([middle]), ops.zeros((1,), "int32"), ops.ones((1,)), picture)
        return float(self.objective.terms(picture, {**self.objective.targets(picture), "chosen": chosen})["style"][0])

    def result(self):
        return self.append(self.network)
