"""Makes the graph by which LiteRT paints with a network that ships.

A graph is a TFLite file of dynamic size whose kernels lie elsewhere: in the network's own ``.npz``. All that depends on
the sides of a picture, reflection, bicubic enlargement and a field of noise, is done in front of it and behind it, in
NumPy: what is left has static shapes once LiteRT is told the size, without which XNNPACK takes none of it.
"""

import hashlib
import math

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.images.pixels import image_to_luma, image_to_network, network_to_image, with_luma
from fast_style.common.layers.litert_convolution import BLOCK, LARGE, convolve_in_blocks, double_and_convolve, values
from fast_style.common.networks.litert_network import ALIGNMENT, kernel_bytes
from fast_style.common.startup import stderr_closed
from fast_style.network import TransformationNetwork
from superres.network import SuperResolutionNetwork
from superres.srcnn import SRCNN

# Memory at its peak, of each filter of the widest activation, counted at the input's size: measured from 0.04 to 0.5
# megapixels on styles of 16 and 32 filters, and on super-resolution by 4 and 8.
BYTES_PER_FILTER = 24


def write_graph(presets, name):
    """Writes ``pretrained/<name>.litert`` and what is to be known of it into the manifest.

    Args:
        presets: :class:`Presets`.
        name: of a network that is among them.
    """
    graph, facts = make_graph(presets.load(name))
    file = f"{name}.litert"
    write_bytes(presets.folder / file, graph)
    presets.update(name, graph={"file": file, "sha256": hashlib.sha256(graph).hexdigest(), **facts})


def make_graph(network):
    """(bytes of the graph, facts of the manifest) of a float32 network whose weights float16 holds.

    Raises:
        UserError: a class of networks, or a layer, that no graph is made of.
    """
    if not isinstance(network, TransformationNetwork | SuperResolutionNetwork | SRCNN):
        raise UserError(
            f"network: expected one of style transfer or super-resolution. Received: {type(network).__name__}"
        )
    luma = isinstance(network, SRCNN)
    inputs = [tf.TensorSpec((1, None, None, 3), tf.float32, "images")]
    if network.conditions:
        inputs.append(tf.TensorSpec((1, len(network.conditions)), tf.float32, "weights"))
    if network.noise_channels:
        inputs.append(tf.TensorSpec((1, None, None, network.noise_channels), tf.float32, "noise"))

    def graph(*given):
        named = {one.name: value for one, value in zip(inputs, given, strict=True)}
        return (_luma_graph if luma else _graph)(network, **named)

    function = tf.function(graph, input_signature=inputs, jit_compile=False)
    with stderr_closed():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], network)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        graph, numbers = without_kernels(converter.convert(), network.get_weights())
    padding = getattr(network, "padding", None)
    resolution, products, filters = float(network.factor if luma else 1), 0.0, 0.0
    for block in network.chain():
        for step in block.steps():
            at = resolution if step.enlargement is None and block.stride < 1 else resolution / float(block.stride)
            products += at**2 * math.prod(step.convolution.kernel.shape)
            filters = max(filters, (resolution / float(block.stride)) ** 2 * step.convolution.filters)
        resolution /= float(block.stride)
    return graph, {
        "weights": numbers,
        "margin": network.margin,
        "padding": padding.padding if padding else 0,
        "multiple": padding.multiple if padding else 1,
        "bicubic": "before" if luma else "after" if getattr(network, "bicubic_skip", False) else None,
        "is_local": network.is_local,
        "receptive_radius": network.receptive_radius,
        "multiply_adds": round(products),
        "bytes_per_pixel": round(filters * BYTES_PER_FILTER),
        **(
            {"noise_pixels": network.noise.pixels, "noise_finest": network.noise.finest}
            if network.noise_channels
            else {}
        ),
    }


def _graph(network, images, weights=None, noise=None):
    x = image_to_network(images)
    *blocks, to_rgb = network.chain()
    even = getattr(getattr(network, "padding", None), "multiple", 1) % BLOCK == 0
    for block in blocks:
        y = x
        for step in block.steps():
            y = _step(y, step, even, weights)
        x = y if block.crop is None else _cropped(x, block.crop) + y
        if noise is not None and (field := network.noise_behind(block)):
            x = x + tf.nn.conv2d(noise, values(field.convolution.kernel), 1, "VALID")
    return network.scaled_tanh(convolve_in_blocks(x, values(to_rgb.kernel)) + values(to_rgb.bias))


def _luma_graph(network, images):
    """Of SRCNN: what is given is enlarged and padded, and only its luma is computed on."""
    x = image_to_network(image_to_luma(images))
    for step in network.steps():
        x = _step(x, step)
    return with_luma(_cropped(images, network.padding.padding), network_to_image(x))


def _cropped(x, pixels):
    return x[:, pixels:-pixels, pixels:-pixels] if pixels else x


def _step(x, step, even=False, weights=None):
    """What a step makes; `even`: whether the sides are; `weights` of conditions, where there are some."""
    layer, enlargement = step.convolution, step.enlargement
    kernel, size, stride = values(layer.kernel), layer.kernel_size[0], layer.strides[0]
    if enlargement not in (None, "nearest", "bilinear"):
        raise UserError(f"network: expected nearest or bilinear enlargement. Received: {enlargement}")
    if enlargement == "bilinear":
        x = _bilinear_double(x)
    if enlargement == "nearest":
        x = double_and_convolve(x, kernel)
    elif isinstance(layer, tf.keras.layers.Conv2DTranspose):
        x = _transposed(x, kernel)
    elif even and size >= LARGE and stride == 1:
        x = convolve_in_blocks(x, kernel)
    else:
        x = tf.nn.conv2d(x, kernel, stride, layer.padding.upper())
    if layer.use_bias:
        x = x + values(layer.bias)
    if step.normalization is not None:
        x = _normalized(x, step.normalization, weights)
    return x if step.activation is None else step.activation(x)


def _normalized(x, layer, weights=None):
    """Instance or batch normalization; not by ``tf.nn.moments``, which takes 20 times as long in LiteRT."""
    gamma, beta = values(layer.gamma), values(layer.beta)
    if weights is not None:
        gamma, beta = tf.matmul(weights, gamma), tf.matmul(weights, beta)
    if isinstance(layer, tf.keras.layers.BatchNormalization):
        scale = gamma / np.sqrt(values(layer.moving_variance) + layer.epsilon)
        return x * scale + (beta - values(layer.moving_mean) * scale)
    mean = tf.reduce_mean(x, (1, 2), keepdims=True)
    # Not the mean of squares less the square of the mean: that leaves mere rounding of a picture of one colour.
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean), (1, 2), keepdims=True)
    scale = gamma * tf.math.rsqrt(variance + layer.epsilon)
    return x * scale + (beta - mean * scale)


def _bilinear_double(x):
    """``tf.image.resize`` to twice the sides, of static shape: a mean of neighbours, the edges repeated."""
    x = tf.concat([x[:, :1], x, x[:, -1:]], axis=1)
    x = tf.concat([x[:, :, :1], x, x[:, :, -1:]], axis=2)
    rows = (0.25 * x[:, :-2] + 0.75 * x[:, 1:-1], 0.75 * x[:, 1:-1] + 0.25 * x[:, 2:])
    pairs = [(0.25 * y[:, :, :-2] + 0.75 * y[:, :, 1:-1], 0.75 * y[:, :, 1:-1] + 0.25 * y[:, :, 2:]) for y in rows]
    return tf.nn.depth_to_space(tf.concat([*pairs[0], *pairs[1]], axis=-1), 2)


def _transposed(x, kernel):
    """A transposed convolution of 3x3 and stride 2 as one of 2x2 to four times the filters, whose shape is static."""
    kernel = kernel.transpose(0, 1, 3, 2)  # rows, columns, in, out
    phases = np.zeros((2, 2, kernel.shape[2], 2, 2, kernel.shape[3]), np.float32)
    # Row 2 of the kernel reaches from the row before into even rows, row 0 from the row at hand, row 1 into odd rows.
    taps = {(0, 0): 2, (1, 0): 0, (1, 1): 1}
    for (row, odd_row), i in taps.items():
        for (column, odd_column), j in taps.items():
            phases[row, column, :, odd_row, odd_column] = kernel[i, j]
    x = tf.pad(x, [[0, 0], [1, 0], [1, 0], [0, 0]])
    return tf.nn.depth_to_space(tf.nn.conv2d(x, phases.reshape(2, 2, kernel.shape[2], -1), 1, "VALID"), 2)


def without_kernels(content, weights):
    """A TFLite file whose buffers refer to what is behind it, where that is a matrix of the network as it is.

    Args:
        content: of a file of float16 weights.
        weights: arrays, in order.

    Returns:
        (bytes, numbers of the weights that belong behind them, each at the next multiple of `ALIGNMENT`).
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    kernels = {kernel_bytes(array): number for number, array in enumerate(weights) if array.ndim > 1}
    found = []
    for buffer in model.buffers:
        data = b"" if buffer.data is None else bytes(buffer.data)
        if data in kernels:
            found.append((buffer, kernels[data], len(data)))
            buffer.data, buffer.offset, buffer.size = None, ALIGNMENT, len(data)  # any number that is stored
    end = len(_packed(model))
    for buffer, _, size in found:
        end += -end % ALIGNMENT
        buffer.offset = end
        end += size
    return _packed(model), [number for _, number, _ in found]


def _packed(model):
    builder = Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
