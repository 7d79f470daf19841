"""Requests that no client should send, fed as TF Serving feeds them: by a callable that checks no placeholder.

In a process of its own, which must live through all of them; with oneDNN, which ends it where a shape is wrong.
"""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

model, requests = sys.argv[1:]
answers = []
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    signatures = tf.compat.v1.saved_model.load(session, ["serve"], model).signature_def
    def callable_of(signature):
        ((_, given),), ((_, wanted),) = signature.inputs.items(), signature.outputs.items()
        options = config_pb2.CallableOptions(feed=[given.name], fetch=[wanted.name])
        return session._make_callable_from_options(options)

    ask = {name: callable_of(signature) for name, signature in signatures.items() if signature.inputs}
    for signature, (shape, dtype) in json.load(open(requests)):
        value = np.full(shape, b"no image", object) if dtype == "string" else np.zeros(shape, dtype)
        try:
            answers.append(list(ask[signature](value)[0].shape))
        except Exception as error:
            answers.append(f"{type(error).__name__}: {error}")
print(json.dumps(answers))
"""

WRONG_SHAPES = [
    (4, 4, 3),  # without the batch axis: the commonest mistake
    (4, 4, 4),
    (),
    (3,),
    (4, 3),
    (1, 1, 4, 4, 3),
    (1, 4, 4, 1),
    (1, 4, 4, 4),
    (1, 4, 4, 0),
    (1, 3, 4, 4),
]
EMPTY = [(0, 4, 4, 3), (1, 0, 4, 3), (1, 4, 0, 3)]
TOO_LARGE = [(1, 101, 100, 3), (3, 60, 60, 3)]
RIGHT = (1, 4, 4, 3)


def answers(model, requests, folder):
    """What a SavedModel answers to ``(signature, (shape, dtype))``: a shape, or an error."""
    (folder / "requests.json").write_text(json.dumps(requests))
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "1"}
    command = [sys.executable, "-c", PROGRAM, str(model), str(folder / "requests.json")]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "factor"), [("style", 1), ("x2", 2)])
def test_requests_of_any_shape_and_type_are_answered(serving_folder, tmp_path, name, factor):
    invalid = "InvalidArgumentError: "
    expected = []  # (signature, shape, dtype), and what the answer is or has in it
    for signature, dtype in (("serving_default", "uint8"), ("serve_float", "float32")):
        for shape in WRONG_SHAPES:
            expected.append(((signature, (shape, dtype)), "is not compatible with expected shape [?,?,?,3]"))
        expected += [((signature, (shape, dtype)), "images: expected at least one pixel") for shape in EMPTY]
        expected += [((signature, (shape, dtype)), "images: expected a result of at most") for shape in TOO_LARGE]
        expected.append(((signature, (RIGHT, "float64")), invalid))
        expected.append(((signature, ((1,), "string")), invalid))
        expected.append(((signature, (RIGHT, dtype)), [1, 4 * factor, 4 * factor, 3]))
    for shape in [(), (1, 1), (2, 3, 4)]:
        expected.append((("serve_bytes", (shape, "string")), "is not compatible with expected shape [?]"))
    expected.append((("serve_bytes", ((1,), "uint8")), invalid))
    expected.append((("serve_bytes", ((2,), "string")), "Unknown image file format"))
    expected.append((("serve_bytes", ((0,), "string")), [0]))
    received = answers(serving_folder / name / "1", [request for request, _ in expected], tmp_path)
    for (request, right), answer in zip(expected, received, strict=True):
        if isinstance(right, list):
            assert answer == right, request
        else:
            assert answer.startswith(invalid), (request, answer)
            assert right in answer, request
