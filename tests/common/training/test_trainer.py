"""PerceptualTrainer: named terms, and loss scaling that shows what it skips."""

import inspect
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.training.checkpoint import restore_training_state, training_state
from fast_style.common.training.loss_scale import fitting_scale
from fast_style.common.training.replicas import sum_of_replicas
from fast_style.common.training.trainer import PerceptualTrainer


class Trainer(PerceptualTrainer):
    """Minimises ``scale * mean(w x)`` with one weight w, so that dL/dw is ``scale * mean(x)``."""

    def __init__(self, scale=1.0, dtype="float32"):
        with dtype_policy(dtype):
            network = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Dense(1, use_bias=False)])
        network.set_weights([np.array([[3.0]])])
        super().__init__(network, ("loss", "raw"))
        self.scale = scale

    def compute_terms(self, images, training):
        raw = tf.reduce_mean(tf.cast(self.network(images, training=training), "float32"), axis=(1, 2, 3))
        return {"loss": self.scale * raw, "raw": raw}

    @property
    def weight(self):
        return self.network.get_weights()[0].item()


def batches(*values):
    """Batches of one 2x2 image each, all of one value."""
    images = np.stack([np.full((2, 2, 1), value, "float32") for value in values])
    return tf.data.Dataset.from_tensor_slices(images).batch(1)


def test_a_step_by_hand():
    """x = 1, scale 2: dL/dw = 2, and at a learning rate of 0.25 the weight falls from 3 to 2.5."""
    trainer = Trainer(scale=2.0)
    trainer.compile(keras.optimizers.SGD(0.25))
    history = trainer.fit(batches(1.0), shuffle=False, verbose=0).history
    assert trainer.weight == 2.5
    assert history == {"loss": [6.0], "raw": [3.0]}


def test_terms_are_means_over_the_epoch_and_evaluation_trains_nothing():
    """w x is 3, 6 and 9: 6 on average, times 2 for the loss."""
    trainer = Trainer(scale=2.0)
    trainer.compile(keras.optimizers.SGD(0.25))
    assert trainer.evaluate(batches(1.0, 2.0, 3.0), verbose=0, return_dict=True) == {"loss": 12.0, "raw": 6.0}
    assert trainer.weight == 3.0


def test_a_step_is_traced_once(monkeypatch):
    """With Adam, whose variables would be created in the first trace, and ask for another."""
    traced = []
    real = Trainer.compute_terms
    monkeypatch.setattr(Trainer, "compute_terms", lambda *a, **k: traced.append(1) or real(*a, **k))
    trainer = Trainer()
    trainer.compile(keras.optimizers.Adam(0.1))
    trainer.fit(batches(1.0, 2.0), epochs=2, verbose=0)
    assert len(traced) == 1


def test_float16_is_scaled_and_counts_what_it_skips():
    """A gradient of 1e6 overflows float16 (65504) at a scale of 1; the next, of 1, is taken: 3 - 0.25."""
    trainer = Trainer(dtype="mixed_float16")
    trainer.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.25), initial_scale=1.0))
    assert trainer.scales_loss
    trainer.scale = tf.Variable(1e6, trainable=False)
    skipped = trainer.fit(batches(1.0), shuffle=False, verbose=0).history["skipped"]
    assert skipped == [1.0]
    assert trainer.weight == 3.0
    trainer.scale.assign(1.0)
    assert trainer.fit(batches(1.0), shuffle=False, verbose=0).history["skipped"] == [0.0]
    assert trainer.weight == 2.75


def test_steps_that_only_collect_gradients_are_not_skipped():
    """Of two steps whose gradients are added up, the second moves the weight: their mean is 1, 3 - 0.25."""
    trainer = Trainer(dtype="mixed_float16")
    trainer.compile(keras.optimizers.SGD(0.25, gradient_accumulation_steps=2))
    history = trainer.fit(batches(1.0, 1.0), shuffle=False, verbose=0).history
    assert (history["skipped"], trainer.weight) == ([0.0], 2.75)


def test_steps_that_only_collect_gradients_draw_anew():
    trainer, drawn = Trainer(), []
    trainer.compile(keras.optimizers.SGD(0.25, gradient_accumulation_steps=2))
    for _ in range(4):
        drawn.append(np.asarray(trainer.step_seed(True).next()).tolist())
        trainer.train_on_batch(np.ones((1, 2, 2, 1)))
    assert drawn == [[step, 0] for step in range(4)]
    assert int(trainer.optimizer.iterations) == 2


def test_a_trainer_is_in_no_file(tmp_path):
    """What Keras would write, nothing loads."""
    with pytest.raises(UserError, match="Trainer: expected its network, model.network, to save or copy."):
        keras.saving.save_model(Trainer(), tmp_path / "trainer.keras")
    with pytest.raises(UserError, match="expected its network"):
        keras.models.clone_model(Trainer())


def test_small_gradients_survive_in_float16():
    """Each of 4 pixels has a share of 2.5e-8, which float16, in steps of 6e-8, rounds to 0.

    Scaled by 2^15, as a loss of 3e-7 is, it is 14,000 steps: the weight falls by 1e7 * 1e-7 = 1.
    """
    trainer = Trainer(scale=1e-7, dtype="mixed_float16")
    trainer.compile(keras.optimizers.SGD(1e7))
    trainer.fit(batches(1.0), shuffle=False, verbose=0)
    assert trainer.weight == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4, 1e7, 1e9])
def test_no_step_is_skipped_whatever_the_loss_begins_at(scale):
    """dL/dw is the scale; at a learning rate of 1/scale the weight falls from 3 by 1 a step."""
    trainer = Trainer(scale=scale, dtype="mixed_float16")
    trainer.compile(keras.optimizers.SGD(1 / scale))
    history = trainer.fit(batches(1.0, 1.0), shuffle=False, verbose=0).history
    assert history["skipped"] == [0.0]
    assert trainer.weight == pytest.approx(1.0, abs=0.01)


@pytest.mark.slow
def test_the_loss_scale_is_fitted_once_and_stays_with_the_optimizers_state():
    """Of a loss of 3e5, 2^10 / 3e5 is 0.0034, and 2^-9 the next lower power of two; of one of 3, 2^8."""
    trainer, other = Trainer(scale=1e5, dtype="mixed_float16"), Trainer(dtype="mixed_float16")
    for one in (trainer, other):
        one.compile(keras.optimizers.SGD(0.0))
        assert float(one.optimizer.dynamic_scale) == 0.0
        one.fit(batches(1.0, 1e-3), verbose=0)
    assert (float(trainer.optimizer.dynamic_scale), float(other.optimizer.dynamic_scale)) == (2.0**-9, 2.0**8)
    restore_training_state(other.network, other.optimizer, training_state(trainer.network, trainer.optimizer))
    other.fit(batches(1.0), verbose=0)
    assert float(other.optimizer.dynamic_scale) == 2.0**-9


def test_a_first_loss_that_is_not_finite_is_skipped_and_counted():
    trainer = Trainer(scale=np.inf, dtype="mixed_float16")
    trainer.compile(keras.optimizers.SGD(0.1))
    assert trainer.fit(batches(1.0), verbose=0).history["skipped"] == [1.0]
    assert trainer.weight == 3.0
    assert np.isfinite(float(trainer.optimizer.dynamic_scale))


@pytest.mark.parametrize("loss, power", [(0.0, 15), (1.0, 10), (1e4, -4), (7.5e6, -13), (1e30, -90), (np.nan, 10)])
def test_scales_that_fit(loss, power):
    assert float(fitting_scale(loss)) == 2.0**power


@pytest.mark.parametrize("dtype, metrics", [("float32", []), ("mixed_bfloat16", ["skipped"])])
def test_no_scaling_where_the_range_is_float32s(dtype, metrics):
    trainer = Trainer(dtype=dtype)
    trainer.compile(keras.optimizers.SGD(0.25))
    assert not trainer.scales_loss
    assert [metric.name for metric in trainer.metrics] == ["loss", "raw", *metrics]


def test_a_gradient_that_is_not_finite_trains_nothing_in_bfloat16_and_is_counted():
    """The root of 0 is 0 and its slope infinite: a loss that looks right. That of 12 - 3 has a slope of 1/6.

    Seen in trainings on processors that multiply matrices of bfloat16. What is learnt: 3 - 0.25 * 4 * (1 + 1/6).
    """

    class Rooted(Trainer):
        def compute_terms(self, images, training):
            terms = super().compute_terms(images, training)
            return terms | {"loss": terms["loss"] + tf.sqrt(terms["raw"] - 3.0)}

    trainer = Rooted(dtype="mixed_bfloat16")
    trainer.compile(keras.optimizers.SGD(0.25))
    history = trainer.fit(batches(1.0), shuffle=False, verbose=0).history
    assert (history["skipped"], history["loss"], trainer.weight) == ([1.0], [3.0], 3.0)
    assert trainer.fit(batches(4.0), shuffle=False, verbose=0).history["skipped"] == [0.0]
    assert trainer.weight == pytest.approx(3 - 7 / 6, abs=0.01)


class Normalized(PerceptualTrainer):
    """A network with batch normalization, whose trainer keeps how many photographs it has learnt of, and their mean."""

    def __init__(self, dtype):
        keras.utils.set_random_seed(0)
        with dtype_policy(dtype):
            layers = [keras.layers.Dense(2), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
            network = keras.Sequential([keras.Input((2, 2, 1)), *layers])
        super().__init__(network, ("loss",))
        options = {"trainable": False, "dtype": "float32", "aggregation": "mean"}
        self.learnt = [keras.Variable(0.0, **options) for _ in range(2)]

    @property
    def state(self):
        return self.learnt

    def compute_terms(self, images, training):
        made = ops.cast(self.network(images, training=training), "float32")
        return {"loss": ops.mean(ops.square(made - 1.0), axis=(1, 2, 3))}

    def learn_of(self, terms, images):
        count, mean = self.learnt
        count.assign(count + sum_of_replicas(ops.cast(ops.shape(images)[0], "float32")))
        mean.assign(0.5 * mean + 0.5 * ops.mean(terms["loss"]))

    def values(self):
        """Of everything that a step changes, but the scale of a loss and what counts up to it."""
        optimizer = getattr(self.optimizer, "inner_optimizer", self.optimizer)
        return [np.array(variable) for variable in (*self.network.weights, *optimizer.variables, *self.learnt)]


@pytest.mark.parametrize("eagerly", [True, False])
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_a_step_that_is_skipped_changes_nothing(dtype, eagerly):
    """Nor statistics of normalization, averages of the optimizer and what a trainer keeps; then it trains on."""
    trainer, good = Normalized(dtype), np.arange(8.0).reshape(2, 2, 2, 1)
    trainer.compile(keras.optimizers.Adam(0.1), run_eagerly=eagerly)
    for _ in range(2):
        trainer.train_on_batch(good)
    before = trainer.values()
    trainer.reset_metrics()
    assert trainer.train_on_batch(np.where(good == 3.0, np.nan, good), return_dict=True)["skipped"] == 1
    for old, new in zip(before, trainer.values(), strict=True):
        np.testing.assert_array_equal(new, old)
    trainer.reset_metrics()
    assert trainer.train_on_batch(good, return_dict=True)["skipped"] == 0
    assert float(trainer.learnt[0]) == 6
    assert all(np.isfinite(new).all() for new in trainer.values())
    assert all((new != old).any() for old, new in zip(before[:-2], trainer.values()[:-2], strict=True) if old.size > 1)


SKIPPED = """
import contextlib, sys
from fast_style.common.startup import start_backend
start_backend()
import keras, numpy as np, tensorflow as tf
from tests.common.training.test_trainer import Normalized
scope = contextlib.nullcontext
if sys.argv[1] == "replicas":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    scope = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope
good = np.arange(8.0, dtype="float32").reshape(2, 2, 2, 1)
bad = np.where(good == 3.0, np.nan, good)
for dtype in ("mixed_bfloat16", "mixed_float16"):
    found = []
    for batches in ([good, good, bad, good], [good] * 3):
        with scope():
            model = Normalized(dtype)
            model.compile(keras.optimizers.Adam(0.1))
        history = model.fit(np.concatenate(batches), batch_size=2, shuffle=False, verbose=0).history
        found.append(model.values())
        assert history["skipped"][0] == len(batches) - 3, history
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=0 if dtype == "mixed_bfloat16" else 1e-2, atol=1e-6)
print(keras.backend.backend(), scope is contextlib.nullcontext)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend, workers", [("jax", "alone"), ("tensorflow", "replicas")])
def test_a_skipped_step_is_as_if_it_had_not_been(backend, workers, fresh_processes):
    """By JAX, and where one of two replicas alone has what is not finite."""
    if backend == "jax":
        pytest.importorskip("jax")
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = fresh_processes.run(SKIPPED, workers, env=environment, cwd=Path(__file__).parents[3])
    assert done.stdout.split() == [backend, str(workers == "alone")], done.stderr[-3000:]


def test_metrics_are_there_before_compiling():
    assert [metric.name for metric in Trainer().metrics] == ["loss", "raw"]


def test_call_is_the_networks():
    assert float(Trainer()(np.full((1, 2, 2, 1), 2.0, "float32"))[0, 0, 0, 0]) == 6.0


def test_terms_are_for_subclasses_to_compute():
    with pytest.raises(NotImplementedError):
        PerceptualTrainer(keras.Sequential([keras.Input((1,))]), ("loss",)).compute_terms(None, training=True)


@pytest.mark.parametrize("name", ["loss", "loss_weights", "metrics", "weighted_metrics"])
def test_losses_and_metrics_are_refused_and_stand_where_keras_has_them(name):
    """`compile("adam", "mse")` made "mse" the choice of XLA."""
    position = list(inspect.signature(keras.Model.compile).parameters).index(name)
    arguments = ["sgd", *(None,) * (position - 2), "mse"]
    with pytest.raises(UserError, match=f"^compile, {name}: expected none, .* Received: 'mse'$"):
        Trainer().compile(*arguments)
    assert list(inspect.signature(Trainer.compile).parameters) == list(
        inspect.signature(keras.Model.compile).parameters
    )


@pytest.mark.parametrize("optimizer", [None, "addam", keras.optimizers.Adam, 3])
def test_an_optimizer_that_is_none(optimizer):
    with pytest.raises(UserError, match=r"^optimizer: expected a Keras optimizer or its name\. Received: "):
        Trainer().compile(optimizer)


def test_a_choice_of_xla_that_is_none():
    with pytest.raises(UserError, match=r"^jit_compile: expected True, False or 'auto'\. Received: 'mse'$"):
        Trainer().compile("sgd", jit_compile="mse")


def test_what_keras_compile_takes_is_passed_on():
    """4 batches in steps of 2, eagerly; the loss unscaled in float16 where somebody asks for that."""
    trainer = Trainer(dtype="mixed_float16")
    trainer.compile("sgd", run_eagerly=True, steps_per_execution=2, auto_scale_loss=False)
    assert (trainer.run_eagerly, trainer.steps_per_execution, trainer.scales_loss) == (True, 2, False)
    assert trainer.fit(batches(1.0, 2.0, 3.0, 4.0), verbose=0).history["loss"] == [pytest.approx(7.5, rel=0.2)]


WEIGHTS = "sample_weight: expected none, because every photograph counts alike. Received: weights"


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_weights_of_samples_are_refused(method):
    trainer = Trainer()
    trainer.compile("sgd")
    images, weights = np.ones((2, 2, 2, 1)), np.ones(2)
    with pytest.raises(UserError, match=f"^{WEIGHTS}$"):
        getattr(trainer, method)(images, sample_weight=weights)
    if method in ("fit", "evaluate"):
        with pytest.raises(UserError, match=f"^{WEIGHTS}$"):
            getattr(trainer, method)(tf.data.Dataset.from_tensors((images, weights, weights)), verbose=0)


@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
def test_weights_of_classes_are_refused(method):
    trainer = Trainer()
    trainer.compile("sgd")
    with pytest.raises(UserError, match=r"^class_weight: expected none, .*Received: weights$"):
        getattr(trainer, method)(np.ones((2, 2, 2, 1)), np.ones(2), class_weight={0: 2.0})


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
@pytest.mark.parametrize("frozen_by", ["network", "trainer"])
def test_a_network_that_is_frozen_whole_is_not_trained(method, frozen_by):
    trainer = Trainer()
    trainer.compile("sgd")
    (trainer.network if frozen_by == "network" else trainer).trainable = False
    with pytest.raises(UserError, match=r"^network: expected one with weights to train\. Received: a frozen one"):
        getattr(trainer, method)(np.ones((1, 2, 2, 1)))
    assert trainer.evaluate(np.ones((1, 2, 2, 1)), verbose=0, return_dict=True)["raw"] == 3.0
