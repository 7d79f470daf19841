"""Batches of crops made ahead by threads, without TensorFlow: what Keras' other backends train on."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.images.crops import Crops

# Batches that wait to be trained on.
AHEAD = 8


class CropsAhead(Crops):
    """Seeded, endless stream of batches of square crops from a folder of photographs.

    Args:
        source: a folder, walked recursively.
        options: see :class:`Crops`, as for attributes and errors.

    Raises:
        UserError: a tensorflow-datasets name, which takes Keras' TensorFlow backend.
    """

    def _open(self):
        if self.source.startswith("tfds:"):
            raise UserError(
                f"--content: expected a folder; tensorflow-datasets take KERAS_BACKEND=tensorflow. "
                f"Received: {self.source}"
            )
        return super()._open()

    def batches(self, start=0):
        """Endless generator of (uint8 (batch, size, size, 3),), as ``fit`` takes it, from batch number `start` on.

        Raises:
            UserError: too many photographs that do not decode, when their batch is due.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            waiting = [pool.submit(self.batch, start + number) for number in range(AHEAD)]
            try:
                while True:
                    due = waiting.pop(0)
                    start += 1
                    waiting.append(pool.submit(self.batch, start + AHEAD - 1))
                    yield (due.result(),)
            finally:
                for one in waiting:
                    one.cancel()

    def batch(self, number):
        """Batch number i: uint8 (batch, size, size, 3)."""
        return np.stack([self.crop(number * self.batch_size + i) for i in range(self.batch_size)])
