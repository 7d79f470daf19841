"""A stand-in for tensorflow_model_server, for machines without one: the protocol, not the server.

It reads ``models.config``, loads the newest version of each model with TensorFlow, and answers Predict over gRPC
through the official PredictionService stubs, and the same over REST as TF Serving's REST API documents it. There
is no batching, no warm-up, no reload of configuration; a version is looked up at each request.
"""

import base64
import contextlib
import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from concurrent import futures
from pathlib import Path

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
from tensorflow_serving.config import model_server_config_pb2

from fast_style.export.serving_folder import versions

MODEL_SERVER = shutil.which("tensorflow_model_server")


class Models:
    """The models of a folder, loaded when they are first asked for."""

    def __init__(self, folder):
        self.folder = Path(folder)
        text = (self.folder / "models.config").read_text()
        config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
        self.bases = {model.name: model.base_path for model in config.model_config_list.config}
        self.loaded = {}

    def predict(self, request):
        """PredictRequest -> PredictResponse. LookupError for an unknown model, signature or input."""
        name = request.model_spec.name
        # In the container the folder is /models.
        newest = versions(self.folder / Path(self.bases[name]).relative_to("/models"))[-1]
        if newest not in self.loaded:
            self.loaded[newest] = tf.saved_model.load(newest)
        signature = request.model_spec.signature_name or "serving_default"
        function = self.loaded[newest].signatures[signature]
        wanted = function.structured_input_signature[1]
        inputs = {key: tf.constant(tf.make_ndarray(request.inputs[key]), wanted[key].dtype) for key in wanted}
        response = predict_pb2.PredictResponse()
        for key, value in function(**inputs).items():
            response.outputs[key].CopyFrom(tf.make_tensor_proto(value.numpy()))
        response.model_spec.name = name
        response.model_spec.signature_name = signature
        response.model_spec.version.value = int(newest.name)
        return response


class Grpc(prediction_service_pb2_grpc.PredictionServiceServicer):
    """The official service, of which only Predict is answered."""

    def __init__(self, models):
        self.models = models

    def Predict(self, request, context):
        try:
            return self.models.predict(request)
        except LookupError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        except tf.errors.InvalidArgumentError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, error.message)


def rest_handler(models):
    """Handler of POST /v1/models/NAME:predict with ``instances``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = predict_pb2.PredictRequest()
            request.model_spec.name = self.path.rpartition("/")[2].partition(":")[0]
            request.model_spec.signature_name = body.get("signature_name", "")
            for key in body["instances"][0]:
                values = [from_json(instance[key]) for instance in body["instances"]]
                request.inputs[key].CopyFrom(tf.make_tensor_proto(values))
            try:
                outputs = models.predict(request).outputs
                code, answer = 200, {"predictions": predictions(outputs)}
            except (LookupError, tf.errors.InvalidArgumentError) as error:
                code, answer = 404 if isinstance(error, LookupError) else 400, {"error": str(error)}
            content = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    return Handler


def from_json(value):
    """Binary values come as ``{"b64": ...}``."""
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else np.array(value)


def predictions(outputs):
    """One value for each instance; as TF Serving, bare where there is one output, base64 where its name ends so."""
    ((name, tensor),) = outputs.items()
    values = tf.make_ndarray(tensor)
    if name.endswith("_bytes"):
        return [{"b64": base64.b64encode(value).decode()} for value in values]
    return values.tolist()


@contextlib.contextmanager
def stand_in(folder):
    """Serves a folder on loopback; gives (gRPC address, REST URL)."""
    models = Models(folder)
    server = grpc.server(futures.ThreadPoolExecutor(2))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Grpc(models), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    rest = http.server.HTTPServer(("127.0.0.1", 0), rest_handler(models))
    threading.Thread(target=rest.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{port}", f"http://127.0.0.1:{rest.server_port}"
    finally:
        rest.shutdown()
        rest.server_close()
        server.stop(None).wait()


@contextlib.contextmanager
def model_server(folder):
    """The same by tensorflow_model_server, with the flags of docker-compose.yml."""
    config = (Path(folder) / "models.config").read_text().replace('"/models/', f'"{folder}/')
    local = Path(folder).with_name(f"{Path(folder).name}-models.config")
    local.write_text(config)
    ports = [free_port(), free_port()]
    command = [MODEL_SERVER, f"--port={ports[0]}", f"--rest_api_port={ports[1]}", f"--model_config_file={local}"]
    command += ["--model_config_file_poll_wait_seconds=1", "--file_system_poll_wait_seconds=1"]
    process = subprocess.Popen(command)
    try:
        for model in Models(folder).bases:
            wait_for(f"http://127.0.0.1:{ports[1]}/v1/models/{model}")
        yield f"127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, seconds=60):
    """Waits until a model is available."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url) as answer:
            if b"AVAILABLE" in answer.read():
                return
        time.sleep(0.2)
    raise TimeoutError(url)
