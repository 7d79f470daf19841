"""Batches of frames through a network."""

import numpy as np

# Frames that a GPU is given at once. A processor is given one: of 16 filters at 640x360, two cores with AVX-512 take
# 1.2 times as long a frame in twos and 1.3 times in fours, whose maps leave its caches.
FRAMES_ON_GPU = 8


class NetworkPainter:
    """A function of batches, as ``paint_frames`` wants it, of a network: one traced function.

    Args:
        network: :class:`ImageNetwork`.
        height, width: of the frames.
        most_bytes: memory that a batch may take.

    Attributes:
        batch: frames that are painted at once.
    """

    def __init__(self, network, height, width, most_bytes):
        import tensorflow as tf

        self.batch = 1
        if tf.config.list_physical_devices("GPU"):
            self.batch = max(1, min(FRAMES_ON_GPU, most_bytes // network.peak_bytes(height, width)))
        self._render = network.render if self.batch == 1 else network.renderer(self.batch)

    def __call__(self, frames):
        missing = self.batch - len(frames)
        whole = np.concatenate([frames, np.repeat(frames[-1:], missing, axis=0)]) if missing else frames
        return np.asarray(self._render(whole))[: len(frames)]
