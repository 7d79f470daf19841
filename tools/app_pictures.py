"""Makes the pictures of the app in docs/app. For maintainers: ``python -m tools.app_pictures``.

It starts the app, and uses it in Chromium as a person would, with sample photographs of scikit-image alone.
"""

import argparse
import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos

DOCS = Path(__file__).parents[1] / "docs" / "app"
SECONDS = 300  # that a step may take
WIDTH, HEIGHT = 1100, 900
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@contextlib.contextmanager
def opened_app(loss_weights):
    """A page of Playwright with the app in it, which runs in a folder that is removed, and that folder."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        command = [sys.executable, "-m", "fast_style", "app", "--no-browser", "--folder", f"{folder}/app"]
        command += ["--loss-weights", loss_weights]
        app = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu", *CAMERA]
        )
        try:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(1000 * SECONDS)
            page.goto(app.stdout.readline().split()[0])
            page.wait_for_function("document.querySelector('#painting input')?.value")
            yield page, Path(folder)
        finally:
            browser.close()
            app.terminate()
            app.wait(SECONDS)


def give(page, button, path):
    """Drops a file into the first place for one on the tab of a button."""
    page.locator(f"[role=tabpanel]:has({button}) input[type=file]").first.set_input_files(str(path))


def wait_for(page, button, text):
    """Until the line of the tab of a button has a text."""
    page.locator(f"[role=tabpanel]:has({button}) .status").filter(has_text=text).first.wait_for()


def of_photograph(page, folder):
    before = page.evaluate("document.querySelectorAll('#paintings img').length")
    give(page, "#paint", folder / "astronaut.jpg")
    page.wait_for_function("before => document.querySelectorAll('#paintings img').length > before", arg=before)
    page.click("#paintings button >> nth=1")
    wait_for(page, "#paint", "512x512")


def of_enlarging(page, folder):
    give(page, "#enlarge", folder / "small.png")
    page.locator("[role=tabpanel]:has(#enlarge) img").first.wait_for()
    page.click("#enlarge")
    wait_for(page, "#enlarge", "x4_pixel.png")
    page.wait_for_function("document.querySelector('#enlarged img').naturalWidth > 0")


def of_clip(button):
    def use(page, folder):
        give(page, button, folder / ("small.mp4" if "enlarge" in button else "clip.mp4"))
        page.locator(f"#try-{button[1:]} img").first.wait_for()
        page.click(button)
        wait_for(page, button, ".mp4: ")
        page.wait_for_function(f"document.querySelector('#made-{button[1:]} video')?.readyState > 1")

    return use


def of_camera(page, folder):
    page.get_by_text("Click to Access Webcam").click()
    page.locator("#camera button").filter(has_text="Record").click()
    page.wait_for_function("document.querySelector('.live .speed')?.textContent.includes('frames a second')")
    page.wait_for_timeout(8000)


def of_training(page, folder):
    give(page, "#train-fast_style", folder / "coffee.jpg")
    page.get_by_label("Name").fill("Coffee")
    photos = page.locator("[role=tabpanel]:has(#train-fast_style) input[type=file]:not([webkitdirectory])").last
    photos.set_input_files([str(path) for path in sorted(folder.glob("*.jpg"))])
    page.locator("[role=tabpanel]:has(#train-fast_style)").get_by_text("chelsea").first.wait_for()
    page.locator("[role=tabpanel]:has(#train-fast_style) img").first.wait_for()
    page.click("#train-fast_style")
    line = page.locator("[role=tabpanel]:has(#train-fast_style) .status")
    line.filter(has_text=re.compile("Coffee: .*left")).first.wait_for()
    page.wait_for_timeout(40_000)


PICTURES = {
    "photograph": ("Photograph", of_photograph),
    "enlarge": ("Enlarge", of_enlarging),
    "video": ("Video", of_clip("#paint-clip")),
    "enlarge_clip": ("Enlarge a clip", of_clip("#enlarge-clip")),
    "live": ("Live", of_camera),
    "train": ("Train", of_training),
}


def write_files(folder):
    """Photographs and clips to use the app with."""
    photos = sample_photos()
    for name, photo in photos.items():
        write_photo(folder / f"{name}.jpg", photo, "jpg")
    write_photo(folder / "small.png", photos["chelsea"][60:220, 100:340])
    for name, (height, width) in {"clip": (240, 320), "small": (96, 128)}.items():
        write_clip(folder / f"{name}.mp4", photos["chelsea"], height, width)


def write_clip(path, photo, height, width, frames=20):
    """A clip that moves over a photograph."""
    import av

    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=10)
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        for left in range(80, 80 + 2 * frames, 2):
            part = np.ascontiguousarray(photo[40 : 40 + height, left : left + width])
            output.mux(stream.encode(av.VideoFrame.from_ndarray(part, format="rgb24")))
        output.mux(stream.encode(None))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.app_pictures", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)} (default: all)")
    parser.add_argument("--loss-weights", default="imagenet", metavar="FILE", help="of VGG19, for the training")
    parser.add_argument("--output", type=Path, default=DOCS, metavar="FOLDER")
    options = parser.parse_args(arguments)
    with opened_app(options.loss_weights) as (page, folder):
        write_files(folder)
        for name, (tab, use) in PICTURES.items():
            if options.names and name not in options.names:
                continue
            page.get_by_role("tab", name=tab, exact=True).click()
            use(page, folder)
            page.wait_for_function("[...document.images].every(one => one.complete)")
            page.wait_for_timeout(2000)  # until it is drawn
            shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
            shot.convert("RGB").save(options.output / f"{name}.jpg", quality=85)
            print(options.output / f"{name}.jpg", np.array(shot.size), flush=True)


if __name__ == "__main__":
    main()
