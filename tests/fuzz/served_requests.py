"""Requests to an exported SavedModel, fed as TF Serving feeds them: by a callable that checks no placeholder.

``python -m tests.fuzz.served_requests COUNT SEED``
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from fast_style.common.startup import start_tensorflow
from tests.fuzz.corpus import picture_files
from tests.fuzz.trial import Trial
from tests.tampering import tampered_bytes

MAX_PIXELS = 10_000


def main(count, seed):
    start_tensorflow()
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        ask = served(folder)
        trial = Trial("requests", (tf.errors.InvalidArgumentError,))
        generator = np.random.default_rng(seed)
        files = list(picture_files().items())
        for number in range(count):
            if number % 2:
                signature, given = "serve_bytes", _bytes(files, generator)
            else:
                signature = ("serving_default", "serve_float")[number // 2 % 2]
                given = _array(generator, np.uint8 if signature == "serving_default" else np.float32)
            trial.attempt(f"{signature}, {number}, seed {seed}: {given.shape}", ask[signature], given)
        trial.finish()


def served(folder):
    """``{signature: function of an array}`` of a tiny style network, exported into a folder."""
    import tensorflow as tf
    from tensorflow.core.protobuf import config_pb2

    from fast_style.common.networks.source import find_network
    from fast_style.export import export_saved_model
    from fast_style.network import TransformationNetwork

    path = Path(folder) / "tiny.keras"
    TransformationNetwork(width=4).save(path)
    model = Path(folder) / "model"
    export_saved_model(find_network(path), model, max_pixels=MAX_PIXELS)
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        signatures = tf.compat.v1.saved_model.load(session, ["serve"], str(model)).signature_def

    def callable_of(signature):
        ((_, given),), ((_, wanted),) = signature.inputs.items(), signature.outputs.items()
        return session._make_callable_from_options(config_pb2.CallableOptions(feed=[given.name], fetch=[wanted.name]))

    return {name: callable_of(signature) for name, signature in signatures.items() if signature.inputs}


def _array(generator, dtype):
    """Of any rank up to 6 and small sides, right ones among them."""
    if generator.random() < 0.3:
        shape = (int(generator.integers(1, 3)), *map(int, generator.integers(1, 40, 2)), 3)
    else:
        shape = tuple(map(int, generator.choice([0, 1, 2, 3, 4, 7, 33, 120], generator.integers(0, 7))))
        while np.prod(shape, dtype=float) > 1e6:
            shape = shape[1:]
    values = generator.integers(0, 256, shape).astype(dtype)
    if dtype == np.float32 and generator.random() < 0.2:
        values = values * np.float32(generator.choice([np.nan, np.inf, -1e30, 1e30]))
    return values


def _bytes(files, generator):
    """A batch of one to three pictures, most of them mutated."""
    batch = []
    for _ in range(generator.integers(1, 4)):
        _, content = files[generator.integers(len(files))]
        if generator.random() < 0.8:
            (content,) = tampered_bytes(content, 1, int(generator.integers(1 << 30)))
        batch.append(content)
    return np.array(batch, object)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
