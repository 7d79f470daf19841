"""The trainer of one network on many paintings: each photograph of a step has a condition, and its Gram matrices."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.contact_sheet import contact_grid
from fast_style.common.images.image_io import as_rgb
from fast_style.common.networks.rebuilding import copy_weights
from fast_style.common.settings import check_bounds, settings_of
from fast_style.common.training.consistency import StepSeed
from fast_style.common.training.replicas import sum_of_replicas
from fast_style.common.types import Image
from fast_style.condition_style import CHOSEN, Chosen
from fast_style.conditions import PHOTOGRAPH, Condition, paintings_of, row_variables, with_rows
from fast_style.model import StyleTransfer
from fast_style.multi_style_objective import MultiStyleObjective
from fast_style.network import TransformationNetwork, begun_as
from fast_style.paintings import painting_files
from fast_style.settings import MultiStyleSettings

# The draw of a step that shuffles conditions; those of views are 0 and 1.
SHUFFLE = 2
# Shares that the newest photograph has of a painting's running means, and how far its weight may go from 1.
NEWEST, FARTHEST = 0.02, 32.0
# Side in pixels of a painting's picture in previews.
PREVIEW_CELL = 320


@keras.saving.register_keras_serializable(package="fast_style")
class MultiStyleTransfer(StyleTransfer):
    """Keras model that trains a :class:`TransformationNetwork` with conditions on many paintings at once.

    Each photograph of a step gets one condition (Dumoulin et al. 2017): a painting read at one size, of whose Gram
    matrices it takes the style, or the photograph, which is to come back as it is. All get their turn before any gets
    it again, whatever the sizes of batches, each round in an order of its number. The weight of the style of each
    painting follows running means of its losses, so that in the end style, so weighted, counts as much beside content
    for each: losses of style differ by a hundred times.

    >>> import numpy as np, fast_style
    >>> paintings = {name: np.full((64, 64, 3), grey, np.uint8) for name, grey in (("light", 220), ("dark", 30))}
    >>> conditions = [("light", 64), ("dark", 64), "photograph"]
    >>> network = fast_style.TransformationNetwork(width=2, conditions=conditions)
    >>> model = fast_style.MultiStyleTransfer(paintings, network, loss_weights="random")
    >>> model.compile("adam")
    >>> history = model.fit(np.zeros((4, 32, 32, 3), np.uint8), batch_size=2, verbose=0)
    >>> sorted(model.measured()["paintings"])
    ['dark', 'light', 'photograph']

    Args:
        paintings: ``{name: painting}``, each a path, or RGB uint8 (height, width, 3); or a list of files and folders,
            whose names are those of files. Default: those of the settings.
        network: the network to train, each of whose conditions is one of the paintings with the size that it is to be
            read at, or the photograph. Default: a new one with all paintings at all ``style_sizes``.
        style_sizes: short sides in pixels at which paintings are read, of a new network. Default: 256, 512 and 1024.
        balance: by how much the logarithm of a painting's style weight follows that of its weighted style loss by its
            content loss, each time that it was trained, 0 to 1; weights stay within 1/32 and 32. Default: 0.02. 0
            leaves all at 1.
        condition_rate: factor of the learning rate of scales and shifts, at least 0, under
            :class:`common.training.adam.Adam`, as ``fast-style-train`` has it. Default: 8. A condition has its turn in
            few steps, and Adam moves what seldom has a gradient less.
        photograph_weight: factor of the mean squared difference of pixels of the photograph's condition, at least 0.
            Default: 10.
        options: all others are those of :class:`StyleTransfer`; ``style_loss`` must be ``"gram"``.
        settings: all of these as :class:`StyleSettings`, instead of one by one.
        name: of the Keras model.

    Metrics, averaged over an epoch: those of :class:`StyleTransfer`, of all conditions together, and ``photograph``.

    Raises:
        UserError: a bad image, weight, number, layer or weights file; no layer of style; a network whose conditions are
            not of these paintings.
        TypeError: an unknown option, or options beside settings.
    """

    def __init__(
        self,
        paintings: Mapping[str, Image] | Sequence[str] | None = None,
        network: TransformationNetwork | None = None,
        *,
        settings: MultiStyleSettings | None = None,
        name: str | None = None,
        **options: object,
    ):
        settings = settings_of(type(self).__name__, MultiStyleSettings, settings, options)
        check_bounds(settings, named=str)
        given = settings.paintings if paintings is None else paintings
        images = given if isinstance(given, Mapping) else painting_files(given)
        images = {name: as_rgb(image, f"paintings ({name})") for name, image in images.items()}
        if network is None:
            network = TransformationNetwork(conditions=conditions_of(images, settings.style_sizes))
        _check_conditions(network, images)
        super().__init__(None, network, settings=dataclasses.replace(settings, paintings=images), name=name)
        self.balance = settings.balance
        for variable in row_variables(network):
            variable.learning_rate_factor = settings.condition_rate
        # What each photograph has a turn of: the photograph as often as a painting.
        groups = paintings_of(network.conditions)
        turns = [number for numbers in groups.values() for number in numbers]
        photograph = [n for n, condition in enumerate(network.conditions) if condition.painting == PHOTOGRAPH]
        self.turns = np.array(turns + photograph * (len(turns) // len(groups)), "int32")
        names = [*groups, PHOTOGRAPH]
        self.painting_names = tuple(groups)
        self.painting_of = np.array([names.index(one.painting) for one in network.conditions], "int32")
        start = self.objective.start_weights(groups) if self.balance else np.ones(len(groups))
        self._log_weights = _variable(np.log(start), "log_weights")
        # Steps that were taken here, and photographs that had their turn in them. No checkpoint has them: a run that
        # goes on is of full batches, of which the number of steps says as much.
        # Of the kind of the optimizer's iterations: TensorFlow keeps int32 away from GPUs.
        self._shown = keras.Variable(
            np.zeros(2), trainable=False, dtype="int", name="shown", aggregation="only_first_replica"
        )
        self._seen, self._log_content, self._log_style = (
            _variable(np.zeros(len(names)), kind) for kind in ("seen", "log_content", "log_style")
        )

    @staticmethod
    def objective_of(settings, network):
        return MultiStyleObjective.for_conditions(settings, network.conditions)

    @property
    def state(self):
        return [*super().state, self._log_weights, self._seen, self._log_content, self._log_style]

    @property
    def _changed_by_a_step(self):
        return [*super()._changed_by_a_step, self._shown]

    def _turns_before(self, batch):
        """How many photographs had their turn before a step, int32, of whose photographs a replica has so many."""
        steps, photographs = ops.unstack(ops.cast(ops.convert_to_tensor(self._shown), "int32"))
        _, whole = self.share(True) or (0, batch)
        return photographs + (self.steps_taken() - steps) * whole

    def chosen(self, batch, training):
        """The conditions of a batch's photographs, int32 (batch,).

        In training all take turns, each time in another order. Elsewhere they take turns over the photographs that were
        measured so far.
        """
        count, photos = len(self.turns), ops.arange(batch, dtype="int32")
        turns = ops.convert_to_tensor(self.turns)
        if not training:
            first = ops.cast(self._trackers["loss"].count, "int32")
            return ops.take(turns, ops.mod(first + photos, count))
        before, _ = self.share(training) or (0, batch)
        first = self._turns_before(batch) + before
        # Of a batch that ends one round and begins the next.
        orders = [
            ops.argsort(keras.random.uniform((count,), seed=StepSeed(first // count + later, SHUFFLE)))
            for later in range(2)
        ]
        later = ops.minimum((first + photos) // count - first // count, 1)
        return ops.take(turns, ops.take(ops.concatenate(orders), later * count + ops.mod(first + photos, count)))

    def inputs(self, views, training):
        twice = self.objective.consistency is not None
        number = self.chosen(ops.shape(views)[0] // (2 if twice else 1), training)
        weights = ops.one_hot(number, len(self.network.conditions), dtype="float32")
        return [views, ops.concatenate([weights, weights]) if twice else weights]

    def targets(self, photos, training):
        number = self.chosen(ops.shape(photos)[0], training)
        painting = ops.take(ops.convert_to_tensor(self.painting_of), number)
        paints = ops.cast(painting < len(self.painting_names), "float32")
        return {**super().targets(photos, training), CHOSEN: Chosen(number, painting, paints, photos)}

    def factors(self, training, targets):
        chosen, found = targets[CHOSEN], super().factors(training, targets)
        weights = ops.concatenate([self._style_weights(), ops.zeros((1,))])
        return {
            **found,
            "style": ops.take(weights, chosen.painting) * found.get("style", 1.0),
            "tv": chosen.paints,
        }

    def _style_weights(self):
        """The factor of each painting's style weight; their geometric mean is 1."""
        logarithms = ops.convert_to_tensor(self._log_weights)
        return ops.exp(logarithms - ops.mean(logarithms))

    def learn_of(self, terms, images):
        batch = ops.shape(images)[0]
        self._measure(terms, self.chosen(batch, True))
        _, whole = self.share(True) or (0, batch)
        shown = ops.stack([self.steps_taken() + 1, self._turns_before(batch) + whole])
        self._shown.assign(ops.cast(shown, self._shown.dtype))

    def _measure(self, terms, number):
        """Takes a step's terms into the running means of each painting, and turns the weights after them."""
        paintings = len(self.painting_names)
        painting = ops.take(ops.convert_to_tensor(self.painting_of), number)
        of = ops.one_hot(painting, paintings + 1, dtype="float32")
        # Where replicas share a step, they measure all of it alike.
        total = sum_of_replicas if self.shares else lambda value: value
        times = total(ops.sum(of, axis=0))
        seen = ops.convert_to_tensor(self._seen) + times
        share = ops.maximum(1.0 - (1.0 - NEWEST) ** times, times / ops.maximum(seen, 1.0))
        self._seen.assign(seen)
        for variable, name in ((self._log_content, "content"), (self._log_style, "style")):
            logarithms = ops.log(ops.maximum(ops.stop_gradient(terms[name]), 1e-6))
            # Not a product with `of`, in which what is not finite of one painting would be of all.
            newest = total(ops.sum(ops.where(of > 0, logarithms[:, None], 0.0), axis=0)) / ops.maximum(times, 1.0)
            before = ops.convert_to_tensor(variable)
            variable.assign(before + ops.where(times > 0, share * (newest - before), 0.0))
        content, style = (ops.convert_to_tensor(one)[:paintings] for one in (self._log_content, self._log_style))
        known, ratio = seen[:paintings] > 0, ops.convert_to_tensor(self._log_weights) + style - content
        mean = ops.sum(ops.where(known, ratio, 0.0)) / ops.maximum(ops.sum(ops.cast(known, "float32")), 1.0)
        step = self.balance * times[:paintings] * (mean - ratio)
        limit = float(np.log(FARTHEST))
        self._log_weights.assign(ops.clip(ops.convert_to_tensor(self._log_weights) + step, -limit, limit))

    def measured(self):
        """What its record tells of each painting: running geometric means, and the factor of its style weight."""
        values = [ops.convert_to_numpy(one).tolist() for one in (self._seen, self._log_content, self._log_style)]
        weights = [*ops.convert_to_numpy(self._style_weights()).tolist(), 0.0]
        found = {}
        for name, seen, content, style, weight in zip(
            (*self.painting_names, PHOTOGRAPH), *values, weights, strict=True
        ):
            terms = {"content": float(np.exp(content)), "style": float(np.exp(style)) if weight else None}
            found[name] = {"photographs": int(seen), **(terms if seen else {}), "style_weight": weight}
        return {"paintings": found}

    def initialize(self, network):
        """Begins from a trained network: of one painting, whose scales and shifts all conditions get; or of many.

        Of many, conditions of the same name and size go on from where they are, and others from the mean of all.

        Raises:
            UserError: one of another architecture.
        """
        conditions = self.network.conditions
        start = begun_as(network, self.network)
        if start.conditions != conditions:
            start = with_rows(start, conditions, functools.partial(_begun, start.conditions, conditions))
        copy_weights(start, self.network, network)

    def preview_picture(self, photos):
        """The first photograph in all paintings, at the size in the middle."""
        groups, count = paintings_of(self.network.conditions), len(self.network.conditions)
        pictures = {PHOTOGRAPH: [photos[0]]}
        for name, numbers in groups.items():
            weights = np.eye(count, dtype="float32")[numbers[len(numbers) // 2]][None]
            pictures[name] = [np.asarray(self.network.render(photos[0][None], weights))[0]]
        return contact_grid(pictures, cell=PREVIEW_CELL)


def conditions_of(paintings, sizes):
    """The conditions of a new network: all paintings, each at all sizes, and the photograph."""
    return [*(Condition(name, size) for name in paintings for size in sizes), Condition(PHOTOGRAPH)]


def _check_conditions(network, images):
    conditions = getattr(network, "conditions", None) or ()
    groups = paintings_of(conditions)
    sized = all(one.size for one in conditions if one.painting != PHOTOGRAPH)
    if not groups or not sized or set(groups) != set(images):
        raise UserError(
            f"network: expected a TransformationNetwork with conditions of {', '.join(images)} with sizes. "
            f"Received: {', '.join(groups) or 'none'}{'' if sized else ' without sizes'}"
        )


def _begun(before, conditions, rows):
    """Rows of scales or shifts to begin with, of (channels,) or (conditions before, channels)."""
    if before is None:
        return np.repeat(rows[None], len(conditions), axis=0)
    mean = rows.mean(0)
    return np.stack([rows[before.index(one)] if one in before else mean for one in conditions])


def _variable(values, name):
    """State of training; in replicas the mean of theirs."""
    return keras.Variable(values, trainable=False, dtype="float32", name=name, aggregation="mean")
