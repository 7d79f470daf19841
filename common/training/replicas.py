"""What the replicas of a training step, each of which has some of its photographs, know of each other."""

import keras


def count_of_replicas():
    """How many replicas run the step at hand: 1 but within a strategy of TensorFlow's."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    replica = tf.distribute.get_replica_context()
    return replica.num_replicas_in_sync if replica else 1


def sum_of_replicas(value):
    """The sum of a tensor over the replicas that run a step, in each of them. All must call it."""
    if count_of_replicas() == 1:
        return value
    import tensorflow as tf

    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, value)
