"""Loss scaling for float16 that begins where the first loss fits."""

import keras
from keras import ops

# What the first loss is scaled to at most. Losses on pixels of 0..255 begin at 1e4 to 1e7. At the README's weights
# (7e6, VGG19, 32x32 pixels) gradients overflow from 2^17 on, and earlier the fewer pixels share the loss; down to 2
# they keep their direction (cosine 0.9998 with those in float32).
FIRST_LOSS = 2.0**10
# Keras' own begin, for losses near 1.
LARGEST_SCALE = 2.0**15


@keras.saving.register_keras_serializable(package="fast_style")
class FittedLossScale(keras.optimizers.LossScaleOptimizer):
    """``keras.optimizers.LossScaleOptimizer`` whose scale is fitted to the loss of the first step.

    Keras begins at 2^15 and halves it at each step that overflows: from there to what a loss of 1e7 asks for is more
    than twenty steps that train nothing.

    Args:
        inner_optimizer: a Keras optimizer.
        initial_scale: 0 (default) to fit it. What a checkpoint has is another number.
        kwargs: as of ``keras.optimizers.LossScaleOptimizer``.
    """

    def __init__(self, inner_optimizer, initial_scale=0.0, **kwargs):
        super().__init__(inner_optimizer, initial_scale=initial_scale, **kwargs)

    def scale_loss(self, loss):
        self._fit(ops.stop_gradient(loss))
        return super().scale_loss(loss)

    def _fit(self, loss):
        """Sets the scale, unless it is set; a replica's loss is a part of the loss."""
        if keras.backend.backend() != "tensorflow":
            self._assign(loss)
            return
        import tensorflow as tf

        def of_all_replicas(strategy, loss):
            self._assign(strategy.reduce(tf.distribute.ReduceOp.SUM, loss, axis=None))

        tf.distribute.get_replica_context().merge_call(of_all_replicas, args=(loss,))

    def _assign(self, loss):
        before = ops.convert_to_tensor(self.dynamic_scale)
        self.dynamic_scale.assign(ops.where(before > 0, before, fitting_scale(loss)))


def fitting_scale(loss):
    """The largest power of two, at most 2^15, with which a loss stays within `FIRST_LOSS`: float32 scalar tensor."""
    loss = ops.cast(loss, "float32")
    # A loss that is not finite fits no scale; Keras halves from here.
    loss = ops.where(ops.isfinite(loss), loss, 1.0)
    power = ops.log2(FIRST_LOSS / ops.maximum(loss, FIRST_LOSS / LARGEST_SCALE))
    return 2.0 ** ops.floor(power + 1e-3)  # logarithms of powers of two come out a little less
