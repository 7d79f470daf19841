"""TFLite files for phones, each run by LiteRT and compared with the Keras network before it is kept."""

import os
import tempfile
import time
import warnings

from fast_style.common.errors import UserError
from fast_style.common.images.pixels import to_uint8
from fast_style.common.layers import litert_convolution
from fast_style.common.layers.convolution_forms import convolution_forms
from fast_style.common.layers.late_product import late_products
from fast_style.common.networks.rebuilding import in_precision, rebuilt
from fast_style.common.networks.source import Source
from fast_style.common.startup import stderr_closed
from fast_style.export.comparison import distances, photographs
from fast_style.export.equalization import equalized
from fast_style.export.extras import require
from fast_style.export.output import writing
from fast_style.export.settings import TFLITE_PRECISIONS, check_calibration, check_conditions
from fast_style.export.signatures import write_signatures
from fast_style.export.single_file import DYNAMIC_SIZES, check_choices, check_distance, file_card, keep
from fast_style.export.weights_input import described_inputs, sample_inputs, weights_specification

# Photographs that the ranges of int8 activations are measured on.
CALIBRATION_PHOTOS = 32
# Operators that are computed in 8 bits where int8 is asked for: convolutions, nearly all of the arithmetic,
# and what only moves values between them. With normalization in 8 bits, starry_night loses 7 dB:
# docs/experiments/2026-11-21-int8.md.
INT8_OPERATORS = {"CONV_2D", "TRANSPOSE_CONV", "CONCATENATION", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH", "RELU"}
INT8_OPERATORS |= {"PAD", "SLICE", "STRIDED_SLICE", "QUANTIZE", "DEQUANTIZE"}


def export_tflite(
    source: Source,
    file: str | os.PathLike,
    precision: str = "float32",
    size: tuple[int, int] | None = None,
    uint8: bool = False,
    calibration: str | os.PathLike | None = None,
    photos: str | os.PathLike | None = None,
    allow_loss: bool = False,
    overwrite: bool = False,
    licence: str | None = None,
    mapped: bool = False,
) -> dict:
    """``.tflite`` file of builtin operators, and its model card beside it.

    The file has one signature, ``serving_default``, from ``images`` to ``images``: RGB
    (1, height, width, 3), 0..255, float32 or uint8; the output is factor times as high and wide. Of a network with
    conditions it has a second input, ``weights``, float32 (1, conditions), in the order of the card.

    >>> import tempfile, superres
    >>> from fast_style.export import export_tflite, find_network
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     superres.SRCNN(factor=2).save(f"{folder}/tiny.keras")
    ...     card = export_tflite(find_network(f"{folder}/tiny.keras"), f"{folder}/tiny.tflite", size=(16, 24))
    >>> card["signatures"]["serving_default"]["outputs"]["images"]["shape"]
    [1, 32, 48, 3]

    Args:
        source: of :func:`find_network`.
        file: path that ends in ``.tflite``; it appears whole or not at all.
        precision: ``"float32"`` (default); ``"float16"``, half the bytes; ``"dynamic"``, 8-bit weights, activations
            quantized as they come; ``"int8"``, 8-bit weights and activations of convolutions, with
            normalization in float.
        size: (height, width) of the input in pixels. Default: None for any, which each use sets.
        uint8: input and output are uint8 rather than float32. Default: False.
        calibration: folder of photographs that int8 is calibrated on.
        photos: folder of photographs on which the file is compared, up to 8, spread over it. Default:
            scikit-image's samples.
        allow_loss: keep a file that is further from the Keras network than its precision may be. Default: False.
        overwrite: replace a file that is there. Default: False.
        licence: of the weights, for the card. Default: that which ships with them.
        mapped: weights of conditions are a map, (1, height, width, conditions). Default: False.

    Returns:
        the model card, a dict; ``"psnr_db"`` in it is the lowest of the photographs compared.

    Raises:
        UserError: an unknown precision, a bad size, int8 without calibration or another precision with
            it, int8 of a network with conditions, a map for one without, a folder with no photograph, an existing file,
            a full disk, LiteRT not installed, a PSNR that falls short; results that are not finite, with `allow_loss`,
            too.
    """
    check_choices(source, file, ".tflite", precision, TFLITE_PRECISIONS, size, overwrite)
    check_calibration(precision, calibration)
    check_conditions(source, precision, mapped)
    require("ai_edge_litert.interpreter", "tflite")
    sizes = [size] if size else DYNAMIC_SIZES
    compared = photographs(sizes, photos)
    calibrated = photographs(sizes[:1], calibration, CALIBRATION_PHOTOS) if precision == "int8" else None
    # A copy: what the network has been compiled to, to compare, would be converted with it.
    content = convert(rebuilt(source.network), precision, size, uint8, calibrated, mapped)
    lowest = min(compare(content, in_precision(source.network, "float32"), compared, mapped))
    check_distance(file, lowest, precision, allow_loss)
    card = file_card(source, "tflite", content, precision, size, uint8, lowest, licence, operators=operators(content))
    second = described_inputs(source.network, mapped, 1, size or ("height", "width"))
    card["signatures"]["serving_default"]["inputs"] |= second
    keep(file, content, card)
    return card


def convert(network, precision="float32", size=None, uint8=False, calibration=None, mapped=False):
    """The bytes of a TFLite file; arguments as of :func:`export_tflite`.

    Args:
        network: a float32 network of either task.
        calibration: list of uint8 (height, width, 3), for int8.

    Raises:
        UserError: what TFLite's builtin operators cannot compute, or a tensor of more than 4 dimensions.
    """
    import tensorflow as tf

    if precision == "int8":
        network = equalized(network, calibration)

    def serving_default(images, *weights):
        with convolution_forms(litert_convolution), late_products():
            result = network(of_shape_only(images, size), *weights, training=False)
        return {"images": to_uint8(result) if uint8 else tf.clip_by_value(result, 0.0, 255.0)}

    dtype = tf.uint8 if uint8 else tf.float32
    sides = size or (None, None)
    inputs = [tf.TensorSpec((1, *sides, 3), dtype, "images"), *weights_specification(network, mapped, 1, sides)]
    with tempfile.TemporaryDirectory() as folder, stderr_closed():
        with writing(folder):
            write_signatures(folder, network, {"serving_default": (serving_default, *inputs)})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["serving_default"])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if precision == "int8":
            batches = [{"images": image[None].astype(dtype.as_numpy_dtype)} for image in calibration]
            content = _quantize(converter, batches)
        else:
            content = converter.convert()
    check_builtin(content)
    return content


def of_shape_only(images, size=None):
    """The input of a file as float32, which the file refuses where its caller has resized it to another shape.

    TFLite has no assertion. Where it joins tensors, their other sides must be equal: a column and a row of the image
    are joined to zeros, and the smaller of a pixel and its zero, which is 0, is added to the image.

    Args:
        images: float32 or uint8 (1, height, width, 3), 0..255.
        size: (height, width), or None for any; one image it is in any case.
    """
    import tensorflow as tf

    images = tf.cast(images, tf.float32)
    if size is None:
        lines = [(images[:, :1, :1, :1], (1, 1, 1, 1))]
    else:
        lines = [(images[:, :, :1, :1], (1, size[0], 1, 1)), (images[:, :1, :, :1], (1, 1, size[1], 1))]
    for line, shape in lines:
        joined = tf.concat([tf.nn.relu(line), tf.zeros(shape)], axis=3)
        images += tf.minimum(joined[:, :1, :1, :1], joined[:, :1, :1, 1:])
    return images


def _quantize(converter, batches):
    """Quantizes statically, none but `INT8_OPERATORS`: of TensorFlow's API, only the debugger can choose."""
    import tensorflow as tf

    converter.representative_dataset = lambda: iter(batches)
    options = tf.lite.experimental.QuantizationDebugOptions(
        denylisted_ops=sorted(set(builtin_names().values()) - INT8_OPERATORS)
    )
    with warnings.catch_warnings():
        # It makes a tf.lite.Interpreter, deprecated for LiteRT's; nothing here runs in it.
        warnings.filterwarnings("ignore", message=r"\s*Warning: tf.lite.Interpreter is deprecated")
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter, debug_dataset=converter.representative_dataset, debug_options=options
        )
        return debugger.get_nondebug_quantized_model()


def builtin_names():
    """``{code: name}`` of TFLite's builtin operators."""
    schema = require("ai_edge_litert.schema_py_generated", "tflite")
    return {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def operators(content):
    """Sorted names of the operators in a TFLite file, custom ones (TensorFlow's own, too) as ``CUSTOM name``.

    Args:
        content: its bytes.
    """
    schema = require("ai_edge_litert.schema_py_generated", "tflite")
    names = builtin_names()
    model = schema.Model.GetRootAs(content, 0)
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    # Codes below 127 are in the older field of a byte, others in both.
    found = [(names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())], code.CustomCode()) for code in codes]
    return sorted(name if custom is None else f"{name} {custom.decode()}" for name, custom in found)


def most_dimensions(content):
    """How many dimensions the tensor of most has in a TFLite file."""
    schema = require("ai_edge_litert.schema_py_generated", "tflite")
    model = schema.Model.GetRootAs(content, 0)
    graphs = [model.Subgraphs(i) for i in range(model.SubgraphsLength())]
    return max(graph.Tensors(i).ShapeLength() for graph in graphs for i in range(graph.TensorsLength()))


def check_builtin(content):
    """Raises UserError where a file has an operator that is not builtin, or a tensor of more than 4 dimensions."""
    custom = [name for name in operators(content) if name.startswith("CUSTOM")]
    if custom:
        raise UserError(f"network: expected builtin TFLite operators only. Received: {', '.join(custom)}")
    if most_dimensions(content) > 4:
        raise UserError(f"network: expected tensors of at most 4 dimensions. Received: {most_dimensions(content)}")


def run(content, images, threads=None, seconds=None, weights=None):
    """What LiteRT computes with XNNPACK, one image after the other.

    Args:
        content: bytes of a TFLite file.
        images: list of uint8 (height, width, 3).
        threads: default LiteRT's.
        seconds: a list that gets how long each took, None for not.
        weights: list of dicts, of what the file takes behind each image, as :func:`sample_inputs` gives it. Default:
            nothing.

    Returns:
        list of float32 or uint8 (height * factor, width * factor, 3), as the file has it.
    """
    litert = require("ai_edge_litert.interpreter", "tflite")
    with stderr_closed():  # it says that XNNPACK is used
        interpreter = litert.Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
        signature = interpreter.get_signature_runner("serving_default")
    dtype = signature.get_input_details()["images"]["dtype"]
    results = []
    for image, second in zip(images, weights or [{}] * len(images), strict=True):
        start = time.perf_counter()
        results.append(signature(images=image[None].astype(dtype), **second)["images"][0])
        if seconds is not None:
            seconds.append(time.perf_counter() - start)
    return results


def compare(content, network, images, mapped=False):
    """PSNR in dB of each image between what a file and what the Keras network makes of it, rounded to uint8."""
    weights = sample_inputs(network, images, mapped)
    return distances(network, images, run(content, images, weights=weights), weights)
