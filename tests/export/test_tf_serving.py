"""Folders for TF Serving: what is in them, and answers over gRPC and REST."""

import http.server
import importlib
import json
import re
import shutil
import subprocess
import threading
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving.config import model_server_config_pb2

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.export import tf_serving
from fast_style.export.model_card import CARD
from fast_style.export.serving_folder import check_serving_folder
from fast_style.export.tf_serving import WARMUP, export_serving
from tests.export.conftest import encoded, picture
from tests.export.serving_stand_in import MODEL_SERVER, Models, model_server, stand_in
from tests.levels import quick_first


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(stand_in, id="stand-in"),
        pytest.param(
            model_server,
            id="tensorflow_model_server",
            marks=pytest.mark.skipif(MODEL_SERVER is None, reason="tensorflow_model_server is not on the PATH"),
        ),
    ],
)
def server(request, serving_folder, tmp_path_factory):
    """(folder, gRPC address, REST URL) of a server of both networks; the folder is this module's own."""
    folder = tmp_path_factory.mktemp("served") / "models"
    shutil.copytree(serving_folder, folder)
    with request.param(folder) as (address, url):
        yield folder, address, url


def client(folder, name):
    """A module of ``clients/``, imported from where it was written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder / "clients"))
        return importlib.import_module(name)


def call(folder, name, *arguments):
    """Exit code of a client's command line."""
    module, rest = client(folder, name), client(folder, "rest_client")
    ask = module.predict if module is rest else module.ask
    return rest.command(ask, module.__doc__, module.SERVER, [str(argument) for argument in arguments])


@pytest.fixture
def stub(server):
    folder, address, _ = server
    return client(folder, "grpc_client").connect(address)


def test_what_is_in_the_folder(serving_folder):
    files = {str(path.relative_to(serving_folder)) for path in serving_folder.rglob("*") if path.is_file()}
    assert {"models.config", "batching.config", "docker-compose.yml"} <= files
    assert {"clients/rest_client.py", "clients/grpc_client.py"} <= files
    for model in ("style", "x2"):
        assert {f"{model}/1/saved_model.pb", f"{model}/1/{WARMUP}", f"{model}/1/{CARD}"} <= files
    assert not [file for file in files if "part" in file or file.endswith(".pyc")]
    card = json.loads((serving_folder / "x2" / "1" / CARD).read_text())
    assert str(WARMUP) in card["sha256"]


def test_models_config_names_each_model(serving_folder):
    """Parsed with the server's own message."""
    text = (serving_folder / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig()).model_config_list.config
    assert [(model.name, model.base_path, model.model_platform) for model in config] == [
        ("style", "/models/style", "tensorflow"),
        ("x2", "/models/x2", "tensorflow"),
    ]


def test_docker_compose_mounts_and_names_what_is_there(serving_folder):
    text = (serving_folder / "docker-compose.yml").read_text()
    named = re.findall(r"/models/(\S+\.(?:config|sh))\b", text)
    assert named == ["models.config", "monitoring.config", "batching.config", "healthcheck.sh"]
    assert all((serving_folder / name).is_file() for name in named)


def test_images_are_of_the_version_that_wrote_the_models(serving_folder):
    version = tf.__version__.rpartition(".")[0]
    for name, suffix in (("docker-compose.yml", ""), ("docker-compose.gpu.yml", "-gpu")):
        assert f"image: tensorflow/serving:{version}.0{suffix}\n" in (serving_folder / name).read_text()
    written = [path for path in serving_folder.glob("*") if path.is_file()]
    assert not [path for path in written if "TENSORFLOW_VERSION" in path.read_text()]


def test_configurations_are_yaml_that_agrees(serving_folder):
    yaml = pytest.importorskip("yaml")
    compose, gpu, prometheus = (
        yaml.safe_load((serving_folder / name).read_text())
        for name in ("docker-compose.yml", "docker-compose.gpu.yml", "prometheus.yml")
    )
    assert gpu["services"].keys() == compose["services"].keys() == {"serving"}
    assert gpu["services"]["serving"]["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    (job,) = prometheus["scrape_configs"]
    assert f'path: "{job["metrics_path"]}"' in (serving_folder / "monitoring.config").read_text()
    assert "8501:8501" in compose["services"]["serving"]["ports"]
    assert job["static_configs"][0]["targets"] == ["localhost:8501"]


@pytest.mark.parametrize(("states", "code"), [(("AVAILABLE", "AVAILABLE"), 0), (("AVAILABLE", "LOADING"), 1)])
def test_health_is_that_of_every_model(serving_folder, states, code):
    """Against the answers that TF Serving's REST API documents."""
    models = dict(zip(("style", "x2"), states, strict=True))

    class Status(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state = models[self.path.removeprefix("/v1/models/")]
            versions = [{"version": "1", "state": state, "status": {"error_code": "OK", "error_message": ""}}]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"model_version_status": versions}, indent=1).encode())

        def log_message(self, *arguments):
            pass

    def check(port):
        command = ["bash", str(serving_folder / "healthcheck.sh"), str(port)]
        return subprocess.run(command, capture_output=True, timeout=20).returncode

    with http.server.HTTPServer(("127.0.0.1", 0), Status) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert check(server.server_port) == code
        server.shutdown()
    assert check(1) == 1  # nobody listens


@pytest.mark.slow
@pytest.mark.parametrize("model", quick_first(["x2", "style"]))
def test_warm_up_requests_are_replayed(serving_folder, model):
    """Two sizes through three signatures, as records of the server's own message; each is answered."""
    models = Models(serving_folder)
    seen = []
    for record in tf.data.TFRecordDataset(str(serving_folder / model / "1" / WARMUP)).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        (output,) = models.predict(request).outputs.values()
        answer = tf.make_ndarray(output)
        shape = read_photo(answer[0]).rgb.shape[:2] if answer.dtype == object else answer.shape[1:3]
        seen.append((request.model_spec.name, request.model_spec.signature_name, *shape))
    factor = {"style": 1, "x2": 2}[model]
    assert seen == [
        (model, signature, height * factor, width * factor)
        for height, width in [(8, 12), (5, 7)]
        for signature in ("serving_default", "serve_float", "serve_bytes")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["style", "x2"])
def test_arrays_over_grpc(server, stub, sources, model):
    image = picture(21, 17)
    received = client(server[0], "grpc_client").predict_array(stub, model, image[None])
    expected = sources[model].network.render(image[None]).numpy()[0]
    assert received.dtype == np.uint8
    assert np.abs(received[0].astype(int) - expected).max() <= 1  # rounding


@pytest.mark.slow
def test_files_by_the_clients(server, sources, tmp_path):
    """Both examples, as programs: a photograph's file in, a picture's file out."""
    folder, address, url = server
    write_photo(tmp_path / "photo.png", picture(14, 19))
    for name, where in (("grpc_client", address), ("rest_client", url)):
        for model in ("style", "x2"):
            target = tmp_path / f"{name}_{model}.png"
            assert call(folder, name, model, tmp_path / "photo.png", target, where) == 0
            expected = sources[model].network.render(picture(14, 19)[None]).numpy()[0]
            np.testing.assert_array_equal(read_photo(target).rgb, expected)


@pytest.mark.slow
def test_bad_bytes_are_refused_and_the_server_goes_on(server, stub):
    folder, *_ = server
    module = client(folder, "grpc_client")
    with pytest.raises(grpc.RpcError) as caught:
        module.predict(stub, "style", b"Dear diary")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "Unknown image file format" in caught.value.details()
    assert read_photo(module.predict(stub, "style", encoded(picture(6, 5)))).rgb.shape == (6, 5, 3)


def test_clients_say_what_the_server_refused(server, tmp_path, capsys):
    folder, address, url = server
    (tmp_path / "diary.jpg").write_text("Dear diary")
    for name, where in (("grpc_client", address), ("rest_client", url)):
        assert call(folder, name, "style", tmp_path / "diary.jpg", tmp_path / "no.png", where) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"{where}: expected a picture. Received: ")
        assert "Unknown image file format" in line
    assert not (tmp_path / "no.png").exists()


@pytest.mark.slow
def test_a_new_version_is_served_beside_the_old(server, stub, network_files):
    """`--update` with another network under the same name: the same address answers with its numbers."""
    folder, *_ = server
    (folder / "docker-compose.yml").write_text("# mine\n")
    before = (folder / "models.config").read_text()
    made = export_serving(folder, {"x2": str(network_files["style"])}, warmup=[], update=True)
    assert made == [folder / "x2" / "2"]
    assert (folder / "x2" / "1" / "saved_model.pb").is_file()
    assert (folder / "docker-compose.yml").read_text() == "# mine\n"
    assert (folder / "models.config").read_text() == before
    module, end = client(folder, "grpc_client"), time.monotonic() + 30
    # The style network does not enlarge: a result of the input's size is the new version's.
    while module.predict_array(stub, "x2", picture(9, 9)[None]).shape != (1, 9, 9, 3):
        assert time.monotonic() < end
        time.sleep(0.2)


def test_warm_up_larger_than_requests_may_be(tmp_path, network_files):
    with pytest.raises(UserError, match="--warmup: expected a result of at most 100 pixels. Received: 8x8 for x2"):
        export_serving(tmp_path / "out", {"x2": str(network_files["x2"])}, warmup=[(8, 8)], max_pixels=100)
    assert list(tmp_path.iterdir()) == []


def test_an_update_that_fails_leaves_no_version_to_be_served(tmp_path, serving_folder, network_files):
    """The configuration was edited by hand, to something that is none."""
    folder = tmp_path / "models"
    shutil.copytree(serving_folder, folder)
    (folder / "models.config").write_bytes(b"model_config_list {\xff")
    before = sorted(folder.rglob("*"))
    with pytest.raises(UserError, match="models.config: expected the configuration of models"):
        export_serving(folder, {"x2": str(network_files["x2"])}, update=True)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.slow
def test_an_update_whose_second_model_fails_takes_the_first_back(tmp_path, serving_folder, network_files, monkeypatch):
    folder = tmp_path / "models"
    shutil.copytree(serving_folder, folder)
    before = sorted(folder.rglob("*"))
    real, calls = tf_serving.write_warmup, []

    def full_at_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(*arguments)

    monkeypatch.setattr(tf_serving, "write_warmup", full_at_second)
    with pytest.raises(UserError, match="No space left on device"):
        export_serving(folder, {name: str(network_files["x2"]) for name in ("x2", "new")}, warmup=[(8, 8)], update=True)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../out", "a name of letters, digits, '-', '_' and '.'. Received: '../out'"),
        ("", "a name of letters, digits, '-', '_' and '.'. Received: ''"),
        ("models.config", "a name that is none of the folder's own, batching.config, clients, .*'models.config'"),
        ("docker-compose.yml", "a name that is none of the folder's own, .*, models.config, .*'docker-compose.yml'"),
        ("Clients", "a name that is none of the folder's own, .*Received: 'Clients'"),
        ("a" * 256, "names of at most 255 bytes"),
    ],
)
@pytest.mark.parametrize("update", [False, True])
def test_a_name_that_cannot_be_one_is_refused_before_the_work(tmp_path, network_files, name, message, update):
    folder = tmp_path / "in" / "models"
    if update:
        folder.mkdir(parents=True)
        (folder / "models.config").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=f"--models: expected {message}"):
        export_serving(folder, {"x2": str(network_files["x2"]), name: str(network_files["x2"])}, update=update)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_folders_own_names_are_those_of_what_is_written(serving_folder):
    """Beside the two models."""
    for path in serving_folder.iterdir():
        if path.name not in ("style", "x2"):
            with pytest.raises(UserError, match="none of the folder's own"):
                check_serving_folder("out", [path.name])


def test_a_model_that_fails_leaves_a_folder_as_it_was(tmp_path, network_files):
    """Two models, the second no network: neither is written."""
    (tmp_path / "bad.keras").write_text("nothing")
    models = {"x2": str(network_files["x2"]), "bad": str(tmp_path / "bad.keras")}
    with pytest.raises(UserError, match="not a .keras file"):
        export_serving(tmp_path / "out", models)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.keras"]
