"""The first batch of photographs that `fit` is given, checked before a step is taken on it."""

import inspect
import os
from collections.abc import Mapping

import keras
import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.images.batch import check_batch

# No photograph of 0..255 is as dark as this everywhere, where pixels are 0..1, -1..1 or standardized.
DARKEST = 3.0
# Filters that resize pass 0..255 by less.
OVERSHOOT = 64.0
# Pictures of an array that are looked at.
LOOKED_AT = 16


class FirstBatch:
    """Looks at the first batch of what a trainer is given, when it comes: nothing is read twice.

    Args:
        given: what a trainer is given to read from, each as :meth:`of` has it.
    """

    def __init__(self, *given):
        self._error = None
        self._photographs = [one for data in given for one in _photographs_of(data)]

    def told(self, error):
        """The UserError that TensorFlow put into an error of its own; None where there was none.

        Args:
            error: what was raised.
        """
        return self._error or next(filter(None, (one.told(error) for one in self._photographs)), None)

    def of(self, data, name):
        """The same data, which raises UserError where the first photographs have another shape or range.

        Args:
            data: what Keras takes: an array, a tensor, tf.data, a generator, a ``keras.utils.PyDataset``. What else
                yields batches is left to Keras; a trainer's step looks at their shape.
            name: of the argument.
        """
        if data is None or isinstance(data, str | os.PathLike):
            advice = "" if data is None else f"; photos({str(data)!r}) reads a folder"
            raise UserError(f"{name}: expected photographs, as arrays or batches. Received: {data!r}{advice}")
        if inspect.isgenerator(data):
            return self._of_generator(data, name)
        if isinstance(data, keras.utils.PyDataset):
            check_photographs(_first(data[0]), name)
        elif hasattr(data, "element_spec") and hasattr(data, "enumerate"):
            return self._of_dataset(data, name)
        elif isinstance(data, list | tuple | Mapping) or hasattr(data, "shape"):
            check_batch(data, name)
            if not data.shape[0]:
                raise UserError(f"{name}: expected at least one photograph. Received: {tuple(data.shape)}")
            check_photographs(data[:LOOKED_AT], name)
        return data

    def _of_generator(self, batches, name):
        for number, batch in enumerate(batches):
            if number == 0:
                check_photographs(_first(batch), name)
            # Keras takes tuples only from generators.
            yield batch if isinstance(batch, tuple) else (batch,)

    def _of_dataset(self, dataset, name):
        """A tf.data whose first batch goes through a function."""
        import tensorflow as tf

        spec = _first(dataset.element_spec)
        check_batch(spec, name)
        if spec.dtype == tf.uint8:
            return dataset

        def look(photographs):
            try:
                check_photographs(photographs, name)
            except UserError as error:
                self._error = error
                raise
            return photographs

        def pass_on(number, batch):
            photographs, *rest = batch if isinstance(batch, tuple) else (batch,)
            looked = tf.cond(
                tf.equal(number, 0),
                lambda: tf.ensure_shape(tf.numpy_function(look, (photographs,), spec.dtype), spec.shape),
                lambda: photographs,
            )
            return (looked, *rest)

        return dataset.enumerate().map(pass_on)


def _photographs_of(data):
    """The streams of photographs that ``photos`` made a tf.data of, or what it was made into."""
    if not hasattr(data, "element_spec"):
        return []
    if hasattr(data, "photographs"):
        return [data.photographs]
    inputs = getattr(data, "_inputs", list)()  # a name of TensorFlow's own, which may move
    return [one for part in inputs for one in _photographs_of(part)]


def check_photographs(photographs, name):
    """Raises UserError for a batch of another shape, or whose pixels are not RGB 0..255.

    Args:
        photographs: array or tensor (batch, height, width, 3). Those of uint8 have the range.
        name: of the argument.
    """
    check_batch(photographs, name)
    pixels = np.asarray(photographs)
    if pixels.dtype == np.uint8 or not pixels.size:
        return
    expected = f"{name}: expected photographs of 0..255"
    if not _is_real(pixels.dtype):
        raise UserError(f"{expected}. Received: {pixels.dtype}")
    # NumPy neither compares bfloat16 nor float8 as floats of its own.
    values = pixels if pixels.dtype.kind in "iu" else pixels.astype("float32")
    low, high = float(values.min()), float(values.max())
    if not np.isfinite((low, high)).all():
        raise UserError(f"{expected}. Received: values that are not finite")
    if 0 < max(-low, high) <= DARKEST:
        raise UserError(
            f"{expected}. Received: {pixels.dtype} from {low:.3g} to {high:.3g}, which looks like {_scale(low, high)}"
        )
    if low < -OVERSHOOT or high > 255 + OVERSHOOT:
        raise UserError(f"{expected}. Received: {pixels.dtype} from {low:.5g} to {high:.5g}")


def _is_real(dtype):
    """Whether numbers are whole or of floating point, of kinds that NumPy does not know too; of no truth, no text."""
    try:
        name = keras.backend.standardize_dtype(dtype)
    except ValueError:
        return False
    return keras.backend.is_float_dtype(name) or keras.backend.is_int_dtype(name)


def _scale(low, high):
    if high > 1:
        return "standardized pixels"
    return "-1..1: add 1 and multiply by 127.5" if low < 0 else "0..1: multiply by 255"


def _first(data):
    """The photographs of what may have targets and weights beside them."""
    return keras.utils.unpack_x_y_sample_weight(data)[0]
