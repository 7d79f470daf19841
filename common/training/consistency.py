"""Consistency: two views of a photograph, put back, are compared; what is in the photograph stays, a grid does not.

A term of consistency has ``views``: a function of photographs, float (batch, height, width, 3), a function from a
number to a seed, and the pixels a side that are cut off of outputs, to

* two batches of views, of the same size, of which the first is what other terms compare with;
* pixels down and right by which what the second shows lies further on in the first, on the whole: (2,) or (batch, 2);
  None where the networks of the task do not ask for it;
* a function from what the network makes of both to what shows the same of both.
"""

import keras
from keras import ops


class StepSeed(keras.random.SeedGenerator):
    """A seed of the iteration and of what is drawn: a resumed run draws as if it had never stopped.

    Args:
        iteration: scalar int tensor.
        number: of the draw within a step.
        share: of the step's photographs, as of :func:`common.keras_ops.drawn`.
    """

    def __init__(self, iteration, number, share=None):
        # Not that of Keras' class, which would make a variable.
        self.iteration, self.number, self.share = iteration, number, share

    def next(self, ordered=True):
        dtype = keras.backend.random_seed_dtype() if hasattr(keras.backend, "random_seed_dtype") else "uint32"
        numbers = [ops.cast(self.iteration, "int32"), ops.convert_to_tensor(self.number, "int32")]
        return ops.cast(ops.stack(numbers), dtype)
