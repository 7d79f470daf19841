"""Choices and limits of the exports that the command line names. Light: imports nothing."""

# Precision of a SavedModel -> the Keras dtype policy it computes under. Variables are float32 in all.
SAVED_MODEL_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
TFLITE_PRECISIONS = ("float32", "float16", "dynamic", "int8")
PRECISIONS = {*SAVED_MODEL_POLICIES, *TFLITE_PRECISIONS}
# Of the results of one request, or of a fixed size: what 4096x4096 pixels are. The paper's style network takes
# 10 GB for them.
MAX_PIXELS = 4096 * 4096
