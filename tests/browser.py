"""Chromium without a window, and LiteRT.js out of npm, where both are: tests of what web pages do with our files."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from tests.examples.test_examples import EXAMPLES

WEB = EXAMPLES / "web"
# WebGPU that a program computes, and a camera that shows a moving test picture. Nothing that Chromium sends of itself.
FLAGS = [
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
]


def node_modules():
    """The folder of LiteRT.js as `examples/web/package.json` asks for it, installed by npm once for all runs."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not here, which installs LiteRT.js")
    package = (WEB / "package.json").read_text()
    version = json.loads(package)["dependencies"]["@litertjs/core"]
    folder = Path(tempfile.gettempdir()) / f"fast-style-litertjs-{version}-{os.getuid()}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=folder.parent) as part:
            Path(part, "package.json").write_text(package)
            command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
            done = subprocess.run(command, cwd=part, capture_output=True, text=True, timeout=180)
            if done.returncode:
                pytest.skip(f"npm cannot install LiteRT.js: {done.stderr.strip().splitlines()[-1:]}")
            with contextlib.suppress(OSError):  # another process was quicker
                Path(part, "node_modules").rename(folder)
    return folder


@contextlib.contextmanager
def chromium():
    """Playwright's browser of a Chromium that the system has."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not here")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not here")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def served(server):
    """The address of a server that runs in a thread of its own."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
