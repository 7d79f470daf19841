"""TFLite files in LiteRT.js: compiled for WebGPU that a program computes, and painted by WebAssembly as in Python.

Numbers of that WebGPU are wrong even for a single tanh, so that it shows what compiles and not what is computed.
"""

import functools
import http.server

import numpy as np
import pytest

from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.rebuilding import rebuilt
from fast_style.common.networks.source import shipped_sources
from fast_style.conditions import mixed
from fast_style.export.comparison import cover, psnr
from fast_style.export.settings import TFLITE_PRECISIONS
from fast_style.export.tflite import convert, run
from tests.browser import chromium, node_modules, served
from tests.export.test_shipped_networks import KINDS

pytestmark = pytest.mark.slow
SIZE = (32, 40)
SHIPPED = shipped_sources()
PAGE = """<!doctype html><link rel="icon" href="data:,">
<script type="importmap">{"imports": {
  "@litertjs/core": "./node_modules/@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "./node_modules/@litertjs/wasm-utils/dist/index.js"}}</script>
<script type="module">
import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
await loadLiteRt("./node_modules/@litertjs/core/wasm/");
window.compile = async (file, accelerator) => {
  const bytes = new Uint8Array(await (await fetch(file, { cache: "no-store" })).arrayBuffer());
  window.model = await loadAndCompile(bytes, { accelerator });
  return model.isFullyAccelerated;
};
window.paint = async (values, shape) => {
  const [output] = await model.run(new Tensor(new Float32Array(values), shape));
  return Array.from(await output.data());
};
document.body.dataset.state = "ready";
</script>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("litert_js")
    (folder / "index.html").write_text(PAGE)
    (folder / "node_modules").symlink_to(node_modules())
    return folder


@pytest.fixture(scope="module")
def page(folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    # Behind the browser, without which the test is skipped, and nobody would close it.
    with chromium() as browser, served(http.server.ThreadingHTTPServer(("localhost", 0), handler)) as address:
        page = browser.new_page()
        page.remarks = []
        page.on("console", lambda message: page.remarks.append(message.text))
        page.goto(address)
        page.wait_for_selector("body[data-state=ready]", state="attached", timeout=60_000)
        yield page


def compiled(page, folder, content, accelerator):
    """What LiteRT.js says of a file that it has compiled."""
    (folder / "file.tflite").write_bytes(content)
    page.remarks.clear()
    fully = page.evaluate("([file, accelerator]) => compile(file, accelerator)", ["file.tflite", accelerator])
    return fully, "\n".join(page.remarks)


def painted(page, image):
    values = page.evaluate("([values, shape]) => paint(values, shape)", [image.ravel().tolist(), [1, *image.shape]])
    return np.array(values)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_network_that_ships(page, folder, name):
    """All weights, because they are part of what is painted; what is compiled depends on the kind alone.

    Of several paintings, the first.
    """
    network = SHIPPED[name].network
    if network.conditions:
        network = mixed(network, np.eye(1, len(network.conditions))[0])
    content = convert(rebuilt(network), size=SIZE)
    image = cover(sample_photos()["coffee"], *SIZE)
    (expected,) = run(content, [image])
    compiled(page, folder, content, "wasm")
    assert psnr(expected, painted(page, image).reshape(expected.shape)) >= 45
    if name in KINDS:
        fully, remarks = compiled(page, folder, content, "webgpu")
        assert fully
        # TRANSPOSE_CONV with a RELU in it is of a version that the delegate leaves to the CPU.
        assert ("not supported by GPU delegate" in remarks) == (name == "x4_paper"), remarks


@pytest.mark.parametrize("uint8", [False, True])
@pytest.mark.parametrize("precision", TFLITE_PRECISIONS)
@pytest.mark.parametrize("name", ["starry_night_fast", "x4_pixel"])
def test_every_precision_compiles_for_webgpu(page, folder, name, precision, uint8):
    calibration = [cover(sample_photos()["coffee"], *SIZE)] if precision == "int8" else None
    content = convert(rebuilt(SHIPPED[name].network), precision, SIZE, uint8, calibration)
    fully, remarks = compiled(page, folder, content, "webgpu")
    assert fully
    assert "not supported by GPU delegate" not in remarks


def test_a_gather_is_refused_as_a_whole(page, folder):
    """What reflection by indices was; this says when a newer LiteRT.js takes it."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((1, 32, 40, 3))])
    def reflected(images):
        return tf.gather(images, [2, 1, *range(32), 30, 29], axis=1) * 2.0

    content = tf.lite.TFLiteConverter.from_concrete_functions([reflected.get_concrete_function()], reflected).convert()
    with pytest.raises(Exception, match="litert"):
        compiled(page, folder, content, "webgpu")


def test_a_dynamic_size_does_not_run(page, folder):
    content = convert(rebuilt(SHIPPED["starry_night_fast"].network))
    image = cover(sample_photos()["coffee"], *SIZE)
    with pytest.raises(Exception, match="litert"):  # noqa: PT012 where, is LiteRT.js's affair
        compiled(page, folder, content, "wasm")
        painted(page, image)
