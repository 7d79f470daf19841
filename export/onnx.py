"""ONNX files, each run by ONNX Runtime and compared with the Keras network before it is kept."""

import contextlib
import logging
import os
import warnings

import numpy as np

from fast_style.common.images.pixels import to_uint8
from fast_style.common.layers.late_product import late_products
from fast_style.common.networks.float16 import as_float16
from fast_style.common.networks.rebuilding import in_precision, rebuilt
from fast_style.common.networks.source import Source
from fast_style.common.startup import stderr_closed
from fast_style.export.comparison import distances, photographs
from fast_style.export.extras import require
from fast_style.export.settings import ONNX_PRECISIONS
from fast_style.export.single_file import DYNAMIC_SIZES, check_choices, check_distance, file_card, keep
from fast_style.export.weights_input import described_inputs, sample_inputs, weights_specification

# Of 2022: what runtimes of today's browsers and phones take.
OPSET = 17
# Names are of one space in ONNX: an output cannot be called as the input is.
OUTPUT = "pictures"


def export_onnx(
    source: Source,
    file: str | os.PathLike,
    precision: str = "float32",
    size: tuple[int, int] | None = None,
    uint8: bool = False,
    photos: str | os.PathLike | None = None,
    allow_loss: bool = False,
    overwrite: bool = False,
    licence: str | None = None,
) -> dict:
    """``.onnx`` file, and its model card beside it.

    The file is a graph from ``images`` to ``pictures``: RGB (1, height, width, 3), 0..255, float32 or uint8; the
    output is factor times as high and wide. Of a network with conditions it has a second input, ``weights``, float32
    (1, conditions), in the order of the card.

    >>> import tempfile, superres
    >>> from fast_style.export import export_onnx, find_network
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     superres.SRCNN(factor=2).save(f"{folder}/tiny.keras")
    ...     card = export_onnx(find_network(f"{folder}/tiny.keras"), f"{folder}/tiny.onnx", size=(16, 24))
    >>> card["signatures"]["serving_default"]["outputs"]["pictures"]["shape"]
    [1, 32, 48, 3]

    Args:
        source: of :func:`find_network`.
        file: path that ends in ``.onnx``; it appears whole or not at all.
        precision: ``"float32"`` (default); ``"float16"``: weights of half the bytes, computed with in float32.
        size: (height, width) of the input in pixels. Default: None for any.
        uint8: input and output are uint8 rather than float32. Default: False.
        photos: folder of photographs on which the file is compared, up to 8, spread over it. Default:
            scikit-image's samples.
        allow_loss: keep a file that is further from the Keras network than its precision may be. Default: False.
        overwrite: replace a file that is there. Default: False.
        licence: of the weights, for the card. Default: that which ships with them.

    Returns:
        the model card, a dict; ``"psnr_db"`` in it is the lowest of the photographs compared.

    Raises:
        UserError: an unknown precision, a bad size, a folder with no photograph, an existing file, a full disk,
            tf2onnx or ONNX Runtime not installed, weights that float16 cannot hold, a PSNR that falls short; results
            that are not finite, with `allow_loss`, too.
    """
    check_choices(source, file, ".onnx", precision, ONNX_PRECISIONS, size, overwrite)
    for module in ("tf2onnx", "onnxruntime"):
        require(module, "onnx")
    compared = photographs([size] if size else DYNAMIC_SIZES, photos)
    content = convert(rebuilt(source.network), precision, size, uint8)
    network = in_precision(source.network, "float32")
    weights = sample_inputs(network, compared)
    lowest = min(distances(network, compared, run(content, compared, weights), weights))
    check_distance(file, lowest, precision, allow_loss)
    card = file_card(
        source,
        "onnx",
        content,
        precision,
        size,
        uint8,
        lowest,
        licence,
        OUTPUT,
        opset=OPSET,
        operators=operators(content),
    )
    card["signatures"]["serving_default"]["inputs"] |= described_inputs(network, batch=1)
    keep(file, content, card)
    return card


def convert(network, precision="float32", size=None, uint8=False):
    """The bytes of an ONNX file; arguments as of :func:`export_onnx`, but for a float32 network of either task."""
    import tensorflow as tf

    dtype = tf.uint8 if uint8 else tf.float32
    images = tf.TensorSpec((1, *(size or (None, None)), 3), dtype, "images")
    inputs = [images, *weights_specification(network, batch=1)]

    @tf.function(input_signature=inputs, autograph=False)
    def graph(images, *weights):
        with late_products() if size else contextlib.nullcontext():
            result = network(images, *weights, training=False)
        return {OUTPUT: to_uint8(result) if uint8 else tf.clip_by_value(result, 0.0, 255.0)}

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with stderr_closed(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the converter's, which is not ours to mend
        tf2onnx = require("tf2onnx", "onnx")
        model, _ = tf2onnx.convert.from_function(graph, input_signature=inputs, opset=OPSET)
    for value, factor in ((model.graph.input[0], 1), (model.graph.output[0], network.factor)):
        for axis, side in ((1, "height"), (2, "width")):
            dimension = value.type.tensor_type.shape.dim[axis]
            if size:
                dimension.dim_value = size[axis - 1] * factor
            else:
                dimension.dim_param = side if factor == 1 else f"{side} * {factor}"
    if precision == "float16":
        _halve_weights(model)
    return model.SerializeToString()


def _halve_weights(model):
    """Keeps the kernels of convolutions as float16; runtimes turn them back as they load the file.

    Raises:
        UserError: a weight that is larger than float16 can hold.
    """
    onnx = require("onnx", "onnx")
    casts = []
    for constant in model.graph.initializer:
        array = onnx.numpy_helper.to_array(constant)
        if array.dtype != np.float32 or array.ndim != 4:
            continue
        whole, half = constant.name, f"{constant.name}/float16"
        constant.CopyFrom(onnx.numpy_helper.from_array(as_float16(array, "network"), half))
        casts.append(onnx.helper.make_node("Cast", [half], [whole], name=f"{half}/cast", to=onnx.TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])


def operators(content):
    """Sorted names of the operators in an ONNX file of these bytes."""
    return sorted({node.op_type for node in require("onnx", "onnx").load_from_string(content).graph.node})


def run(content, images, weights=None):
    """What ONNX Runtime computes on the processor, one image after the other.

    Args:
        content: bytes of an ONNX file.
        images: list of uint8 (height, width, 3).
        weights: list of dicts, of what the file takes behind each image, as :func:`sample_inputs` gives it. Default:
            nothing.

    Returns:
        list of float32 or uint8 (height * factor, width * factor, 3), as the file has it.
    """
    runtime = require("onnxruntime", "onnx")
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    dtype = np.uint8 if session.get_inputs()[0].type == "tensor(uint8)" else np.float32
    pairs = zip(images, weights or [{}] * len(images), strict=True)
    return [session.run(None, {"images": image[None].astype(dtype), **second})[0][0] for image, second in pairs]
