"""The person of a photograph as a mask, by a TFLite file that finds people."""

import functools

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import as_rgb
from fast_style.common.installed import installed
from fast_style.common.processor import processors
from fast_style.common.startup import stderr_closed


def person_mask(image, model):
    """Where people are in a photograph.

    Args:
        image: as of :func:`fast_style.stylize`.
        model: path of a TFLite file from float32 RGB (1, height, width, 3), 0 to 1, to (1, height, width, 1), 0 to 1,
            as MediaPipe's ``selfie_segmentation.tflite`` is.

    Returns:
        uint8 (height, width) of the photograph's size: white where people are.

    Raises:
        UserError: a bad image; a file of something else; LiteRT is not installed.
    """
    rgb = as_rgb(image)
    interpreter, given, result = _interpreter(str(model))
    height, width = given["shape"][1:3]
    with stderr_closed():
        interpreter.set_tensor(given["index"], resize_array(rgb, height, width)[None].astype("float32") / 255)
        interpreter.invoke()
    shares = np.clip(interpreter.get_tensor(result["index"])[0, ..., 0], 0, 1)
    return resize_array(np.rint(shares * 255).astype(np.uint8), *rgb.shape[:2])


@functools.lru_cache(maxsize=1)
def _interpreter(model):
    """(interpreter, what its input is, what its output is)."""
    if not installed("ai_edge_litert"):
        raise UserError('segmentation: expected LiteRT (pip install "fast-style[tflite]"). Received: none')
    from ai_edge_litert.interpreter import Interpreter

    wanted = "segmentation: expected a TFLite file from RGB to a mask of one channel"
    try:
        with stderr_closed():
            interpreter = Interpreter(model_path=model, num_threads=processors())
            interpreter.allocate_tensors()
        (given,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    except (ValueError, RuntimeError, OSError) as error:
        raise UserError(f"{wanted}. Received: {model}, something else") from error
    shapes = tuple(given["shape"]), tuple(result["shape"])
    if [len(one) for one in shapes] != [4, 4] or (shapes[0][3], shapes[1][3]) != (3, 1) or given["dtype"] != np.float32:
        raise UserError(f"{wanted}. Received: {model}, from {shapes[0]} to {shapes[1]}")
    return interpreter, given, result
