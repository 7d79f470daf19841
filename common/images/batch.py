"""Batches of pictures: their shape, told before it fails inside of layers, and those of none."""

from keras import ops

from fast_style.common.errors import UserError


def check_batch(images, name="images"):
    """Raises UserError for what is no tensor or array (batch, height, width, 3), as far as its shape is known.

    Args:
        images: what a network or trainer is called with; symbolic tensors too.
        name: of the argument, for the error.
    """
    expected = f"{name}: expected a tensor or array (batch, height, width, 3)"
    if not hasattr(images, "shape"):
        raise UserError(f"{expected}. Received: {type(images).__name__}")
    try:
        shape = tuple(images.shape)
    except ValueError:  # TensorFlow does not know the rank yet
        return
    if len(shape) != 4 or shape[-1] not in (3, None):
        advice = f"; a picture is a batch of one as {name}[None]" if len(shape) == 3 and shape[-1] in (3, None) else ""
        raise UserError(f"{expected}. Received: {shape}{advice}")


def filled(images):
    """The batch with a black picture where it has none, as it may be known only when a graph runs.

    Layers, and the operations below them, answer an empty batch in ways of their own, from another shape to an error.

    Args:
        images: tensor (batch, ...).

    Returns:
        (images, number of pictures before).
    """
    shape = ops.shape(images)
    if images.shape[0] == 0:
        return ops.zeros((1, *shape[1:]), images.dtype), 0
    import tensorflow as tf  # no other backend has batches of a size that is not known

    more = tf.pad(images, [[0, tf.maximum(1 - shape[0], 0)], *[[0, 0]] * (len(images.shape) - 1)])
    more.set_shape((None, *images.shape[1:]))
    return more, shape[0]
