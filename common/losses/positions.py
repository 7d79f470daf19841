"""Features as a set of vectors, one a position: what statistics of style are taken of."""

from keras import ops


def position_vectors(features):
    """float (batch, height, width, channels) -> float32 (batch, height width, channels)."""
    shape = ops.shape(features)
    return ops.reshape(ops.cast(features, "float32"), (shape[0], shape[1] * shape[2], shape[3]))


def mean_vector(features):
    """float (batch, height, width, channels) -> float32 (batch, channels), the mean over positions."""
    return ops.mean(ops.cast(features, "float32"), axis=(1, 2))


def mean_square(difference):
    """float32 (batch, n) -> (batch,)."""
    return ops.mean(ops.square(difference), axis=1)
