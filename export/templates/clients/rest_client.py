"""Sends an image file to TF Serving over REST and writes the PNG that comes back. Python's own library suffices.

python rest_client.py MODEL photo.jpg result.png [http://localhost:8501] [--timeout SECONDS]

Whatever goes wrong is one line and exit code 2. The result's file appears whole or not at all.
"""

import argparse
import base64
import contextlib
import http.client
import json
import os
import queue
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

SERVER = "http://localhost:8501"
TIMEOUT = 60.0  # seconds, from the request to the last byte of its answer
LIMIT = 256 * 2**20  # bytes of a file or an answer
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


class Refused(Exception):
    """What did not work, in one line."""


def predict(model, image, server=SERVER, timeout=TIMEOUT):
    """bytes of a JPEG or PNG -> bytes of a PNG. Raises Refused."""
    body = {
        "signature_name": "serve_bytes",
        "instances": [{"image_bytes": {"b64": base64.b64encode(image).decode()}}],
    }
    url = f"{server.rstrip('/')}/v1/models/{urllib.parse.quote(model)}:predict"
    if not server.lower().startswith(("http://", "https://")):
        raise Refused(f"server: expected a URL like {SERVER}. Received: {server}")
    try:
        status, content = _within(timeout, _post, url, json.dumps(body).encode())
    except TimeoutError:
        raise Refused(f"{server}: expected an answer within {timeout:g} s (--timeout). Received: none") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Refused(f"{server}: expected TF Serving there. Received: {reason or type(reason).__name__}") from None
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if status != 200:
        said = answer.get("error") if isinstance(answer, dict) else None
        raise Refused(f"{server}: expected a picture. Received: HTTP {status}: {said or _beginning(content)}")
    try:
        (prediction,) = answer["predictions"]
        # A signature with one output: the prediction is its value.
        return base64.b64decode(prediction["b64"], validate=True)
    except (LookupError, TypeError, ValueError):
        raise Refused(f"{server}: expected one picture in base64. Received: {_beginning(content)}") from None


def _within(timeout, function, *arguments):
    """What a function returns, or TimeoutError after so many seconds: a server that sends a byte now and then, too."""
    results = queue.Queue()

    def work():
        try:
            results.put((function(*arguments), None))
        except Exception as error:
            results.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        result, error = results.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result


def _post(url, body):
    """(status, bytes of the answer)."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        content = response.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise ValueError(f"an answer of more than {LIMIT} bytes")
    return response.status, content


def _beginning(content):
    """Of what came back, what a line has room for."""
    return content[:80].decode(errors="replace") or "nothing"


def seconds(text):
    """A time-out: more than 0, at most a day."""
    value = float(text)
    if not 0 < value <= 86400:
        raise ValueError(text)
    return value


def read_image(path):
    if not os.path.isfile(path):  # not a pipe either, which may never end
        raise Refused(
            f"{path}: expected a file. Received: {'something else' if os.path.exists(path) else 'none there'}"
        )
    with open(path, "rb") as file:
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise Refused(f"{path}: expected at most {LIMIT} bytes. Received: more")
    return content


def check_target(source, target):
    """Finds out before the request what could not be written after it."""
    folder = os.path.dirname(os.path.abspath(target))
    if not os.path.isdir(folder):
        raise Refused(f"{target}: expected a folder to write it in. Received: {folder}, which is none")
    if os.path.exists(target) and (not os.path.isfile(target) or os.path.samefile(source, target)):
        raise Refused(
            f"{target}: expected the name of a file for the result. Received: another thing, or the photograph"
        )


def write_image(path, content):
    """Writes a PNG beside its place and renames it."""
    if not (content.startswith(PNG_START) and content.endswith(PNG_END)):
        raise Refused(f"{path}: expected a whole PNG to write there. Received: {len(content)} bytes that are none")
    path = os.path.realpath(path)  # what a link points to is replaced, not the link
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "xb") as file:
            file.write(content)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def command(ask, description, server, arguments=None):
    """The command line of a client.

    Args:
        ask: function of (model, bytes of an image, server, timeout) to the bytes of a PNG; raises Refused.
        description: of the client; None, as its docstring is under ``python -OO``, for none.
        server: the default.
        arguments: list of str; default those of the process.

    Returns:
        the exit code: 0, or 2 behind one line on standard error.
    """
    parser = argparse.ArgumentParser(description=description and description.strip().splitlines()[0])
    parser.add_argument("model", metavar="MODEL", help="its name in models.config")
    parser.add_argument("source", metavar="PHOTO", help="a JPEG, PNG, GIF, BMP or WebP")
    parser.add_argument("target", metavar="RESULT", help="the PNG to write")
    parser.add_argument("server", metavar="SERVER", nargs="?", default=server, help="default: %(default)s")
    parser.add_argument("--timeout", type=seconds, default=TIMEOUT, help="seconds to wait (default: %(default)g)")
    options = parser.parse_args(arguments)
    try:
        image = read_image(options.source)
        check_target(options.source, options.target)
        write_image(options.target, ask(options.model, image, options.server, options.timeout))
    except Refused as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or options.target}: {error.strerror or error}"
    except KeyboardInterrupt:
        return 130
    else:
        return 0
    # One line, whatever a server sent: no line breaks, nothing that steers a terminal.
    line = "".join(one if one.isprintable() else "?" for one in " ".join(message.split()))
    print(line[:500], file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(command(predict, __doc__, SERVER))
