"""The folder of a Space: what a model hub reads of it, and the page that it runs."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

SPACE = Path(__file__).parents[2] / "examples" / "space"


def test_a_hub_finds_what_it_runs():
    start, front, _ = (SPACE / "README.md").read_text().split("---\n", 2)
    found = yaml.safe_load(front)
    assert start == ""
    assert found["sdk"] == "gradio"
    assert int(found["sdk_version"].partition(".")[0]) >= 6
    assert (SPACE / found["app_file"]).is_file()
    assert len(found["short_description"]) <= 60
    assert (SPACE / "requirements.txt").read_text() == "fast-style[app]\n"


@pytest.mark.slow  # a process that starts TensorFlow
def test_the_page_runs_and_has_no_trainings(tmp_path):
    pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "PYTHONPATH": str(SPACE.parents[1])}
    with subprocess.Popen(
        [sys.executable, str(SPACE / "app.py")], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            text = page(f"http://127.0.0.1:{port}", time.monotonic() + 120)
        finally:
            process.terminate()
        assert process.wait(60) in (0, 128 + signal.SIGTERM)
    assert '"label":"Photograph"' in text
    assert '"label":"Train"' not in text
    assert list(tmp_path.iterdir()) == []


def page(address, end):
    """The text at an address, once somebody answers."""
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            assert time.monotonic() < end
            time.sleep(0.2)
