"""Starts TensorFlow with the settings that must stand before it is imported."""

import os
import threading

from fast_style.common.errors import UserError
from fast_style.common.keras_configuration import BACKENDS


def start_backend():
    """Imports what Keras is set to train by, without its start-up messages: TensorFlow or JAX. Training calls it.

    Raises:
        UserError: Keras is set to another backend.
    """
    _start(BACKENDS, training=True)


def start_tensorflow(training=False):
    """Imports TensorFlow without its start-up messages, for training with oneDNN on. Command lines call it.

    TensorFlow switches oneDNN on by itself only where the processor has AVX-512 VNNI or AMX. On AVX2
    alone it helps with batches of 4 and harms with batches of 1. Measured on two cores of an AMD EPYC
    7003: a training step at 256x256 takes 4.9 s with it and 7.5 s without; one photograph of 1024x768
    takes 17.8 s with it and 7.0 s without. What the user has set in the environment stands.

    Raises:
        UserError: Keras is set to another backend.
    """
    _start(("tensorflow",), training)


def _start(backends, training):
    if training:
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with stderr_closed():
            import keras
    except (ImportError, ValueError) as error:
        named = os.environ.get("KERAS_BACKEND", "that of keras.json")
        raise UserError(
            f"KERAS_BACKEND: expected {' or '.join(backends)}. Received: {named}, which does not import ({error})"
        ) from error
    # Whatever keras.json says, which is for programs of the user's own.
    keras.config.set_image_data_format("channels_last")
    backend = keras.backend.backend()
    if backend not in backends:
        raise UserError(f"KERAS_BACKEND: expected {' or '.join(backends)}. Received: {backend}")
    if backend == "tensorflow":
        with stderr_closed():
            import tensorflow as tf

            tf.config.list_physical_devices()


class _Closing:
    """File descriptor 2 sent nowhere by as many threads as there are at once: the last gives it back."""

    def __init__(self):
        self._lock, self._threads, self._kept = threading.Lock(), 0, None

    def __enter__(self):
        with self._lock:
            if not self._threads:
                self._kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 2)
                os.close(nowhere)
            self._threads += 1

    def __exit__(self, *error):
        with self._lock:
            self._threads -= 1
            if not self._threads:
                os.dup2(self._kept, 2)
                os.close(self._kept)


_closing = _Closing()


def stderr_closed():
    """A context that sends file descriptor 2 nowhere: TensorFlow's libraries write to it whatever the log level."""
    return _closing
