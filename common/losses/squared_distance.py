"""The squared Euclidean distance over C H W that pixel and feature loss share."""

from keras import ops

from common.errors import UserError


def mean_squared_distance(what, target, output):
    """``||output - target||^2 / (C H W)``, float32 (batch,).

    Raises:
        UserError: the static shapes differ in height, width or channels.
    """
    for have, want in zip(output.shape[1:], target.shape[1:], strict=False):
        if have is not None and want is not None and have != want:
            raise UserError(
                f"{what}: target and output must have one (height, width, channels). "
                f"Received: target {tuple(target.shape[1:])}, output {tuple(output.shape[1:])}"
            )
    difference = ops.cast(output, "float32") - ops.cast(target, "float32")
    return ops.mean(ops.square(difference), axis=(1, 2, 3))
