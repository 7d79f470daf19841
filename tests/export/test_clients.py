"""The clients that are written beside models, against servers that answer oddly."""

import base64
import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent import futures

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from fast_style.export.serving_folder import TEMPLATES
from tests.export.conftest import encoded, picture
from tests.levels import quick_first

CLIENTS = TEMPLATES / "clients"
PNG = encoded(picture(5, 7))


def test_help_of_a_client_has_less_in_it_without_docstrings():
    """``python -OO`` drops them."""
    command = [sys.executable, "-B", "-OO", CLIENTS / "rest_client.py", "--help"]
    assert "its name in models.config" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def prediction(value):
    return json.dumps({"predictions": [{"b64": value}]}).encode()


def text(content):
    return base64.b64encode(content).decode()


# What a server answers: (status, headers, body), and what the client says of it.
ODD_ANSWERS = {
    "not JSON": ((200, {}, b"hello"), "hello"),
    "empty": ((200, {}, b""), "nothing"),
    "no bytes of text": ((200, {}, b"\xff\xfe\0\1"), "expected one picture in base64"),
    "a proxy's page": ((502, {}, b"<html>\n<b>Bad\x1b[31m gateway</b>\n"), "HTTP 502: <html> <b>Bad?[31m gateway</b>"),
    "a page with 200": ((200, {}, b"<html></html>"), "<html></html>"),
    "an error": ((400, {}, b'{"error": "no such\\nimage"}'), "HTTP 400: no such image"),
    "an error that is none": ((400, {}, b'{"error": 7}'), "HTTP 400: 7"),
    "an error of nothing": ((500, {}, b""), "HTTP 500: nothing"),
    "not found": ((404, {}, b'{"error": "Servable not found"}'), "Servable not found"),
    "other keys": ((200, {}, b'{"outputs": []}'), "outputs"),
    "a list": ((200, {}, b"[1, 2]"), "expected one picture"),
    "a number": ((200, {}, b"7"), "expected one picture"),
    "null": ((200, {}, b"null"), "expected one picture"),
    "no prediction": ((200, {}, b'{"predictions": []}'), "expected one picture"),
    "predictions of null": ((200, {}, b'{"predictions": null}'), "expected one picture"),
    "two predictions": ((200, {}, b'{"predictions": [{"b64": ""}, {"b64": ""}]}'), "expected one picture"),
    "a bare text": ((200, {}, b'{"predictions": ["iVBO"]}'), "expected one picture"),
    "a number in base64's place": ((200, {}, b'{"predictions": [{"b64": 7}]}'), "expected one picture"),
    "garbage base64": ((200, {}, prediction("!!!!")), "expected one picture in base64"),
    "base64 that is no ASCII": ((200, {}, prediction("é")), "expected one picture in base64"),
    "an empty picture": ((200, {}, prediction("")), "0 bytes that are none"),
    "a picture cut short": ((200, {}, prediction(text(PNG[:-20]))), "expected a whole PNG"),
    "no picture": ((200, {}, prediction(text(b"GIF89a"))), "expected a whole PNG"),
    "deep JSON": ((200, {}, b"[" * 100_000), "expected one picture"),
    "a body cut short": ((200, {"Content-Length": "100000"}, prediction(text(PNG))[:50]), "expected"),
    "a chunk cut short": ((200, {"Transfer-Encoding": "chunked"}, b"ffff\r\nshort"), "expected TF Serving there"),
    "a length that is none": ((200, {"Content-Length": "many"}, b"{}"), "expected one picture"),
    "a redirection in circles": ((302, {"Location": "/again"}, b""), "HTTP 302"),
    "a redirection to a file": ((302, {"Location": "file:///etc/passwd"}, b""), "HTTP 302"),
}


@contextlib.contextmanager
def odd_server(status, headers, body):
    """An HTTP server with one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def raw_server(*parts):
    """Accepts connections, sends parts of an answer half a second apart, and waits."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    for part in parts:
                        connection.sendall(part)
                        time.sleep(0.5)
                    if parts[-1:] != (b"",):  # which means: close it
                        connection.recv(65536)
                        connection.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def photo(tmp_path):
    """A file to send, in a folder of its own."""
    (tmp_path / "photo.png").write_bytes(PNG)
    return tmp_path / "photo.png"


def run(*arguments, client="rest_client"):
    command = [sys.executable, str(CLIENTS / f"{client}.py"), *map(str, arguments)]
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


def check_refused(result, folder, message):
    """One line, exit code 2, and nothing written."""
    assert (result.returncode, result.stdout) == (2, ""), result.stderr
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["photo.png"]


@pytest.mark.parametrize("kind", quick_first(ODD_ANSWERS, 6))
def test_odd_answers(photo, kind):
    answer, message = ODD_ANSWERS[kind]
    with odd_server(*answer) as url:
        check_refused(run("style", photo, photo.parent / "out.png", url, "--timeout", "20"), photo.parent, message)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "message"),
    quick_first(
        [
            ((), "expected an answer within 1.5 s (--timeout). Received: none"),
            ((b"H", b"T", b"T", b"P", b"/", b"1"), "expected an answer within 1.5 s"),
            ((b"HTTP/1.1 200 OK\r\n\r\n", *[b" "] * 9), "expected an answer within 1.5 s"),
            ((b"SSH-2.0-OpenSSH\r\n", b""), "expected TF Serving there. Received: SSH-2.0-OpenSSH"),
            ((b"",), "expected TF Serving there. Received: "),
        ],
        2,
    ),
)
def test_servers_that_hang_or_are_others(photo, parts, message):
    start = time.monotonic()
    with raw_server(*parts) as url:
        check_refused(run("style", photo, photo.parent / "out.png", url, "--timeout", "1.5"), photo.parent, message)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("server", "message"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1: expected TF Serving there. Received: [Errno"),
        ("localhost:8501", "server: expected a URL like http://localhost:8501. Received: localhost:8501"),
        ("file:///etc", "server: expected a URL"),
        ("http://", "http://: expected TF Serving there"),
        ("http://127.0.0.1:port", "expected TF Serving there. Received: nonnumeric port"),
        ("http://" + "a" * 70 + ".invalid", "expected TF Serving there"),
        ("http://[::1", "expected TF Serving there. Received: Invalid IPv6 URL"),
        ("http://a b", "expected TF Serving there"),
    ],
)
def test_servers_that_are_none(photo, server, message):
    check_refused(run("style", photo, photo.parent / "out.png", server), photo.parent, message)


def test_a_picture_is_written_through_a_link_and_replaces_what_is_there(photo, tmp_path):
    (tmp_path / "old.png").write_bytes(b"old")
    (tmp_path / "out.png").symlink_to("old.png")
    with odd_server(200, {}, prediction(text(PNG))) as url:
        result = run("a model/versions/2", photo, tmp_path / "out.png", url)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "old.png").read_bytes() == PNG
    assert (tmp_path / "out.png").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.png", "out.png", "photo.png"]


def test_files_that_are_none(photo, tmp_path):
    """Found out before anybody is asked: nobody listens."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for source, target, message in [
        ("nowhere.png", "out.png", "nowhere.png: expected a file. Received: none there"),
        ("pipe", "out.png", "pipe: expected a file. Received: something else"),
        ("folder", "out.png", "folder: expected a file"),
        ("photo.png", "nowhere/out.png", "expected a folder to write it in"),
        ("photo.png", "folder", "expected the name of a file for the result"),
        ("photo.png", "pipe", "expected the name of a file for the result"),
        ("photo.png", "photo.png", "or the photograph"),
    ]:
        result = run("style", tmp_path / source, tmp_path / target)
        assert (result.returncode, result.stderr.count("\n")) == (2, 1), result.stderr
        assert message in result.stderr
    assert photo.read_bytes() == PNG


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e300", "soon"])
def test_time_outs_that_are_none(photo, seconds):
    result = run("style", photo, photo.parent / "out.png", f"--timeout={seconds}")
    assert result.returncode == 2
    assert f"argument --timeout: invalid seconds value: '{seconds}'" in result.stderr


class Odd(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers by the name of the model."""

    def Predict(self, request, context):
        response = predict_pb2.PredictResponse()
        if request.model_spec.name == "slow":
            time.sleep(5)
        if request.model_spec.name == "broken":
            raise RuntimeError("in the server")
        if request.model_spec.name == "garbage":
            response.outputs["image_bytes"].CopyFrom(tf.make_tensor_proto([b"garbage"]))
        return response


@pytest.mark.slow
def test_odd_answers_over_grpc(photo, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(CLIENTS))
    import grpc_client
    import rest_client

    def ask(model, server):
        arguments = [model, str(photo), str(photo.parent / "out.png"), server, "--timeout", "1"]
        assert rest_client.command(grpc_client.ask, "A client.", grpc_client.SERVER, arguments) == 2
        assert [path.name for path in photo.parent.iterdir()] == ["photo.png"]
        (line,) = capsys.readouterr().err.splitlines()
        return line

    server = grpc.server(futures.ThreadPoolExecutor(2))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Odd(), server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        assert "expected one picture. Received: none in the answer" in ask("empty", address)
        assert "expected a whole PNG to write there. Received: 7 bytes" in ask("garbage", address)
        assert "UNKNOWN" in ask("broken", address)
        assert "DEADLINE_EXCEEDED" in ask("slow", address)
    finally:
        server.stop(None).wait()
    assert "UNAVAILABLE" in ask("style", "127.0.0.1:1")
    with odd_server(200, {}, b"hello") as url:
        assert "expected a picture. Received: " in ask("style", url.removeprefix("http://"))
