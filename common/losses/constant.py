"""What a loss keeps of its target."""

import keras


def constant(value):
    """A value that is no weight, but state: one compiled step serves losses that keep others of its shape.

    Args:
        value: tensor; it is kept in float32.

    Returns:
        ``keras.Variable``.
    """
    return keras.Variable(value, trainable=False, autocast=False, dtype="float32")
