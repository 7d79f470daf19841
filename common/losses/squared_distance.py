"""The squared Euclidean distance over C H W that pixel and feature loss share."""

from keras import ops

from fast_style.common.errors import UserError


def mean_squared_distance(what, target, output):
    """``||output - target||^2 / (C H W)``, float32 (batch,).

    Raises:
        UserError: the static shapes differ in height, width or channels.
    """
    check_alike(what, target, output)
    difference = ops.cast(output, "float32") - ops.cast(target, "float32")
    return ops.mean(ops.square(difference), axis=(1, 2, 3))


def check_alike(what, target, output):
    """Raises UserError where the static shapes differ in height, width or channels."""
    have, want = tuple(output.shape[1:]), tuple(target.shape[1:])
    if len(have) != len(want) or any(h != w for h, w in zip(have, want, strict=True) if None not in (h, w)):
        raise UserError(
            f"{what}: target and output must have one (height, width, channels). Received: target {want}, output {have}"
        )
