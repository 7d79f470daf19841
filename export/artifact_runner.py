"""Runs artifacts where nothing of this package can be imported: the program of :mod:`fast_style.export.fresh_process`.

python -E -P artifact_runner.py PACKAGE...

Packages that are named cannot be imported, nor can Keras.

Each line on stdin is a task in JSON: ``[ARTIFACT, INPUTS.npz, OUTPUTS.npz]``. INPUTS has arrays named
``signature/number``: a batch of images, or the bytes of one encoded image as uint8 (length,); and, where a signature
takes weights, ``signature/number/weights``. OUTPUTS gets what the artifact makes of each, by the same name. Each task
is answered by a line on stdout, in JSON: null, or one line that says why it does not load or run.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
for name in (*sys.argv[1:], "keras"):  # which no artifact needs, and TensorFlow takes a second or more to import
    sys.modules[name] = None  # from here on, importing it is an ImportError

import numpy as np  # noqa: E402 behind the lines above, on purpose


def saved_model(path):
    """``run(signature, array, **weights)`` of a SavedModel, by TensorFlow's own loader."""
    import tensorflow as tf

    signatures = tf.saved_model.load(path).signatures

    def run(name, array, **weights):
        if name == "serve_bytes":
            png = signatures[name](image_bytes=tf.constant([array.tobytes()]))["image_bytes"].numpy()[0]
            return np.frombuffer(png, np.uint8)
        weights = {key: tf.constant(value) for key, value in weights.items()}
        return signatures[name](images=tf.constant(array), **weights)["images"].numpy()

    return run, tf


def tflite(path):
    """``run(signature, array, **weights)`` of a TFLite file, by LiteRT."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path)

    def run(name, array, **weights):
        signature = interpreter.get_signature_runner(name)
        dtype = signature.get_input_details()["images"]["dtype"]
        return signature(images=array.astype(dtype), **weights)["images"]

    return run, interpreter


def onnx(path):
    """``run(signature, array, **weights)`` of an ONNX file, by ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def run(name, array, **weights):
        dtype = np.uint8 if session.get_inputs()[0].type == "tensor(uint8)" else np.float32
        return session.run(None, {"images": array.astype(dtype), **weights})[0]

    return run, session


def run_artifact(artifact, inputs, outputs):
    # Whoever made it, `loaded` must outlive `run`.
    load = saved_model if os.path.isdir(artifact) else onnx if artifact.endswith(".onnx") else tflite
    run, loaded = load(artifact)
    with np.load(inputs) as arrays:
        found = {}
        for name in arrays.files:
            signature, _, rest = name.partition("/")
            if not rest.endswith("/weights"):
                second = f"{name}/weights"
                weights = {"weights": arrays[second]} if second in arrays.files else {}
                found[name] = run(signature, arrays[name], **weights)
        np.savez(outputs, **found)
    del loaded


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for line in sys.stdin:
        try:
            answer = run_artifact(*json.loads(line))
        except Exception as error:  # whatever two runtimes raise for a file that is not theirs
            answer = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
