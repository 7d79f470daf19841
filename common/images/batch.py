"""The shape of a batch of pictures, told before it fails inside of layers."""

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
