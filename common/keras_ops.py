"""``keras.ops``, imported when a function of it is first asked for: what works on arrays alone starts no TensorFlow."""


class _Ops:
    def __getattr__(self, name):
        import keras

        return getattr(keras.ops, name)


ops = _Ops()


def drawn(draw, shape, *limits, seed, axis=0):
    """A draw for each photograph of a step.

    A replica, which has some photographs of a step, draws for all and takes what is its own: the same as if one had
    all of them.

    Args:
        draw: function of ``keras.random``.
        shape: of the draw for photographs at hand.
        limits: further arguments of `draw`.
        seed: of a step, whose attribute ``share`` is None where all photographs are at hand, or (number of the first,
            number of all).
        axis: that photographs are along.
    """
    share = getattr(seed, "share", None)
    if share is None:
        return draw(shape, *limits, seed=seed)
    first, count = share
    whole = draw((*shape[:axis], count, *shape[axis + 1 :]), *limits, seed=seed)
    return whole[(slice(None),) * axis + (slice(first, first + shape[axis]),)]
