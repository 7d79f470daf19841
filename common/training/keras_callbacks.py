"""Keras' own callbacks: what of them would fail behind the first epoch is told or mended when `fit` starts."""

import string

import keras

from fast_style.common.errors import UserError


def prepare_callbacks(callbacks, terms, validates):
    """Has callbacks that monitor a term look for its minimum, which Keras knows of ``"loss"`` alone.

    Args:
        callbacks: what ``fit`` is given: a callback, a list of them, or None.
        terms: names of the metrics.
        validates: whether there are photographs to validate on.

    Raises:
        UserError: a ModelCheckpoint of a format that networks are not saved in; a callback that needs a validation,
            where there is none.
    """
    for callback in callbacks if isinstance(callbacks, list | tuple) else [callbacks]:
        name, monitor = type(callback).__name__, getattr(callback, "monitor", None)
        needed = [monitor]
        if isinstance(callback, keras.callbacks.ModelCheckpoint):
            if not callback.filepath.endswith((".keras", ".weights.h5")):
                raise UserError(
                    f"callbacks, {name}: expected a file that ends in .keras, or in .weights.h5 with "
                    f"save_weights_only=True. Received: {callback.filepath!r}"
                )
            named = [field for _, field, _, _ in string.Formatter().parse(callback.filepath)]
            needed = [*named, monitor if callback.save_best_only else None]
        missing = [one for one in needed if one and one.removeprefix("val_") in terms and one not in terms]
        if missing and not validates:
            raise UserError(
                f"callbacks, {name}: expected one of {', '.join(terms)}, or validation_data. Received: {missing[0]}"
            )
        if monitor and monitor.removeprefix("val_") in terms and getattr(callback, "mode", None) == "auto":
            callback.mode = "min"
