"""What training a network with perceptual losses has in common, whatever the task."""

import keras
import tensorflow as tf
from keras import ops

from fast_style.common.layers import cpu_convolutions


class PerceptualTrainer(keras.Model):
    """A Keras model around a network, with a `train_step` that minimises and tracks named loss terms.

    Subclasses implement :meth:`compute_terms` and :meth:`preview`. The trainer holds the loss network outside Keras'
    tracking, so that checkpoints hold what is trained and no more.

    Args:
        network: the ``keras.Model`` to train.
        term_names: names of the terms, ``"loss"`` first.
    """

    preview_labels = ()

    def __init__(self, network, term_names, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self._trackers = {name: keras.metrics.Mean(name=name) for name in term_names}
        self._skipped = keras.metrics.Sum(name="skipped")
        self.built = True

    def compute_terms(self, data, training):
        """Named loss terms of a batch, each float32 (batch,); ``"loss"`` is what is minimised."""
        raise NotImplementedError

    @staticmethod
    def with_term(terms, name, weight, value):
        """Terms with one more, unweighted, which is minimised too: ``"loss"`` grows by its weight times it."""
        return {**terms, "loss": terms["loss"] + weight * value, name: value}

    def step_seed(self, training):
        """Seed of what a step draws, of the iteration's number alone: a resumed run goes on as if never stopped."""
        return ops.cast(self.optimizer.iterations, "int32") if training else -1

    def check_preview(self, photo):
        """Raises UserError where :meth:`preview` cannot show a uint8 photograph."""

    def preview(self, photo):
        """Pictures to look at during training, a row of the previews: uint8 photograph in, list of uint8 out.

        They stand below :attr:`preview_labels`.
        """
        raise NotImplementedError

    def compile(self, optimizer="adam", jit_compile=None, **kwargs):
        """As ``keras.Model.compile``, without losses, which the model brings along.

        XLA is left off on CPUs, where it makes these convolutions 2 to 4 times slower, and to Keras'
        choice elsewhere. A Keras optimizer is wrapped for loss scaling wherever the network computes in
        float16; Keras does so only for models whose own policy is mixed_float16.
        """
        if jit_compile is None:
            jit_compile = "auto" if tf.config.list_physical_devices("GPU") else False
        optimizer = keras.optimizers.get(optimizer)
        if self.network.compute_dtype == "float16" and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            # Keras starts at 2^15, for losses near 1. Ours, on pixels of 0..255, are 1e4 and more: from
            # there the first dozen steps would all overflow and be skipped.
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=16.0)
        super().compile(optimizer=optimizer, jit_compile=jit_compile, auto_scale_loss=False, **kwargs)
        # Variables that a step creates make TensorFlow trace it twice: seconds, with a VGG in it.
        if self.network.built and not self.optimizer.built:
            self.optimizer.build(self.network.trainable_variables)

    def fit(self, x=None, *args, **kwargs):
        """As ``keras.Model.fit``; a ``tf.data.Dataset`` is not asked to be shuffled, which Keras warns about."""
        if isinstance(x, tf.data.Dataset):
            kwargs.setdefault("shuffle", False)
        return super().fit(x, *args, **kwargs)

    @property
    def scales_loss(self):
        return isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer)

    @property
    def metrics(self):
        skipped = [self._skipped] if getattr(self, "compiled", False) and self.scales_loss else []
        return [*self._trackers.values(), *skipped]

    def call(self, images, training=None):
        return self.network(images, training=training)

    def train_step(self, data):
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape, cpu_convolutions():
            terms = self.compute_terms(images, training=True)
            # Without scale_loss, mixed_float16 trains nothing and says nothing: gradients underflow.
            loss = self.optimizer.scale_loss(tf.reduce_mean(terms["loss"]))
        variables = self.network.trainable_variables
        gradients = tape.gradient(loss, variables)
        before = tf.convert_to_tensor(self.optimizer.iterations)
        self.optimizer.apply(gradients, variables)
        if self.scales_loss:
            taken = tf.convert_to_tensor(self.optimizer.iterations) - before
            self._skipped.update_state(1 - tf.cast(taken, "float32"))
        return self._track(terms)

    def test_step(self, data):
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self._track(self.compute_terms(images, training=False))

    def _track(self, terms):
        for name, value in terms.items():
            self._trackers[name].update_state(value)
        return {metric.name: metric.result() for metric in self.metrics}

    def save(self, *args, **kwargs):
        """Refused: a trainer does not come back from a file. Save ``model.network``."""
        raise NotImplementedError("Save the trained network, not the trainer: model.network.save(path)")
