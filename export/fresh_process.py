"""Runs an artifact where nothing of this package can be imported: a program for :mod:`export.verification`.

python -E -P fresh_process.py ARTIFACT INPUTS.npz OUTPUTS.npz

INPUTS has arrays named ``signature/number``: a batch of images, or the bytes of one encoded image as uint8
(length,). OUTPUTS gets what the artifact makes of each, by the same name. What does not load or run is one line on
stderr and exit code 1.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
for name in ("common", "fast_style", "superres", "export"):
    sys.modules[name] = None  # from here on, importing it is an ImportError

import numpy as np  # noqa: E402 behind the lines above, on purpose


def saved_model(path):
    """``run(signature, array)`` of a SavedModel, by TensorFlow's own loader."""
    import tensorflow as tf

    signatures = tf.saved_model.load(path).signatures

    def run(name, array):
        if name == "serve_bytes":
            png = signatures[name](image_bytes=tf.constant([array.tobytes()]))["image_bytes"].numpy()[0]
            return np.frombuffer(png, np.uint8)
        return signatures[name](images=tf.constant(array))["images"].numpy()

    return run, tf


def tflite(path):
    """``run(signature, array)`` of a TFLite file, by LiteRT."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path)

    def run(name, array):
        signature = interpreter.get_signature_runner(name)
        dtype = signature.get_input_details()["images"]["dtype"]
        return signature(images=array.astype(dtype))["images"]

    return run, interpreter


def main(artifact, inputs, outputs):
    # Whoever made it, `loaded` must outlive `run`.
    run, loaded = (saved_model if os.path.isdir(artifact) else tflite)(artifact)
    with np.load(inputs) as arrays:
        np.savez(outputs, **{name: run(name.rsplit("/", 1)[0], arrays[name]) for name in arrays.files})
    del loaded


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # whatever two runtimes raise for a file that is not theirs
        sys.exit(" ".join(f"{type(error).__name__}: {error}".split())[:500])
