"""Keras's Adam, each variable updated by one operation of TensorFlow's."""

import keras


class Adam(keras.optimizers.Adam):
    """``keras.optimizers.Adam``, to the same numbers but for rounding, in a third of the time.

    Keras writes the rule (Kingma and Ba 2015, algorithm 1, in the order of section 2) in some forty operations
    for each variable. They were half of what a training step is traced of, and on two cores with AVX2 take 13 ms
    for the 47 variables of the paper's network, where one for each takes 5 ms (docs/experiments/2026-11-27-adam.md).

    Arguments, states and errors are those of ``keras.optimizers.Adam``. With ``amsgrad``, and in backends other
    than TensorFlow, updates are Keras's own. A variable with an attribute ``learning_rate_factor`` has its learning
    rate times that.
    """

    def update_step(self, gradient, variable, learning_rate):
        try:
            # Of Keras' variable, of TensorFlow's, by which Keras calls it, or of a replica's part of that.
            index = self._get_variable_index(variable)
            factor = getattr(self._trainable_variables[index], "learning_rate_factor", 1.0)
        except AttributeError:  # names of Keras' own, which may move
            return super().update_step(gradient, variable, learning_rate)
        learning_rate = learning_rate * factor
        if self.amsgrad or keras.backend.backend() != "tensorflow":
            return super().update_step(gradient, variable, learning_rate)
        try:
            momentum, velocity = self._momentums[index].handle, self._velocities[index].handle
        except AttributeError:  # names of Keras' own, which may move
            return super().update_step(gradient, variable, learning_rate)
        import tensorflow as tf

        dtype = variable.dtype
        step = tf.cast(self.iterations + 1, dtype)
        return tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=momentum,
            v=velocity,
            beta1_power=tf.pow(tf.cast(self.beta_1, dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, dtype), step),
            lr=tf.cast(learning_rate, dtype),
            beta1=tf.cast(self.beta_1, dtype),
            beta2=tf.cast(self.beta_2, dtype),
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )
