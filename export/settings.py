"""Choices and limits of the exports that the command line names. Light: imports no TensorFlow."""

from fast_style.common.errors import UserError

# Precision of a SavedModel -> the Keras dtype policy it computes under. Variables are float32 in all.
SAVED_MODEL_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
TFLITE_PRECISIONS = ("float32", "float16", "dynamic", "int8")
ONNX_PRECISIONS = ("float32", "float16")
PRECISIONS = {*SAVED_MODEL_POLICIES, *TFLITE_PRECISIONS, *ONNX_PRECISIONS}
# Of the results of one request, or of a fixed size: what 4096x4096 pixels are. The paper's style network takes
# 10 GB for them.
MAX_PIXELS = 4096 * 4096


def check_calibration(precision, calibration, argument="calibration"):
    """Raises UserError for int8 without photographs to calibrate on, and for such photographs without int8."""
    if precision == "int8" and calibration is None:
        raise UserError(f"{argument}: expected a folder of photographs for int8. Received: none")
    if precision != "int8" and calibration is not None:
        raise UserError(f"{argument}: expected it with int8 only. Received: {calibration}, with {precision}")


def check_conditions(source, precision, mapped):
    """Raises UserError for a map for a network without conditions, and int8 of one with conditions."""
    if mapped and not source.conditions:
        raise UserError(f"--map: expected a network of several paintings. Received: {source.name}, of one")
    if precision == "int8" and source.conditions:
        # Ranges of activations are other ones with each condition.
        raise UserError(
            "precision: expected float32, float16 or dynamic for a network of several paintings, or one style of it, "
            "--style. Received: int8"
        )
