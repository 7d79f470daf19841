"""Scalars and pictures of a run for TensorBoard."""

import contextlib
import os

import keras


class TensorBoard(contextlib.AbstractContextManager):
    """Writes a run's scalars and pictures, where Keras' backend is TensorFlow, which writes them; else nothing.

    Args:
        folder: path.
    """

    def __init__(self, folder):
        self._writer = None
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            self._writer = tf.summary.create_file_writer(os.fsencode(folder))  # a name of any bytes

    def scalars(self, group, values, step):
        """Writes ``{name: number}`` as ``group/name``."""
        if self._writer:
            import tensorflow as tf

            with self._writer.as_default(step=step):
                for name, value in values.items():
                    tf.summary.scalar(f"{group}/{name}", value)

    def picture(self, name, picture, step):
        """Writes RGB uint8 (height, width, 3)."""
        if self._writer:
            import tensorflow as tf

            with self._writer.as_default(step=step):
                tf.summary.image(name, picture[None])

    def __exit__(self, *error):
        if self._writer:
            self._writer.close()
