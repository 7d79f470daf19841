"""Keras callbacks of a training run. `run` puts them together; each also works alone in `fit`."""

import contextlib
import math
import sys
import time

import keras
import numpy as np
from tqdm import tqdm

from fast_style.common.images.image_io import write_photo
from fast_style.common.streams import warn
from fast_style.common.training.checkpoint import training_state


def sync(model):
    """Lets a model's variables have their values during ``fit``: Keras' JAX trainer keeps them elsewhere."""
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()


class NonFiniteError(RuntimeError):
    """A loss term or a weight became NaN or infinite; the message names it and the iteration."""


class StopOnNonFinite(keras.callbacks.Callback):
    """Stops training with :class:`NonFiniteError` as soon as a loss term is NaN or infinite."""

    def __init__(self, start=0):
        super().__init__()
        self.iteration = start

    def on_train_batch_end(self, batch, logs=None):
        self.iteration += 1
        for name, value in sorted((logs or {}).items(), key=lambda item: item[0] == "loss"):
            if not math.isfinite(value):
                raise NonFiniteError(f"{name} is {value} at iteration {self.iteration}")


class CountIterations(keras.callbacks.Callback):
    """Counts iterations, and knows whether the weights are those behind a whole one. It goes before other callbacks.

    Args:
        start: iterations done before.
    """

    def __init__(self, start=0):
        super().__init__()
        self.iteration, self.is_whole = start, True

    def on_train_batch_begin(self, batch, logs=None):
        self.is_whole = False

    def on_train_batch_end(self, batch, logs=None):
        self.iteration, self.is_whole = self.iteration + 1, True


class SaveCheckpoints(keras.callbacks.Callback):
    """Saves the training state every N iterations, at the end, and when asked to stop.

    Args:
        checkpoints: :class:`Checkpoints`.
        every: iterations between checkpoints.
        start: iterations done before.
        on_save: called with the iteration behind each save.
    """

    def __init__(self, checkpoints, every, start=0, on_save=None):
        super().__init__()
        self.checkpoints, self.every, self.iteration = checkpoints, every, start
        self.saved, self.on_save = start, on_save

    def on_train_batch_end(self, batch, logs=None):
        self.iteration += 1
        if self.iteration % self.every == 0:
            self.save()

    def save(self):
        """Saves now, unless this iteration is saved already or its weights are not finite."""
        if self.iteration == self.saved:
            return
        sync(self.model)
        state = training_state(self.model.network, self.model.optimizer, self.model.state)
        for name, array in state.items():
            if not np.isfinite(array).all():
                raise NonFiniteError(f"{name} is not finite at iteration {self.iteration}")
        self.checkpoints.save(self.iteration, state)
        self.saved = self.iteration
        if self.on_save:
            self.on_save(self.iteration)


class Report(keras.callbacks.Callback):
    """A progress bar with the loss terms, images a second and the time left; TensorBoard scalars.

    Losses are means over the last `every` iterations. Where standard error is no terminal, a line
    is printed for each such interval instead of a bar.

    Args:
        total: iterations of the whole run.
        start: iterations done before.
        batch_size: images an iteration.
        every: iterations that are averaged.
        board: a :class:`TensorBoard`, or None.

    The log has every term; shown are those that are not of one layer, what is minimised first.
    """

    def __init__(self, total, start, batch_size, every, board=None):
        super().__init__()
        self.total, self.iteration, self.batch_size, self.every = total, start, batch_size, every
        self.board, self.last = board, {}
        self._since, self._start_of_interval = time.perf_counter(), start
        self.bar = None

    def on_train_begin(self, logs=None):
        self._since = time.perf_counter()
        self.bar = tqdm(
            total=self.total, initial=self.iteration, unit="it", disable=None, dynamic_ncols=True, smoothing=0.05
        )

    def on_train_batch_end(self, batch, logs=None):
        self.iteration += 1
        self.bar.update(1)
        if self.iteration % self.every == 0 or self.iteration == self.total:
            self._report(dict(logs))

    def _report(self, logs):
        seconds = time.perf_counter() - self._since
        iterations = self.iteration - self._start_of_interval
        self._since, self._start_of_interval = time.perf_counter(), self.iteration
        speed = iterations * self.batch_size / seconds
        self.last = {name: float(value) for name, value in logs.items()}
        terms = [name for name in logs if "/" not in name and name != "skipped"]
        shown = {name: f"{logs[name]:.3g}" for name in sorted(terms, key=lambda name: name != "loss")}
        if logs.get("skipped"):
            shown["skipped"] = f"{logs['skipped']:.0f}"
        text = f"{', '.join(f'{name} {value}' for name, value in shown.items())}, {speed:.2f} images/s"
        if self.bar.disable:
            left = (self.total - self.iteration) * seconds / iterations
            warn(f"{self.iteration}/{self.total}: {text}, {tqdm.format_interval(left)} left")
        else:
            self.bar.set_postfix_str(text)
        if self.board:
            self.board.scalars("train", {**logs, "images_per_second": speed}, self.iteration)
        sync(self.model)
        self.model.reset_metrics()

    def exclude(self, seconds):
        """Leaves time that went into something else than training out of images a second and the time left."""
        self._since += seconds

    def close(self):
        """Ends the bar, also where training ended with an error."""
        if self.bar is not None:
            self.bar.close()

    def on_train_end(self, logs=None):
        self.close()


class Previews(keras.callbacks.Callback):
    """Writes a picture of what the network makes of some photographs, every N iterations.

    Args:
        picture: function without arguments that returns uint8 (height, width, 3).
        folder: where ``iteration-00001000.png`` goes.
        every: iterations between pictures; 0 for none.
        start: iterations done before.
        board: a :class:`TensorBoard`, or None.
    """

    def __init__(self, picture, folder, every, start=0, board=None):
        super().__init__()
        self.picture, self.folder, self.every, self.iteration, self.board = picture, folder, every, start, board

    def on_train_batch_end(self, batch, logs=None):
        self.iteration += 1
        if self.every and self.iteration % self.every == 0:
            sync(self.model)
            picture = self.picture()
            write_photo(self.folder / f"iteration-{self.iteration:08d}.png", picture)
            if self.board:
                self.board.picture("preview", picture, self.iteration)


class Validate(keras.callbacks.Callback):
    """Measures the losses on validation photographs every N iterations and at the end.

    Args:
        batches: of :func:`validation_data`.
        every: iterations between validations.
        total: iterations of the whole run.
        start: iterations done before.
        board: a :class:`TensorBoard`, or None.
        elapsed: function that returns the seconds of the run so far; default since now.
        on_done: called with the seconds that a validation took.
        alone: context within which the process computes as if it shared nothing; default none.

    Attributes:
        history: ``[{"iteration": ..., "seconds": ..., "loss": ..., ...}, ...]``, seconds before the validation.
    """

    def __init__(self, batches, every, total, start=0, board=None, elapsed=None, on_done=None, alone=None):
        super().__init__()
        self.batches, self.every, self.total, self.iteration, self.board = batches, every, total, start, board
        began = time.perf_counter()
        self.elapsed = elapsed or (lambda: time.perf_counter() - began)
        self.on_done = on_done or (lambda seconds: None)
        self.alone = alone or contextlib.nullcontext
        self.history = []

    def on_train_batch_end(self, batch, logs=None):
        self.iteration += 1
        if self._is_due():
            self.validate()

    def catch_up(self):
        """Validates where a run that goes on ended before it did."""
        done = self.history[-1]["iteration"] if self.history else 0
        if done < self.iteration and self._is_due():
            self.validate()

    def _is_due(self):
        return self.iteration % self.every == 0 or self.iteration == self.total

    def validate(self):
        seconds, began = round(self.elapsed(), 1), time.perf_counter()
        sync(self.model)
        # Evaluating counts in the variables that training's averages are in.
        variables = [variable for metric in self.model.metrics for variable in metric.variables]
        averages = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in variables]
        with self.alone():
            values = self.model.evaluate(self._epoch(), steps=len(self.batches), verbose=0, return_dict=True)
        for variable, value in zip(variables, averages, strict=True):
            variable.assign(value)
        self.history.append({"iteration": self.iteration, "seconds": seconds, **values})
        self.on_done(time.perf_counter() - began)
        shown = ", ".join(f"{name} {values[name]:.4g}" for name in values if "/" not in name)
        tqdm.write(f"validation at {self.iteration}: {shown}", file=sys.stderr)
        if self.board:
            self.board.scalars("validation", values, self.iteration)

    def _epoch(self):
        """One pass over the batches, as ``evaluate`` takes it."""
        return ((batch,) for batch in self.batches) if isinstance(self.batches, list) else self.batches


class StopOnSignal(keras.callbacks.Callback):
    """Ends training behind the current iteration once a signal was received.

    Args:
        signals: :class:`StopSignals`, entered.
    """

    def __init__(self, signals):
        super().__init__()
        self.signals = signals

    def on_train_batch_end(self, batch, logs=None):
        if self.signals.received is not None:
            self.model.stop_training = True
