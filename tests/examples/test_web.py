"""The page of `examples/web` in Chromium: photographs and the camera are painted as in Python, and nothing is sent."""

import io
import runpy
import shutil
import time
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.rebuilding import rebuilt
from fast_style.common.networks.source import find_network
from fast_style.export.comparison import cover, psnr
from fast_style.export.tflite import convert, run
from tests.browser import WEB, chromium, node_modules, served

# Starting a browser and a network takes seconds.
pytestmark = pytest.mark.slow
SIZE = (48, 64)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def files():
    """The bytes of files by their names beside the page."""
    style, enlarging = (rebuilt(find_network(name).network) for name in ("starry_night_fast", "x4_srcnn"))
    return {
        "style.tflite": convert(style, size=SIZE),
        "uint8.tflite": convert(style, size=SIZE, uint8=True),
        "x4.tflite": convert(enlarging, size=SIZE),
        "dynamic.tflite": convert(style),
        "text.tflite": b"nothing",
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory, files):
    """The address of the folder as a web developer has it: the page, LiteRT.js and files."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(WEB / "index.html", folder)
    (folder / "node_modules").symlink_to(node_modules())
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with served(runpy.run_path(str(WEB / "serve.py"))["server"](folder)) as address:
        yield address


@pytest.fixture
def page(browser, site):
    """A page for which there is no other machine; what it asked others for is in `page.strangers`."""
    context = browser.new_context(permissions=["camera"])
    page = context.new_page()
    page.strangers, page.failures = [], []

    def only_this_machine(route):
        if urlsplit(route.request.url).hostname == "localhost":
            return route.continue_()
        page.strangers.append(route.request.url)
        return route.abort()

    context.route("**/*", only_this_machine)
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    yield page
    context.close()


def state(page, *names, milliseconds=60_000):
    """Waits for one of some states of the page, and gives what it says."""
    page.wait_for_selector(", ".join(f"body[data-state={name}]" for name in names), timeout=milliseconds)
    return page.inner_text("#status")


def wait_for_frames(page, count):
    """Until so many frames of the camera were painted."""
    deadline = time.monotonic() + 60
    while int(page.get_attribute("body", "data-frames") or 0) < count:
        assert time.monotonic() < deadline, page.inner_text("#status")
        page.wait_for_timeout(50)


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def choose(page, content):
    page.set_input_files("#photo", {"name": "photo.png", "mimeType": "image/png", "buffer": content})


def painted(page):
    """What the page shows as painted: uint8 (height, width, 3)."""
    rgba, height, width = page.evaluate(
        """() => {
          const { width, height } = document.getElementById("after");
          const data = document.getElementById("after").getContext("2d").getImageData(0, 0, width, height).data;
          return [Array.from(data), height, width];
        }"""
    )
    return np.array(rgba, np.uint8).reshape(height, width, 4)[..., :3]


@pytest.mark.parametrize("name", ["style.tflite", "uint8.tflite", "x4.tflite"])
def test_a_photograph_is_painted_as_in_python_and_nothing_is_sent(page, site, files, name):
    page.goto(f"{site}/?model={name}")
    assert state(page, "ready", "error") == f"CPU, {SIZE[1]}x{SIZE[0]}. Ready."
    page.context.set_offline(True)  # from here on there is no server either
    image = cover(sample_photos()["coffee"], *SIZE)
    choose(page, png(image))
    assert "ms" in state(page, "painted", "error")
    (expected,) = run(files[name], [image])
    assert psnr(np.rint(expected), painted(page)) >= 45
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "painted.png"
    saved = np.asarray(Image.open(download.value.path()).convert("RGB"))
    np.testing.assert_array_equal(saved, painted(page))
    assert (page.strangers, page.failures) == ([], [])


def test_a_large_photograph_is_cut_to_its_middle(page, site, files):
    page.goto(site)
    state(page, "ready", "error")
    choose(page, png(np.full((300, 200, 3), (10, 200, 90), np.uint8)))
    state(page, "painted", "error")
    (expected,) = run(files["style.tflite"], [np.full((*SIZE, 3), (10, 200, 90), np.uint8)])
    assert psnr(np.rint(expected), painted(page)) >= 45


def test_the_camera_is_painted_until_it_is_stopped(page, site):
    page.goto(site)
    state(page, "ready", "error")
    page.click("#camera")
    wait_for_frames(page, 3)
    assert "frames a second" in state(page, "camera", "error")
    first = painted(page)
    assert first.std() > 10
    wait_for_frames(page, int(page.get_attribute("body", "data-frames")) + 9)
    assert (painted(page) != first).any()  # the test picture of Chromium moves
    page.click("#camera")
    assert state(page, "ready", "error") == f"CPU, {SIZE[1]}x{SIZE[0]}"
    choose(page, png(sample_photos()["coffee"]))
    assert "ms" in state(page, "painted", "error")
    assert (page.strangers, page.failures) == ([], [])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dynamic.tflite", "a file of a dynamic size, which LiteRT.js cannot run"),
        ("text.tflite", "expected a file of fast-style export tflite"),
        ("none.tflite", "404"),
        ("https://example.com/style.tflite", "expected a file of fast-style export tflite"),
    ],
)
def test_a_file_that_does_not_do_is_one_line(page, site, name, message):
    """A file of another machine is refused by the page's own policy, before anything is asked for."""
    page.goto(f"{site}/?model={name}")
    assert message in state(page, "ready", "error")
    assert page.is_disabled("#photo")
    assert page.is_disabled("#camera")
    assert (page.strangers, page.failures) == ([], [])


def test_bytes_that_are_no_photograph_are_one_line(page, site):
    page.goto(site)
    state(page, "ready", "error")
    choose(page, b"nothing")
    message = "photo.png: expected a photograph that this browser can open. Received: "
    assert state(page, "painted", "error").startswith(message)
    choose(page, png(sample_photos()["coffee"]))
    assert "ms" in state(page, "painted")


def test_a_page_without_the_headers_has_one_thread_and_paints(page, site):
    """As on a server that cannot be told to send them: the same picture, more slowly."""
    page.route(f"{site}/", lambda route: route.fulfill(path=WEB / "index.html", content_type="text/html"))
    page.goto(site)
    state(page, "ready", "error")
    assert not page.evaluate("crossOriginIsolated")
    choose(page, png(sample_photos()["coffee"]))
    assert "ms" in state(page, "painted", "error")
