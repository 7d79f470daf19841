"""Stylises photographs of any size in little memory, strip by strip and without seams.

Instance normalization needs the mean and variance of every channel over the whole picture, so a tile
that is normalized by itself shows. Here all strips share the statistics of the picture, which are
known before a strip is painted: measured on the whole picture, layer by layer (``"exact"``), or on a
reduced copy (``"fast"``). A map of weights of conditions is cut along with the strips, and a field of
noise is a function of position. Feature maps exist one strip at a time; those at a quarter of the
resolution, which the residual blocks pass on, are kept in a temporary file.
"""

import dataclasses
import itertools
import math
import operator
import shutil
import tempfile

import keras
import numpy as np
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.pixels import image_to_network, to_uint8
from fast_style.common.images.plane_waves import positions
from fast_style.common.images.reflection import padded_indices
from fast_style.common.layers import InstanceNormalization, cpu_convolution
from fast_style.common.layers.upsampling import bilinear_double

STATISTICS = ("exact", "fast")
# Pixels of the photograph in a strip: with 32 filters a feature map of it takes 128 MiB.
STRIP_PIXELS = 1 << 20
# Rows that a strip has at least, where a picture is wider than it is high: below that, the rows around a strip that are
# computed with it would be more than its own, and one row of a panorama alone can be more than memory holds.
LEAST_ROWS = 64
# Long side of the copy that "fast" measures on.
REDUCED_SIDE = 1024


def stylize_in_strips(rgb, network, statistics="exact", strip_pixels=STRIP_PIXELS, on_progress=None, weights=None):
    """What ``network.render`` makes of a photograph, in memory that hardly grows with it.

    Args:
        rgb: uint8 (height, width, 3).
        network: :class:`fast_style.network.TransformationNetwork`; its dtype policy says what is computed in.
        statistics: ``"exact"``: the result is ``network.render``'s up to rounding; ``"fast"``: the
            instance statistics of a copy with a long side of 1024 pixels, in less time.
        strip_pixels: pixels of the photograph worked on at once.
        on_progress: called with the share of the work that is done, 0..1.
        weights: of conditions, float (conditions,), or a map (height, width, conditions). Default: None for none, and
            of a network with conditions the first.

    Returns:
        uint8 (height, width, 3).

    Raises:
        UserError: unknown statistics; too little room for temporary files, of which ``"exact"``
            needs 3 and ``"fast"`` 2 bytes a pixel of the photograph for every filter of the first layer (half
            of it in bfloat16), or none that can be written.
    """
    if statistics not in STATISTICS:
        raise UserError(f"statistics: expected one of {', '.join(STATISTICS)}. Received: {statistics!r}")
    _check_steps(network)
    if weights is not None:
        network.check_weights(np.asarray(weights)[None], rgb[None])
    given, height, width = None, *rgb.shape[:2]
    lying = width > max(height, strip_pixels // LEAST_ROWS)
    # A photograph that is no larger than the copy is measured itself.
    if statistics == "fast" and network.normalization == "instance" and max(height, width) > REDUCED_SIDE:
        copy = limit_long_side(rgb, REDUCED_SIDE)
        of_copy = _resized(weights, *copy.shape[:2])
        given = _Passes(network, copy, strip_pixels, lying=lying, weights=of_copy).run(paint=False).measured
    return _Passes(network, rgb, strip_pixels, given, on_progress, lying=lying, weights=weights).run().painted


def _resized(weights, height, width):
    """A map of weights at another size; others as they are."""
    if np.ndim(weights) != 3:
        return weights
    return tf.image.resize(weights, (height, width), antialias=True).numpy()


def _check_steps(network):
    """Raises UserError for a layer that strips cannot be made of."""
    for step in network.steps():
        normalization = step.normalization
        known = normalization is None or isinstance(
            normalization, InstanceNormalization | keras.layers.BatchNormalization
        )
        if not known or step.enlargement not in (None, *ENLARGEMENTS):
            raise UserError(
                "network: expected enlargement by transposed convolution, nearest neighbour or interpolation, and "
                f"instance or batch normalization, for strips. Received: {step.convolution.path}"
            )


class _Passes:
    """The passes over one photograph.

    `lying`: rows and columns of the photograph and of all kernels change places, which gives the same picture with its
    rows and columns exchanged: strips are of columns.
    """

    def __init__(
        self, network, rgb, strip_pixels, given=None, on_progress=None, count_only=False, lying=False, weights=None
    ):
        self.network, self.rgb, self.lying, self.weights = network, rgb, lying, weights
        self.photograph = _Photograph(network, rgb.swapaxes(0, 1) if lying else rgb)
        self.mixtures = _mixtures(network, rgb.shape[:2], weights, lying)
        self.strip_pixels = strip_pixels
        self.measures = given is None
        self.given = iter(given or ())
        self.count_only = count_only
        self.on_progress = on_progress or (lambda share: None)
        self.measured = []
        self.painted = None
        self.files = set()
        self.multiplications, self.expected = 0, 0

    def run(self, paint=True):
        """Fills ``measured``, the statistics in order of the layers, and ``painted``."""
        given = self._given_again()
        options = {"lying": self.lying, "weights": self.weights}
        counting = _Passes(self.network, self.rgb, self.strip_pixels, given, count_only=True, **options)
        counting._pass_all(paint)
        self.expected = counting.multiplications
        try:
            self._check_room()
            self._pass_all(paint)
        except OSError as error:
            raise UserError(
                f"photo: expected temporary files that can be written, where the environment variable TMPDIR says. "
                f"Received: {error}"
            ) from error
        finally:
            for file in self.files:
                file.close()
        self.on_progress(1.0)
        return self

    def _given_again(self):
        """The statistics that were given, for another pass over them; None where there are none."""
        if self.measures:
            return None
        given = list(self.given)
        self.given = iter(given)
        return given

    def _pass_all(self, paint):
        x, blocks = self.photograph, self.network.blocks
        # Output pixels a side behind each block for a pixel of the photograph.
        resolutions = list(itertools.accumulate((1 / block.stride for block in blocks), operator.mul))
        for block, resolution in zip(blocks, resolutions, strict=True):
            if block.crop is not None:
                x = self._residual(x, block)
                continue
            # The map that is handed on at the coarsest resolution is stored; others are made anew where they are read.
            coarsest = resolution == min(resolutions)
            for step in block.steps():
                x = self._step(x, step, store=coarsest)
            if noise := self.network.noise_behind(block):
                x = _Noisy(x, noise, self.network, self.lying)
            x = self._stored_alone(x) if coarsest else x
        if paint:
            self.painted = self._paint(_Convolved(x, self.network.to_rgb, self.lying))

    def _check_room(self):
        height, width = self.photograph.height // 4, self.photograph.width // 4
        size = tf.as_dtype(self.network.compute_dtype).size
        measures = self.measures and self.network.normalization == "instance"
        needed = (3 if measures else 2) * height * width * self.network.width * 4 * size
        free = shutil.disk_usage(tempfile.gettempdir()).free
        if free < needed:
            raise UserError(
                f"photo: expected {needed >> 20} MiB free for temporary files in {tempfile.gettempdir()} "
                f"(the environment variable TMPDIR names another folder). Received: {free >> 20} MiB"
            )

    def _step(self, x, step, store=False):
        """Convolution, normalization and activation; measured in a pass of its own where needed."""
        raw = (
            _DoubledConvolved(x, step, self.lying) if step.enlargement else _Convolved(x, step.convolution, self.lying)
        )
        layer = step.normalization
        if layer is None:
            return _Normalized(raw, step.activation)
        mixture = self.mixtures.get(layer.path)
        if isinstance(layer, keras.layers.BatchNormalization):
            return _Normalized(raw, step.activation, layer, layer.moving_mean, layer.moving_variance)
        if not self.measures:
            moments = next(self.given)
        else:
            moments = _Moments()
            if store:
                raw = self._stored(raw, moments)
            else:
                for _, _, rows in self._strips(raw):
                    moments.update(rows)
        self.measured.append(moments)
        return _Normalized(raw, step.activation, layer, moments.mean, moments.variance, mixture)

    def _residual(self, x, block):
        steps = block.steps()
        first = self._step(x, steps[0], store=True)
        second = self._step(first, steps[1], store=True)
        # The room that was checked is for three maps: the two that are added, and their sum.
        self._remove(first.source)
        total = self._stored(_Sum(x, second, block.crop))
        for finished in (x, second.source):
            self._remove(finished)
        return total

    def _stored(self, source, moments=None):
        stored = _Stored(source)
        if not self.count_only:
            stored.open()
            self.files.add(stored.file)
        for _, _, rows in self._strips(source):
            stored.append(rows)
            if moments is not None:
                moments.update(rows)
        return stored

    def _stored_alone(self, normalized):
        """A map in a file of its own, without that of what it was made of."""
        stored = self._stored(normalized)
        self._remove(normalized.source)
        return stored

    def _remove(self, finished):
        """Gives back the room of a map, where it has taken any."""
        if isinstance(finished, _Stored) and finished.file:
            finished.file.close()
            self.files.remove(finished.file)

    def _paint(self, raw):
        network = self.network
        height, width = self.photograph.rgb.shape[:2]
        picture = np.empty(self.rgb.shape, np.uint8)
        painted = picture.swapaxes(0, 1) if self.lying else picture
        margin = network.margin
        rows_of_picture = range(margin, margin + height)
        for start, stop, rows in self._strips(raw, rows_of_picture):
            image = network.scaled_tanh(rows)[0, :, margin : margin + width]
            painted[start - margin : stop - margin] = to_uint8(image).numpy()
        return picture

    def _strips(self, source, rows=None):
        """(start, stop, rows) over a map, in strips of equal shares of the photograph."""
        if self.count_only:
            self.multiplications += source.multiplications
            return
        rows = rows or range(source.height)
        step = max(self.strip_pixels // (self.photograph.width * self.photograph.height // source.height), 4)
        for start in range(rows.start, rows.stop, step):
            stop = min(start + step, rows.stop)
            yield start, stop, source.rows(start, stop)
            self.multiplications += source.multiplications * (stop - start) / len(rows)
            self.on_progress(min(self.multiplications / self.expected, 1.0))


@dataclasses.dataclass
class _Moments:
    """Mean and biased variance a channel, merged over strips (Chan, Golub, LeVeque 1979) in float64."""

    count: int = 0
    mean: np.ndarray | float = 0.0
    squares: np.ndarray | float = 0.0

    def update(self, rows):
        moments = tf.nn.moments(tf.cast(rows, tf.float32), (0, 1, 2))
        mean, variance = (moment.numpy().astype(np.float64) for moment in moments)
        count = rows.shape[1] * rows.shape[2]
        total = self.count + count
        difference = mean - self.mean
        self.squares = self.squares + variance * count + difference**2 * self.count * count / total
        self.mean = self.mean + difference * count / total
        self.count = total

    @property
    def variance(self):
        return self.squares / max(self.count, 1)


# Feature maps of the whole picture, of which any run of rows can be had: (1, rows, width, channels), of the type that
# the network computes in. `multiplications`: what it takes to make all rows, with what is made anew for them.


class _Photograph:
    """The photograph with its margin and padding, in the network's range."""

    multiplications = 0

    def __init__(self, network, rgb):
        self.rgb, self.dtype = rgb, network.compute_dtype
        padding = network.padding
        self.indices = [
            padded_indices(length, network.margin, padding.padding, padding.multiple) for length in rgb.shape[:2]
        ]
        self.height, self.width = map(len, self.indices)

    def rows(self, start, stop):
        rows, columns = self.indices
        return tf.cast(image_to_network(self.rgb[rows[start:stop]][:, columns][None]), self.dtype)


class _Convolved:
    """A convolution, or a transposed one, with its bias."""

    def __init__(self, source, layer, lying):
        self.source, self.layer, self.kernel = source, layer, _kernel(layer, lying)
        self.transposed = isinstance(layer, keras.layers.Conv2DTranspose)
        shape = layer.compute_output_shape((1, source.height, source.width, None))
        self.height, self.width = shape[1:3]
        positions = source.height * source.width if self.transposed else self.height * self.width
        self.multiplications = source.multiplications + positions * math.prod(layer.kernel.shape)

    def rows(self, start, stop):
        result = self._transposed_rows(start, stop) if self.transposed else self._rows(start, stop)
        return _with_bias(result, self.layer)

    def _rows(self, start, stop):
        size, stride = self.layer.kernel_size[0], self.layer.strides[0]
        top, _ = self._zeros(self.height, self.source.height)
        first, last = start * stride - top, (stop - 1) * stride + size - top
        rows = self.source.rows(max(first, 0), min(last, self.source.height))
        beyond = [max(-first, 0), max(last - self.source.height, 0)]
        rows = tf.pad(rows, [[0, 0], beyond, self._zeros(self.width, self.source.width), [0, 0]])
        return cpu_convolution.convolve(rows, self.kernel, stride, "VALID")

    def _zeros(self, output, source):
        """Zeros in front and behind, as TensorFlow's "same" has them."""
        if self.layer.padding == "valid":
            return [0, 0]
        total = max((output - 1) * self.layer.strides[0] + self.layer.kernel_size[0] - source, 0)
        return [total // 2, total - total // 2]

    def _transposed_rows(self, start, stop):
        # Row i of the input reaches rows 2i to 2i + 2; "same" cuts off the last.
        size, stride = self.layer.kernel_size[0], self.layer.strides[0]
        first, last = max(-((size - 1 - start) // stride), 0), (stop - 1) // stride + 1
        rows = self.source.rows(first, last)
        shape = [1, (last - first - 1) * stride + size, (self.source.width - 1) * stride + size, self.layer.filters]
        whole = tf.nn.conv2d_transpose(rows, self.kernel, shape, stride, "VALID")
        return whole[:, start - first * stride : stop - first * stride, : self.width]


class _DoubledConvolved:
    """An enlargement by two, then a 3x3 convolution with its bias."""

    def __init__(self, source, step, lying):
        layer, (self.doubled_convolved, taps) = step.convolution, ENLARGEMENTS[step.enlargement]
        self.source, self.layer, self.kernel = source, layer, _kernel(layer, lying)
        self.height, self.width = source.height * 2, source.width * 2
        each = math.prod(layer.kernel.shape[2:]) * taps
        self.multiplications = source.multiplications + self.height * self.width * each

    def rows(self, start, stop):
        # Two rows more at either end: the zeros and repeated edges beyond them reach what is cut off, or belong there.
        first, last = max(start // 2 - 2, 0), min((stop + 1) // 2 + 2, self.source.height)
        result = self.doubled_convolved(self.source.rows(first, last), self.kernel)
        result = result[:, start - 2 * first : stop - 2 * first]
        return _with_bias(result, self.layer)


def _interpolated_convolved(inputs, kernel):
    return cpu_convolution.convolve(bilinear_double(inputs), kernel)


# Of each enlargement, what it and a 3x3 convolution make, and how many of the kernel's nine pixels differ there.
ENLARGEMENTS = {"nearest": (cpu_convolution.double_and_convolve, 4), "bilinear": (_interpolated_convolved, 9)}


def _kernel(layer, lying):
    """A convolution's kernel in the type that it computes in; with its rows and columns exchanged where `lying`."""
    kernel = keras.ops.cast(layer.kernel, layer.compute_dtype)
    return keras.ops.transpose(kernel, (1, 0, 2, 3)) if lying else kernel


def _with_bias(rows, layer):
    return tf.nn.bias_add(rows, keras.ops.cast(layer.bias, rows.dtype)) if layer.use_bias else rows


class _Normalized:
    """A map normalized by known means and variances, with a layer's gamma, beta and epsilon; then activated.

    `mixture`: of a layer with conditions, their weights.
    """

    def __init__(self, source, activation, layer=None, mean=None, variance=None, mixture=None):
        self.source, self.activation, self.layer, self.mixture = source, activation, layer, mixture
        self.height, self.width, self.multiplications = source.height, source.width, source.multiplications
        if layer is not None:
            gamma, beta = mixture.parameters(layer) if mixture else (layer.gamma, layer.beta)
            self.numbers = [keras.ops.cast(x, "float32") for x in (gamma, beta, mean, variance)]

    def rows(self, start, stop):
        rows = self.source.rows(start, stop)
        if self.layer is not None:  # one pass over the rows, where products and sums are three
            normalize = tf.compat.v1.nn.fused_batch_norm
            rows = normalize(rows, *self.numbers, epsilon=self.layer.epsilon, is_training=False)[0]
        if self.mixture:
            rows = self.mixture.applied(self.layer, rows, start, stop)
        return self.activation(rows)


class _Noisy:
    """A map with what a field of noise adds to it, by position."""

    def __init__(self, made, noise, network, lying):
        self.made, self.noise, self.lying = made, noise, lying
        self.source, self.height, self.width = made.source, made.height, made.width
        added = made.height * made.width * math.prod(noise.convolution.kernel.shape)
        self.multiplications = made.multiplications + added
        before = network.margin + network.reflection_padding
        places = network.place[::-1] if lying else network.place
        self.positions = [
            positions(length, noise.pixels, before) + place
            for length, place in zip((made.height, made.width), places, strict=True)
        ]

    def rows(self, start, stop):
        down, right = self.positions
        down = down[:, start:stop]
        added = (
            tf.transpose(self.noise.added(right, down), (0, 2, 1, 3)) if self.lying else self.noise.added(down, right)
        )
        return self.made.rows(start, stop) + added


class _Whole:
    """Weights of conditions of a whole picture."""

    def __init__(self, weights):
        self.weights = tf.constant(weights, tf.float32)

    def parameters(self, layer):
        return [one[0] for one in layer.mixed(self.weights[None])]

    def applied(self, layer, rows, start, stop):
        return rows


class _Mapped:
    """A map of weights, padded, averaged and cropped as what one layer normalizes, of which rows can be had."""

    def __init__(self, weights, indices, side, cropped):
        self.weights, self.side = weights, side
        self.row_indices, self.column_indices = (one[cropped * side : len(one) - cropped * side] for one in indices)

    def parameters(self, layer):
        channels = layer.gamma.shape[-1:]
        return tf.ones(channels), tf.zeros(channels)

    def applied(self, layer, rows, start, stop):
        weights = self.weights[self.row_indices[start * self.side : stop * self.side]][:, self.column_indices]
        weights = tf.constant(weights[None], tf.float32)
        if self.side > 1:
            weights = tf.nn.avg_pool2d(weights, self.side, self.side, "VALID")
        gamma, beta = layer.mixed(weights)
        return tf.cast(tf.cast(rows, tf.float32) * gamma + beta, rows.dtype)


def _mixtures(network, sides, weights, lying):
    """``{path: weights of conditions}`` of the layers that take any."""
    if not network.conditions:
        return {}
    if weights is None:
        weights = np.eye(1, len(network.conditions), dtype="float32")[0]
    mapped = np.ndim(weights) == 3
    if lying and mapped:
        weights, sides = weights.swapaxes(0, 1), sides[::-1]
    padding = network.padding
    indices = [padded_indices(side, network.margin, padding.padding, padding.multiple) for side in sides]
    found = {}
    for block, (side, cropped) in zip(network.blocks, network.scales(), strict=True):
        for step in block.steps():
            if step.convolution.padding == "valid":
                cropped += step.convolution.kernel_size[0] // 2
            found[step.normalization.path] = _Mapped(weights, indices, side, cropped) if mapped else _Whole(weights)
    return found


class _Sum:
    """A residual block's addition: the identity cropped by what its convolutions cut off."""

    def __init__(self, identity, branch, crop):
        self.identity, self.branch, self.crop = identity, branch, crop
        self.height, self.width = branch.height, branch.width
        self.multiplications = identity.multiplications + branch.multiplications

    def rows(self, start, stop):
        identity = self.identity.rows(start + self.crop, stop + self.crop)
        return identity[:, :, self.crop : self.crop + self.width] + self.branch.rows(start, stop)


class _Stored:
    """A map in a temporary file, written once from top to bottom. The file has no name: a kill leaves nothing."""

    multiplications = 0

    def __init__(self, source):
        self.height, self.width = source.height, source.width
        self.file = self.channels = None

    def open(self):
        self.file = tempfile.TemporaryFile(prefix="fast-style-", buffering=0)  # noqa: SIM115 (closed by _Passes)

    def append(self, rows):
        self.channels, self.dtype = rows.shape[-1], rows.dtype
        rows.numpy().tofile(self.file)

    def rows(self, start, stop):
        row = self.width * self.channels
        self.file.seek(start * row * self.dtype.size)
        values = np.fromfile(self.file, self.dtype.as_numpy_dtype, (stop - start) * row)
        return tf.constant(values.reshape(1, stop - start, self.width, self.channels))
