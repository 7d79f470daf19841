"""Time that the page of examples/web takes for a picture, in Chromium without a window, on the processor.

python -m benchmarks.web_page FILE.tflite…

after `npm install` in examples/web, with Playwright and Chromium. Two figures each, with threads and without: processor
time a picture of all of Chromium's processes, which other work on the machine changes little, and the shortest of the
times on the clock.
"""

import argparse
import os
import runpy
import shutil
import tempfile
import threading
from pathlib import Path

WEB = Path(__file__).parents[1] / "examples" / "web"
PICTURES = 6
SETUP = """async ([file, threads]) => {
  const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
  await loadLiteRt("./node_modules/@litertjs/core/wasm/", { threads });
  const model = await loadAndCompile(new Uint8Array(await (await fetch(file)).arrayBuffer()), { accelerator: "wasm" });
  const shape = model.getInputDetails()[0].shape;
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i * 7919) % 256);
  window.once = async () => {
    const start = performance.now();
    const input = new Tensor(values, shape);
    const [output] = await model.run(input);
    await output.data();
    input.delete(); output.delete();
    return performance.now() - start;
  };
  await once(); await once();
}"""


def processor_time(root):
    """Seconds of a process and of all that it started, those that are running."""
    times, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parents[int(folder.name)] = int(fields[1])
        times[int(folder.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def below(process):
        while process not in (root, None):
            process = parents.get(process)
        return process == root

    return sum(seconds for process, seconds in times.items() if below(process))


def main():
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.tflite")
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for path in (WEB / "index.html", *files):
            shutil.copy(path, folder)
        Path(folder, "node_modules").symlink_to(WEB / "node_modules")
        server = runpy.run_path(str(WEB / "serve.py"))["server"](folder)
        server.RequestHandlerClass.func.log_message = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in files:
            for threads in (False, True):
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                page = browser.new_page()
                page.goto(f"http://localhost:{server.server_port}/?model=none")
                page.wait_for_selector("body[data-state=error]")
                page.evaluate(SETUP, [path.name, threads])
                before = processor_time(os.getpid())
                clock = [page.evaluate("once()") for _ in range(PICTURES)]
                used = (processor_time(os.getpid()) - before) / PICTURES
                print(
                    f"{path.name}, threads {threads}: {used:.2f} s of processor, {min(clock) / 1000:.2f} s on the clock"
                )
                browser.close()


if __name__ == "__main__":
    main()
