"""Networks that ship as LiteRT computes them: started in a tenth of a second, without TensorFlow and Keras."""

import copy
import functools
import hashlib
import io
import re
import threading

import numpy as np
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.pixels import array_to_uint8
from fast_style.common.images.plane_waves import noise_field, place_of, positions
from fast_style.common.images.reflection import padded_indices
from fast_style.common.images.wavelengths import EARLIER_FINEST
from fast_style.common.installed import require_tensorflow
from fast_style.common.processor import processors
from fast_style.common.startup import stderr_closed

ALIGNMENT = 16  # of weights behind a graph, in bytes


class LiteRTNetwork:
    """What a network that ships makes of a picture, computed by LiteRT in float32 on all cores.

    To commands it is what :class:`ImageNetwork` is to them; it is neither trained nor saved. The graph is a TFLite
    file without most of its weights: those lie in the network's own ``.npz``, so that there is one of each.

    Args:
        source: :class:`Source` of a network that ships with a graph.

    Attributes:
        conditions, noise_channels, noise_seed: as of :class:`ImageNetwork`, as the manifest has them.
        factor: how many times larger an output is than its input.
        is_local, receptive_radius: as of :class:`ImageNetwork`.
        histogram_matching: as of :class:`EnlargingNetwork`.

    Raises:
        UserError: a file that is not the one of the manifest; LiteRT is not installed.
    """

    def __init__(self, source):
        self.name, self.factor, self.facts = source.name, source.factor, source.graph
        self.conditions, self.noise_channels = source.conditions, source.noise_channels
        self.noise_seed = source.config.get("noise_seed", 0)
        self.is_local, self.receptive_radius = self.facts["is_local"], self.facts["receptive_radius"]
        self.histogram_matching = source.config.get("histogram_matching")
        folder = source.path.parent
        graph = read_checked(folder / self.facts["file"], self.facts["sha256"], source.name)
        weights = read_checked(source.path, source.sha256, source.name)
        self._turn = threading.Lock()  # an interpreter computes for one thread at a time
        self._content = with_weights(graph, weights, self.facts["weights"])

    def peak_bytes(self, height, width):
        """Memory in bytes that an image of this size takes at its peak, about."""
        return peak_bytes(self.facts, height, width)

    def with_seed(self, seed):
        """The network on another part of its field of noise."""
        self._interpreter  # noqa: B018 (both have the one)
        twin = copy.copy(self)
        twin.noise_seed = seed
        return twin

    def render(self, image, weights=None):
        """What ``ImageNetwork.render`` gives: uint8 (1, height, width, 3) -> uint8, `factor` times as large.

        Args:
            image: uint8 (1, height, width, 3).
            weights: float (1, conditions), where the network has some. Default: the first condition.
        """
        facts, (height, width) = self.facts, (side * self.factor for side in image.shape[1:3])
        before = facts["bicubic"] == "before"
        x = enlarged(image[0], self.factor) if before else image[0]
        rows, columns = (
            padded_indices(length, facts["margin"], facts["padding"], facts["multiple"]) for length in x.shape[:2]
        )
        margin = facts["margin"] * (1 if before else self.factor)
        inputs = {"images": x[rows][:, columns][None]}
        if self.conditions:
            inputs["weights"] = np.eye(1, len(self.conditions)) if weights is None else np.asarray(weights)
        if self.noise_channels:
            inputs["noise"] = self._noise(len(rows), len(columns))
        picture = self._run(inputs)[0, margin : margin + height, margin : margin + width]
        if facts["bicubic"] == "after":
            picture = picture + enlarged(image[0], self.factor)
        return array_to_uint8(picture)[None]

    def _noise(self, *sides):
        """The field that the graph of a padded picture of these sides is given."""
        pixels, before = self.facts["noise_pixels"], self.facts["margin"] + self.facts["padding"]
        rows, columns = (
            positions(side // pixels, pixels, before) + place
            for side, place in zip(sides, place_of(self.noise_seed), strict=True)
        )
        return noise_field(rows, columns, self.noise_channels, finest=self.facts.get("noise_finest", EARLIER_FINEST))

    def _run(self, inputs):
        interpreter, given, (result,) = self._interpreter
        try:
            with self._turn, stderr_closed():
                changed = {name: one for name, one in given.items() if tuple(one["shape"]) != inputs[name].shape}
                for name, one in changed.items():
                    interpreter.resize_tensor_input(one["index"], inputs[name].shape)
                if changed:
                    interpreter.allocate_tensors()
                for name, one in changed.items():
                    one["shape"] = inputs[name].shape
                for name, one in given.items():
                    interpreter.set_tensor(one["index"], inputs[name].astype(np.float32, copy=False))
                interpreter.invoke()
                return interpreter.get_tensor(result["index"])
        except RuntimeError as error:  # what LiteRT raises where it gets no memory, as where anything else fails
            raise MemoryError(str(error)) from error

    @functools.cached_property
    def _interpreter(self):
        from ai_edge_litert.interpreter import Interpreter

        with stderr_closed():  # it says that XNNPACK is used
            interpreter = Interpreter(model_content=self._content, num_threads=processors())
        # Names as TensorFlow's converter has them: "images", "serving_default_images:0".
        details = {re.findall("images|weights|noise", one["name"])[-1]: one for one in interpreter.get_input_details()}
        return interpreter, details, interpreter.get_output_details()


def check_not_litert(network, work):
    """Raises UserError where LiteRT computes a network and cannot do some work, which is given in words."""
    if isinstance(network, LiteRTNetwork):
        require_tensorflow(work)
        raise UserError(f"engine: expected TensorFlow for {work}. Received: LiteRT")


def peak_bytes(graph, height, width):
    """:meth:`LiteRTNetwork.peak_bytes`, of what the manifest says of a graph."""
    border = 2 * (graph["margin"] + graph["padding"])
    return (height + border) * (width + border) * graph["bytes_per_pixel"]


def read_checked(path, sha256, name):
    """The bytes of a file that ships.

    Raises:
        UserError: it is not there, or not the one of the manifest.
    """
    content = path.read_bytes() if path.is_file() else b""
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise UserError(
            f"network {name}: expected {path.name} with sha256 {sha256}. Received: {digest}; install the package again"
        )
    return content


def with_weights(graph, weights, numbers):
    """A TFLite file: a graph, and behind it the kernels that its buffers refer to.

    Args:
        graph: its bytes.
        weights: bytes of the network's ``.npz``.
        numbers: of the arrays in it, in the order of the buffers.
    """
    parts = [padded(graph)]
    with np.load(io.BytesIO(weights), allow_pickle=False) as file:
        parts += [padded(kernel_bytes(file[f"{number:03d}"])) for number in numbers]
    return b"".join(parts)


def kernel_bytes(kernel):
    """A convolution's kernel (rows, columns, in, out) as TFLite has it: (out, rows, columns, in), float16; a matrix
    (in, out) likewise."""
    return np.moveaxis(kernel.astype(np.float16, copy=False), -1, 0).tobytes()


def padded(content):
    """Bytes with zeros behind them, up to where the next may begin."""
    return content + bytes(-len(content) % ALIGNMENT)


def enlarged(image, factor):
    """uint8 (height, width, channels) -> float32, `factor` times as large: the numbers of ``bicubic_resize``."""
    size = (image.shape[1] * factor, image.shape[0] * factor)
    channels = [Image.fromarray(channel).resize(size, Image.Resampling.BICUBIC) for channel in _planes(image)]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def _planes(image):
    return np.ascontiguousarray(np.moveaxis(image, -1, 0), dtype=np.float32)
