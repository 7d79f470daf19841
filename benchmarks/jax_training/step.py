"""A training step that XLA compiles whole."""

import jax
import keras
from jax import numpy as jnp
from keras import ops

from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.networks.precision import dtype_policy


class Step:
    """A compiled training step for all jobs of one structure.

    Args:
        task: :class:`benchmarks.jax_training.tasks.StyleTask` or its sister.
        settings: of the first of the jobs.

    Attributes:
        network: the Keras network that is trained; its variables are set by :meth:`store`.
        loss_network: :class:`LossNetwork`, or None.
    """

    def __init__(self, task, settings):
        self.settings, self.task, self.loss_network = settings, task, None
        layers = task.layers(settings)
        with dtype_policy(settings.precision):
            self.network = task.network(settings)
            if layers:
                self.loss_network = build_loss_network(
                    settings.loss_network, layers, settings.loss_weights, pooling=settings.pooling
                )
        self.frozen = [v.value for v in self.loss_network.model.non_trainable_variables] if layers else []
        self.optimizer = keras.optimizers.Adam()
        self.optimizer.build(self.network.trainable_variables)
        self.run = jax.jit(self._run, donate_argnums=0)
        self.measure = jax.jit(self._measure)

    def state(self):
        """Of the network's weights as they are, and a new optimizer."""
        return {
            "trainable": [jnp.array(v.value) for v in self.network.trainable_variables],
            "other": [jnp.array(v.value) for v in self.network.non_trainable_variables],
            "optimizer": [jnp.zeros_like(v.value) for v in self.optimizer.variables],
        }

    def store(self, state):
        """Puts the weights of a state into the network."""
        for variables, values in (
            (self.network.trainable_variables, state["trainable"]),
            (self.network.non_trainable_variables, state["other"]),
        ):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    def _terms(self, trainable, other, frozen, photos, iteration, key, constants, training):
        """(terms, each a mean over the batch, other variables)."""
        kept = [other]

        def network(images):
            outputs, kept[0] = self.network.stateless_call(trainable, other, images, training=training)
            return outputs

        def features_of(images):
            return self.loss_network.model.stateless_call([], frozen, images, training=False)[0]

        photos = ops.cast(photos, "float32")
        terms = self.task.terms(self.settings, network, features_of, photos, iteration, key, constants, training)
        return {name: jnp.mean(value) for name, value in terms.items()}, kept[0]

    def _run(self, state, frozen, photos, iteration, rate, seed, constants):
        """(next state, terms) of a batch, uint8 (batch, size, size, 3); the state is used up."""
        key = jax.random.fold_in(jax.random.key(seed), iteration)

        def loss(trainable):
            terms, other = self._terms(trainable, state["other"], frozen, photos, iteration, key, constants, True)
            return terms["loss"], (terms, other)

        (_, (terms, other)), gradients = jax.value_and_grad(loss, has_aux=True)(state["trainable"])
        pairs = zip(self.optimizer.variables, state["optimizer"], strict=True)
        optimizer = [rate if variable is self.optimizer._learning_rate else value for variable, value in pairs]
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, state["trainable"])
        return {"trainable": trainable, "other": other, "optimizer": optimizer}, terms

    def _measure(self, state, frozen, photos, constants):
        """Terms of photographs as a network in use paints them."""
        key = jax.random.key(0)
        return self._terms(state["trainable"], state["other"], frozen, photos, jnp.inf, key, constants, False)[0]
