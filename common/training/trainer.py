"""What training a network with perceptual losses has in common, whatever the task and Keras' backend."""

import contextlib
import inspect
import warnings

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.batch import check_batch
from fast_style.common.images.contact_sheet import contact_sheet
from fast_style.common.images.margin import cut_margin
from fast_style.common.layers import cpu_convolutions
from fast_style.common.networks.loss_network import least_side
from fast_style.common.networks.rebuilding import copy_weights
from fast_style.common.training.consistency import StepSeed
from fast_style.common.training.first_batch import FirstBatch
from fast_style.common.training.keras_callbacks import prepare_callbacks
from fast_style.common.training.loss_scale import FittedLossScale
from fast_style.common.training.replicas import count_of_replicas, sum_of_replicas
from fast_style.common.training.starting_point import StartingPoint


class PerceptualTrainer(keras.Model):
    """A Keras model around a network, with a `train_step` that minimises and tracks named loss terms.

    Subclasses say how photographs become inputs of the network and outputs are compared, or implement
    :meth:`compute_terms` themselves.

    Args:
        network: the ``keras.Model`` to train.
        term_names: names of the terms, ``"loss"`` first. Default: the objective's.
        objective: :class:`common.training.objective.Objective`; None where a subclass computes the terms.
    """

    preview_labels = ("photograph", "network")

    def __init__(self, network, term_names=None, objective=None, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self.objective = objective
        if objective is not None:
            # State of the model: compiled by JAX, a step would have it as constants otherwise.
            self._loss_models, self._objective_variables = objective.models, objective.variables
        self.make_averages(term_names or objective.term_names)
        self.schedule = None
        # Of a training that replicas share: (first, one behind the last) of each one's photographs of a step.
        self.shares = None
        # Where it began, if the network that it leaves is to lie between.
        self.start = None
        self.built = True

    def make_averages(self, names=None):
        """Makes the averages of terms anew, where a strategy of TensorFlow's that is in scope puts them.

        Args:
            names: of the terms; default those that there are.
        """
        self._trackers = {name: keras.metrics.Mean(name=name) for name in names or list(self._trackers)}
        self._skipped = keras.metrics.Sum(name="skipped")

    def use_schedule(self, schedule):
        """Takes the learning rate of each step from a function of its number, under JAX.

        Args:
            schedule: function of a scalar tensor, with ``variables``: unlike a Keras schedule's numbers, these may be
                assigned others without the step being compiled again.
        """
        self.schedule, self._schedule_variables = schedule, schedule.variables

    @property
    def least_side(self):
        """Pixels a side of the smallest photograph that a step can be made of."""
        return least_side(self.objective.layers)

    def prepare(self, photos, training):
        """Photographs as views are made of them: float32 (batch, height, width, 3)."""
        return ops.cast(photos, "float32")

    def inputs(self, views, training):
        """What the network is given of views of photographs."""
        return views

    def options(self, count, training, moved=None):
        """Further arguments of the network for views of so many photographs: a dict.

        Args:
            count: of photographs.
            training: whether they are trained on.
            moved: of two views of each, one batch behind the other, by how much the second is moved, as of
                :mod:`consistency`; None for one.
        """
        return {}

    def targets(self, photos, training):
        """What outputs are compared with, as of the objective."""
        return self.objective.targets(photos)

    def border(self, training):
        """Pixels a side of what the network makes that are cut off before terms are computed."""
        return 0

    def factors(self, training, targets):
        """``{term: further factor of its weight}`` of this step, each a number or one a photograph."""
        return {}

    def compute_terms(self, data, training):
        """Named loss terms of a batch of photographs, each float32 (batch,); ``"loss"`` is what is minimised."""
        if self.objective is None:
            raise NotImplementedError
        check_batch(data, "x")
        sides = data.shape[1:3]
        if any(side is not None and side < self.least_side for side in sides):
            raise UserError(
                f"x: expected photographs of at least {self.least_side} pixels a side. Received: {sides[1]}x{sides[0]}"
            )
        photos, border = self.prepare(data, training), self.border(training)
        consistency = self.objective.consistency
        if consistency is None:
            first, made = photos, self._painted(photos, training, self.options(ops.shape(photos)[0], training))
        else:
            first, second, moved, put_back = consistency.views(
                photos, lambda number: self.step_seed(training, number), border
            )
            options = self.options(ops.shape(photos)[0], training, moved)
            made, of_second = ops.split(self._painted(ops.concatenate([first, second]), training, options), 2)
        targets = self.targets(cut_margin(first, border), training)
        terms = self.objective.terms(cut_margin(made, border), targets, self.factors(training, targets))
        if consistency is not None:
            value = consistency.function(*put_back(made, of_second))
            terms[consistency.name] = value
            terms["loss"] = terms["loss"] + self.objective.weight(consistency.name) * value
        return terms

    def _painted(self, views, training, options):
        return self.network(self.inputs(views, training), training=training, **options)

    def terms_of_none(self, training):
        """As :meth:`compute_terms`, of a batch without photographs, as a replica gets for which none are left."""
        return {name: ops.zeros((0,)) for name in self._trackers}

    def learn_of(self, terms, images):
        """Whatever a trainer keeps of a step beside weights, of its terms as of :meth:`compute_terms`: nothing here.

        It comes before the optimizer, and changes variables of :attr:`state`. Of a step that is skipped nothing stays.
        """

    def step_seed(self, training, number=0):
        """Seed of a draw, of the step's number and its own: a resumed run goes on as if never stopped.

        Where nothing is trained, each batch draws the same.
        """
        return StepSeed(self.steps_taken() if training else -1, number, self.share(training))

    def steps_taken(self):
        """How many steps the optimizer took, int32: of several that add gradients up, ``iterations`` counts one."""
        optimizer = getattr(self.optimizer, "inner_optimizer", self.optimizer)
        # A name of Keras' own, which may move.
        return ops.cast(getattr(optimizer, "_iterations", optimizer.iterations), "int32")

    def share(self, training):
        """(number of the first, number of all) of a step's photographs that this replica has; None where it has all."""
        if self.shares is None or not training:
            return None
        import tensorflow as tf

        first, _ = self.shares[int(tf.get_static_value(tf.distribute.get_replica_context().replica_id_in_sync_group))]
        return first, self.shares[-1][1]

    @property
    def state(self):
        """Variables beside those of network and optimizer that training changes, which checkpoints keep."""
        return [] if self.start is None else self.start.variables

    @property
    def _changed_by_a_step(self):
        """Variables beside weights and the optimizer's: statistics of normalization, what :meth:`learn_of` keeps."""
        start = [] if self.start is None else self.start.variables
        kept = {id(variable) for variable in start}
        return [*self.network.non_trainable_variables, *(one for one in self.state if id(one) not in kept)]

    def measured(self):
        """What is known of the training beside its losses, for its record: a dict."""
        return {}

    def initialize(self, network):
        """Begins from a trained network.

        Raises:
            UserError: one of another architecture.
        """
        copy_weights(network, self.network)

    def result(self):
        """The network that the training leaves: what was trained, or between that and where it began."""
        return self.network if self.start is None else self.start.mixed(self.network)

    def keep_start(self, share):
        """Has :meth:`result` lie between the network as it is now and what it will have learnt.

        Args:
            share: of the weights as they are now in the mean, 0 to 1.
        """
        self.start = StartingPoint(self.network, share)

    def preview_picture(self, photos):
        """The previews of some photographs, one uint8 picture."""
        return contact_sheet([self.preview(photo) for photo in photos], self.preview_labels, cell=512)

    def check_preview(self, photo):
        """Raises UserError where :meth:`preview` cannot show a uint8 photograph."""

    def preview(self, photo):
        """Pictures to look at during training, a row of the previews: uint8 photograph in, list of uint8 out.

        They stand below :attr:`preview_labels`.
        """
        return [photo, np.asarray(self.network.render(photo[None]))[0]]

    def compile(
        self,
        optimizer="adam",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """As ``keras.Model.compile``, without losses and metrics, which the model brings along.

        Args:
            optimizer: a Keras optimizer, or its name. Default: ``"adam"``. It is wrapped for loss scaling wherever the
                network computes in float16; Keras does so only for models whose own policy is mixed_float16.
            loss, loss_weights, metrics, weighted_metrics: None. The terms of the objective and their weights are
                arguments of the model.
            run_eagerly, steps_per_execution: as of ``keras.Model.compile``.
            jit_compile: True, False or ``"auto"`` (default): XLA is left off on CPUs under TensorFlow, where it makes
                these convolutions 2 to 4 times slower, and is to Keras' choice elsewhere.
            auto_scale_loss: False leaves a plain optimizer plain in float16, too. Default: True.

        Raises:
            UserError: a loss or metric; no optimizer; another word for XLA.
        """
        given = {"loss": loss, "loss_weights": loss_weights, "metrics": metrics, "weighted_metrics": weighted_metrics}
        for name, value in given.items():
            if value:
                raise UserError(
                    f"compile, {name}: expected none, because {type(self).__name__} has its terms and their weights "
                    f"from its own arguments. Received: {value!r}"
                )
        if jit_compile not in (True, False, "auto", None):
            raise UserError(f"jit_compile: expected True, False or 'auto'. Received: {jit_compile!r}")
        if jit_compile in ("auto", None):
            jit_compile = "auto" if keras.backend.backend() != "tensorflow" or _tensorflow_sees_a_gpu() else False
        optimizer = _optimizer(optimizer)
        scaled = self.network.compute_dtype == "float16" and auto_scale_loss
        if scaled and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            optimizer = FittedLossScale(optimizer)
        super().compile(
            optimizer=optimizer,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            auto_scale_loss=False,
        )
        # Variables that a step creates make TensorFlow trace it twice: seconds, with a VGG in it.
        if self.network.built and not self.optimizer.built:
            self.optimizer.build(self.network.trainable_variables)

    def fit(self, x=None, *args, **kwargs):
        """As ``keras.Model.fit``, of photographs alone: targets are made of them.

        What yields batches is not asked to be shuffled, which Keras warns about.

        Raises:
            UserError: weights of samples or classes; photographs of another shape or range, of which the first batch is
                looked at; too many that do not decode, of ``photos``; a network without anything to train.
        """
        if hasattr(x, "element_spec") or inspect.isgenerator(x):
            kwargs.setdefault("shuffle", False)
        self._check_trainable()
        return self._call_checked(super().fit, x, *args, **kwargs)

    def train_on_batch(self, x, *args, **kwargs):
        """As ``keras.Model.train_on_batch``, with the errors of :meth:`fit`."""
        self._check_trainable()
        return self._call_checked(super().train_on_batch, x, *args, **kwargs)

    def evaluate(self, x=None, *args, **kwargs):
        """As ``keras.Model.evaluate``, with the errors of :meth:`fit`."""
        return self._call_checked(super().evaluate, x, *args, **kwargs)

    def test_on_batch(self, x, *args, **kwargs):
        """As ``keras.Model.test_on_batch``, with the errors of :meth:`fit`."""
        return self._call_checked(super().test_on_batch, x, *args, **kwargs)

    def _call_checked(self, method, *args, **kwargs):
        """Calls a method of Keras' trainer, unless it is given what would be passed over or trained on wrongly."""
        given = inspect.signature(method).bind(*args, **kwargs).arguments
        given |= given.pop("kwargs", {})
        for name in ("sample_weight", "class_weight"):
            if given.get(name) is not None:
                raise UserError(_NO_WEIGHTS.format(name))
        if "callbacks" in given:
            validates = given.get("validation_data") is not None or bool(given.get("validation_split"))
            prepare_callbacks(given["callbacks"], [metric.name for metric in self.metrics], validates)
        validation = given.get("validation_data")
        first = FirstBatch(given["x"], validation)
        if self.objective is not None:
            given["x"] = first.of(given["x"], "x")
            if isinstance(validation, list | tuple):
                given["validation_data"] = (first.of(validation[0], "validation_data"), *validation[1:])
            elif validation is not None:
                given["validation_data"] = first.of(validation, "validation_data")
        try:
            return method(**given)
        except Exception as error:  # TensorFlow has one of its own for what is raised while it asks for a batch
            told = first.told(error)
            if told is not None:
                raise told from error
            raise

    def _check_trainable(self):
        if not self.network.trainable_variables:
            raise UserError("network: expected one with weights to train. Received: a frozen one (trainable is False)")

    @property
    def scales_loss(self):
        return isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer)

    @property
    def skips_steps(self):
        """Whether a step whose gradients are not finite changes nothing, and is counted: in reduced precision."""
        return self.scales_loss or self.network.compute_dtype == "bfloat16"

    @property
    def metrics(self):
        skipped = [self._skipped] if getattr(self, "compiled", False) and self.skips_steps else []
        return [*self._trackers.values(), *skipped]

    def call(self, images, training=None):
        return self.network(images, training=training)

    def train_step(self, *arguments):
        """One step, in the form that Keras' trainer of the backend asks for."""
        return _STEPS[keras.backend.backend()][0](self, *arguments)

    def test_step(self, *arguments):
        """As :meth:`train_step`, without training."""
        return _STEPS[keras.backend.backend()][1](self, *arguments)

    def take_step(self, photographs):
        """What a step of TensorFlow's does, without its averages: (terms, 1 where it was skipped, else 0, or None)."""
        return _tensorflow_update(self, photographs)

    def track(self, terms, skipped=None):
        """Adds terms to the averages, and a step that was skipped; all averages so far."""
        if skipped is not None:
            # Keras adds up what replicas count, which all skip the same steps.
            self._skipped.update_state(skipped / count_of_replicas())
        for name, value in terms.items():
            self._trackers[name].update_state(value)
        return {metric.name: metric.result() for metric in self.metrics}

    def get_config(self):
        """Raises UserError: a trainer, which has a loss network and a painting, is in no file; its network is."""
        name = type(self).__name__
        raise UserError(f"{name}: expected its network, model.network, to save or copy. Received: the trainer")

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Saves the network, as ``model.network.save(filepath)`` does: what ``ModelCheckpoint`` calls.

        ``keras.saving.load_model`` gives the network back. The trainer is made anew around it.
        """
        self.network.save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath, *args, **kwargs):
        """Saves the weights of the network, and beside them the optimizer's state: what ``BackupAndRestore`` calls.

        ``model.load_weights`` loads both, ``model.network.load_weights`` the weights.
        """
        with self._network_with_optimizer() as network:
            network.save_weights(filepath, *args, **kwargs)

    def load_weights(self, filepath, *args, **kwargs):
        """Loads what :meth:`save_weights` saved."""
        with self._network_with_optimizer() as network:
            network.load_weights(filepath, *args, **kwargs)

    def quantize(self, *args, **kwargs):
        """As of the network."""
        self.network.quantize(*args, **kwargs)

    @contextlib.contextmanager
    def _network_with_optimizer(self):
        """The network, with the optimizer where Keras looks for what is saved; none of it is the loss network's."""
        before = getattr(self.network, "optimizer", None)
        self.network.optimizer = getattr(self, "optimizer", None)
        try:
            yield self.network
        finally:
            self.network.optimizer = before


_NO_WEIGHTS = "{}: expected none, because every photograph counts alike. Received: weights"


def _photographs(self, data):
    photographs, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is not None:
        raise UserError(_NO_WEIGHTS.format("sample_weight"))
    if len(getattr(targets, "shape", ())) == 4:
        warnings.warn(
            "y: pictures beside the photographs x are passed over, because what outputs are compared with is made of x",
            stacklevel=2,
        )
    if self.objective is not None:
        check_batch(photographs, "x")
    return photographs


def _optimizer(optimizer):
    try:
        found = keras.optimizers.get(optimizer)
    except ValueError:
        found = None
    if found is None:
        raise UserError(f"optimizer: expected a Keras optimizer or its name. Received: {optimizer!r}")
    return found


def _tensorflow_sees_a_gpu():
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def _tensorflow_train_step(self, data):
    return self.track(*_tensorflow_update(self, _photographs(self, data)))


def _tensorflow_update(self, images):
    import tensorflow as tf

    replicas = count_of_replicas()
    # What the forward pass changes, statistics of normalization: :meth:`learn_of` is called of steps that are taken.
    others = self.network.non_trainable_variables if self.skips_steps else []
    before = [tf.convert_to_tensor(variable.value) for variable in others]
    with tf.GradientTape() as tape, cpu_convolutions():
        terms = _terms_of_any(self, images, training=True)
        if not self.optimizer.built:
            self.optimizer.build(self.network.trainable_variables)
        if replicas > 1:
            # Gradients of replicas are added up: each has its photographs' part of the mean.
            count = sum_of_replicas(tf.cast(tf.shape(terms["loss"])[0], "float32"))
            loss = tf.math.divide_no_nan(tf.reduce_sum(terms["loss"]), count)
        else:
            loss = _mean(terms["loss"])
        # Without scale_loss, mixed_float16 trains nothing and says nothing: gradients underflow.
        loss = self.optimizer.scale_loss(loss)
    variables = self.network.trainable_variables
    if images.shape[0] == 0:
        gradients = [tf.zeros(variable.shape, variable.dtype) for variable in variables]
    else:
        gradients = tape.gradient(loss, variables)

    # Of replicas that wait for each other, one has its functions called for all: they get what is a replica's own.
    def take(images, terms, gradients, _):
        self.learn_of(terms, images)
        if not self.scales_loss:
            self.optimizer.apply(gradients, variables)

    def leave(images, terms, gradients, before):
        for variable, value in zip(others, before, strict=True):
            variable.assign(value)

    skipped, of_replica = None, (images, terms, gradients, before)
    if self.skips_steps:
        skipped = _not_finite(gradients)
        _either(skipped > 0, leave, take, *of_replica)
    else:
        take(*of_replica)
    if self.scales_loss:
        # The optimizer of a loss that is scaled passes over a step by itself, and lowers the scale. It looks at a
        # replica's own gradients: all pass over a step, or none does.
        self.optimizer.apply(_instead(gradients, skipped, float("nan")) if replicas > 1 else gradients, variables)
    return _means_of_replicas(terms, count) if replicas > 1 else terms, skipped


def _either(condition, one, other, *arguments):
    """Calls one of two functions, of a replica's own arguments, as a condition has it that is alike in all of them.

    An optimizer's replicas wait for each other within it, which most strategies allow no ``tf.cond`` of a replica's.
    """
    import tensorflow as tf

    if tf.__internal__.distribute.strategy_supports_no_merge_call():
        tf.cond(condition, lambda: one(*arguments), lambda: other(*arguments))
        return

    def of_all_replicas(strategy, condition, *arguments):
        def call(function):
            strategy.extended.call_for_each_replica(function, args=arguments)

        tf.cond(strategy.experimental_local_results(condition)[0], lambda: call(one), lambda: call(other))

    tf.distribute.get_replica_context().merge_call(of_all_replicas, args=(condition, *arguments))


def _means_of_replicas(terms, count):
    """Terms of all photographs of a step, of which there are `count`: vectors of one entry, alike in all replicas."""
    import tensorflow as tf

    means = tf.math.divide_no_nan(sum_of_replicas(tf.stack([tf.reduce_sum(one) for one in terms.values()])), count)
    return dict(zip(terms, tf.split(means, len(terms)), strict=True))


def _not_finite(gradients):
    """1 where a gradient, of any replica, is not finite, else 0: float32 scalar."""
    finite = ops.all(ops.stack([ops.all(ops.isfinite(one)) for one in gradients if one is not None]))
    return ops.minimum(sum_of_replicas(1.0 - ops.cast(finite, "float32")), 1.0)


def _instead(gradients, where, value):
    """Gradients, or where `where` is 1, a number in the place of each."""
    return [one if one is None else ops.where(where > 0, ops.cast(value, one.dtype), one) for one in gradients]


def _tensorflow_test_step(self, data):
    return self.track(_terms_of_any(self, _photographs(self, data), training=False))


def _mean(values):
    """The mean of a vector; of one that may have no entries, 0 where it has none."""
    import tensorflow as tf

    if values.shape[0]:
        return tf.reduce_mean(values)
    return tf.math.divide_no_nan(tf.reduce_sum(values), tf.cast(tf.size(values), values.dtype))


def _terms_of_any(self, images, training):
    """``compute_terms`` of a batch that may be empty, as that of a replica which none are left for."""
    import tensorflow as tf

    def all_terms():
        return self.compute_terms(images, training)

    def nothing():
        return self.terms_of_none(training)

    if images.shape[0] is None:
        # The statistics of normalization stay as they are, where none are computed.
        return tf.cond(tf.shape(images)[0] > 0, all_terms, nothing)
    return all_terms() if images.shape[0] else nothing()


def _jax_train_step(self, state, data):
    """A function from state to state, as JAX compiles it."""
    import jax

    trainable, others, optimizer, metrics = state
    images = _photographs(self, data)

    def loss_of(trainable):
        mapping = _mapping(self, trainable, others, metrics, optimizer)
        with keras.StatelessScope(state_mapping=mapping) as scope:
            terms = self.compute_terms(images, training=True)
            loss = ops.mean(terms["loss"])
            scaled = self.optimizer.scale_loss(loss)
            rate = self.schedule(self.optimizer.iterations) if self.schedule else None
        values = _values(scope, self.non_trainable_variables), _values(scope, self.optimizer.variables)
        return scaled, (terms, *values, rate)

    # The optimizer's values too: the first step fits the loss scale.
    (_, (terms, changed, optimizer, rate)), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable)
    with keras.StatelessScope(state_mapping=_mapping(self, trainable, changed, metrics, optimizer)) as scope:
        self.learn_of(terms, images)
    changed = _values(scope, self.non_trainable_variables)
    skipped = _not_finite(gradients) if self.skips_steps else None
    if self.skips_steps:
        of_step = {id(variable) for variable in self._changed_by_a_step}
        changed = [
            ops.where(skipped > 0, before, value) if id(variable) in of_step else value
            for variable, before, value in zip(self.non_trainable_variables, others, changed, strict=True)
        ]
    others = changed
    if rate is not None:
        pairs = zip(self.optimizer.variables, optimizer, strict=True)
        optimizer = [rate if variable is self.optimizer.learning_rate else value for variable, value in pairs]

    def take():
        return self.optimizer.stateless_apply(optimizer, gradients, trainable)

    if self.skips_steps and not self.scales_loss:
        trainable, optimizer = jax.lax.cond(skipped > 0, lambda: (list(trainable), list(optimizer)), take)
    else:  # the optimizer of a loss that is scaled passes over a step by itself
        trainable, optimizer = take()
    with keras.StatelessScope(state_mapping=_mapping(self, trainable, others, metrics, optimizer)) as scope:
        logs = self.track(terms, skipped)
    return logs, (trainable, others, optimizer, _values(scope, self.metrics_variables))


def _jax_test_step(self, state, data):
    trainable, others, metrics = state
    with keras.StatelessScope(state_mapping=_mapping(self, trainable, others, metrics)) as scope:
        logs = self.track(self.compute_terms(_photographs(self, data), training=False))
    return logs, (trainable, others, _values(scope, self.metrics_variables))


def _mapping(self, trainable, others, metrics, optimizer=()):
    variables = [*self.trainable_variables, *self.non_trainable_variables, *self.metrics_variables]
    values = [*trainable, *others, *metrics]
    if optimizer:
        variables, values = [*variables, *self.optimizer.variables], [*values, *optimizer]
    return list(zip(variables, values, strict=True))


def _values(scope, variables):
    """Of variables behind a scope, those that were not assigned as they were."""
    values = [scope.get_current_value(variable) for variable in variables]
    return [variable.value if value is None else value for variable, value in zip(variables, values, strict=True)]


_STEPS = {
    "tensorflow": (_tensorflow_train_step, _tensorflow_test_step),
    "jax": (_jax_train_step, _jax_test_step),
}
