"""The app as people use it, in a browser that is cut off from everything else."""

import io
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fast_style.app.paintings import shipped_paintings
from fast_style.cli import main
from fast_style.common.images.image_io import as_rgb, write_photo
from fast_style.common.images.sample_photos import sample_photos
from tests.fast_style.green_finder import write_green_finder
from tests.fast_style.tiny_paintings import SIZED, trained

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.app.regions import COVER, REGIONS

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install '.[app-test]'")

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# A camera that shows a clock, and nothing that the browser would do of its own accord.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
GREEN = (20, 230, 40)
# Of a machine that does much else.
SECONDS = 120
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium, which Debian's package chromium brings"),
]


class App:
    """`fast-style app` as a process of its own, whose home and current folder are empty."""

    def __init__(self, folder):
        self.folder, self.home = folder / "app", folder / "home"
        self.home.mkdir()
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("GRADIO_", "MPL"))}
        environment |= {"HOME": str(self.home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "fast_style", "app", "--no-browser", "--folder", str(self.folder)]
        command += ["--precision", "float32", "--loss-weights", "random", "--max-upload", "1"]
        self.network = folder / "many.keras"
        trained(conditions=SIZED).save(self.network)
        command += ["--network", str(self.network)]
        command += ["--segmentation", str(write_green_finder(folder / "green.tflite"))]
        self.log = folder / "log.txt"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                command, cwd=self.home, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self.address = self.process.stdout.readline().split()[0]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(SECONDS)
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App(tmp_path_factory.mktemp("app"))
    yield app
    assert app.stop() == 0, app.log.read_text()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Person:
    """Somebody with the page open, and all that his browser asked for elsewhere."""

    def __init__(self, app, browser):
        self.elsewhere, self.errors = [], []
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000})
        self.page = self.context.new_page()
        self.page.set_default_timeout(SECONDS * 1000)
        self.page.route("**/*", lambda route: self._answer(route, app.address))
        self.page.on("console", lambda one: self.errors.append(one.text) if one.type == "error" else None)
        self.page.goto(app.address)
        self.wait_until_open()

    def wait_until_open(self):
        self.page.wait_for_selector("#paint")
        self.page.wait_for_function("document.querySelector('#painting input')?.value")

    def _answer(self, route, address):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def open(self, tab):
        self.page.get_by_role("tab", name=tab, exact=True).click()

    def give(self, button, *paths):
        """Drops files into the first place for them on the tab of a button."""
        place = self.page.locator(f"[role=tabpanel]:has({button}) input[type=file]").first
        place.set_input_files([str(path) for path in paths])

    def give_another(self, place, path):
        """A file in place of the one that is there."""
        self.page.click(f"{place} button[aria-label=Clear]")
        self.page.locator(f"{place} input[type=file]").set_input_files(str(path))

    def choose(self, dropdown, option):
        """Opens a dropdown and takes an option of it."""
        self.page.locator(f"{dropdown} input").click()
        self.page.get_by_role("option", name=option, exact=True).last.click()  # of one that closes, there are some yet

    def canvas(self, is_there):
        """uint8 RGB (height, width, 3) of the editor, once a function says of it that what is waited for is there.

        And once it moves no more: the framework says nowhere that it is drawn.
        """
        canvas = self.page.locator("#editor canvas").first
        end, before, seen = time.monotonic() + SECONDS, None, None
        while seen is None or not is_there(seen) or not np.array_equal(before, seen):
            assert time.monotonic() < end, "the editor does not show it"
            before, seen = seen, as_rgb(canvas.screenshot())
        return seen

    def brush(self, down):
        """Brushes a short line through the editor's middle, moved down by a share of its height."""
        box = self.page.locator("#editor canvas").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * (0.5 + down)
        mouse = self.page.mouse
        before = self.canvas(lambda seen: True)
        mouse.move(x - 120, y)  # each step is painted by a program, and takes long
        mouse.down()
        mouse.move(x + 120, y, steps=3)
        mouse.up()
        self.canvas(lambda seen: (seen != before).any(-1).sum() > 1000)

    def status(self, button, pattern):
        """The line of the tab of a button, once it is as a pattern says."""
        lines = self.page.locator(f"[role=tabpanel]:has({button}) .status")
        lines.filter(has_text=re.compile(pattern)).first.wait_for()
        return " ".join(lines.all_inner_texts())

    def saved(self, button):
        """(name, bytes) of what a button saves."""
        with self.page.expect_download() as download:
            self.page.click(button)
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.fixture
def person(app, browser):
    person = Person(app, browser)
    yield person
    assert person.elsewhere == []
    person.context.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Sample photographs, as files."""
    folder = tmp_path_factory.mktemp("photos")
    for name, photo in sample_photos().items():
        write_photo(folder / f"{name}.jpg", photo, "jpg")
    return folder


def thumbnails(person, before=""):
    """What the pictures of all paintings are, once there are others than before.

    At first of those with a network of their own; of a photograph, of two that were given at the start, too.
    """
    paintings = shipped_paintings()
    count = len(paintings) + 2 if before else sum(one.style is None for one in paintings)
    script = "[...document.querySelectorAll('#paintings img')].map(one => one.src).join()"
    condition = f"before => {script} !== before && {script}.split(',').length === {count}"
    person.page.wait_for_function(condition, arg=before)
    return person.page.evaluate(script)


def test_a_photograph_is_tried_painted_and_saved(app, person, photos, tmp_path):
    examples = thumbnails(person)
    start = time.monotonic()
    person.give("#paint", photos / "chelsea.jpg")
    tried = thumbnails(person, examples)
    print(f"all thumbnails: {time.monotonic() - start:.1f} s")
    assert not set(tried.split(",")) & set(examples.split(","))
    person.page.get_by_label("half the filters: quicker").click()
    person.page.get_by_label("Variation").first.fill("3")
    person.page.click("#paintings button >> nth=0")
    person.status("#paint", r"chelsea_starry_night_fast\.png: 451x300")
    name, content = person.saved("#save")
    words = ["--style", "starry_night_fast", "--seed", "3", "--engine", "tensorflow", "--precision", "float32"]
    with pytest.raises(SystemExit):
        main([str(word) for word in ("stylize", photos / "chelsea.jpg", *words, "--format", "png", "-o", tmp_path)])
    assert name == "chelsea_starry_night_fast.png"
    assert content == (tmp_path / name).read_bytes()
    assert person.errors == []


def test_several_photographs_are_a_queue_and_a_zip(person, photos, tmp_path):
    (tmp_path / "bad.jpg").write_text("no picture")
    person.page.get_by_label("half the filters: quicker").click()
    person.page.get_by_text("Several photographs, or a folder").click()
    place = person.page.locator("#many input[type=file]")
    place.set_input_files([str(photos / "chelsea.jpg"), str(tmp_path / "bad.jpg"), str(photos / "coffee.jpg")])
    person.page.locator("#many").get_by_text("coffee").wait_for()
    person.page.click("#paint-all")
    text = person.status("#paint-all", "3 of 3 done")
    assert "bad.jpg: expected" in text
    name, content = person.saved("#save-all")
    assert name == "starry_night_fast.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["chelsea_starry_night_fast.png", "coffee_starry_night_fast.png"]
        assert archive.testzip() is None


def test_paintings_of_one_network_are_blended(app, person, photos, tmp_path):
    thumbnails(person)
    person.give("#paint", photos / "chelsea.jpg")
    person.choose("#painting", "Wave (many)")
    person.choose("#blend", "Udnie (many)")
    person.page.click("#paint")
    person.status("#paint", r"chelsea_wave_50_udnie_50\.png: 451x300")
    name, content = person.saved("#save")
    flags = ["--network", app.network, "--style", "wave:0.5 + udnie:0.5", "--precision", "float32", "--format", "png"]
    with pytest.raises(SystemExit):
        main([str(word) for word in ("stylize", photos / "chelsea.jpg", *flags, "-o", tmp_path)])
    assert content == (tmp_path / name).read_bytes()


def test_regions_are_brushed_and_painted(person, photos):
    person.open("Regions")
    person.page.click("#paint-regions")
    assert "photograph: expected a picture" in person.status("#paint-regions", "expected")
    person.give("#paint-regions", photos / "chelsea.jpg")
    person.canvas(lambda seen: seen.std() > 20)
    person.brush(-0.2)
    person.page.click("#editor button[title=Color]")
    person.page.click("#editor button.color >> nth=1")
    person.brush(0.2)
    person.choose("#region-red", "Wave (many)")
    person.choose("#region-blue", "Udnie (many)")
    person.page.click("#paint-regions")
    person.status("#paint-regions", r"chelsea_many\.png: ")
    name, content = person.saved("#save-regions")
    assert name == "chelsea_many.png"
    with Image.open(io.BytesIO(content)) as image, Image.open(photos / "chelsea.jpg") as photo:
        changed = (np.asarray(image) != np.asarray(photo)).any(-1)
    bands = {place: changed[round(place * len(changed))].mean() for place in (0.02, 0.24, 0.5, 0.76, 0.98)}
    assert bands[0.24] > 0.2 < bands[0.76]
    assert bands[0.02] == bands[0.5] == bands[0.98] == 0


def green_photograph(height, width):
    """(photograph, drawn): grey noise with an ellipse of green beside its middle, and where that is."""
    grey = np.random.default_rng(0).integers(4, 12, (height, width, 1), np.uint8) * 16
    down, across = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    drawn = ((down - 0.4) / 0.25) ** 2 + ((across - 0.65) / 0.2) ** 2 < 1
    return np.where(drawn[..., None], np.array(GREEN, np.uint8), np.repeat(grey, 3, -1)), drawn


def green_of(seen):
    """Where a picture is green."""
    seen = seen.astype(int)
    return (seen[..., 1] > 150) & (seen[..., 0] < 80) & (seen[..., 2] < 90)


def covered_of(seen):
    """Where a picture is green below red."""
    red = np.array([int(REGIONS["Red"][at : at + 2], 16) for at in (1, 3, 5)])
    return np.abs(seen - (COVER * red + (1 - COVER) * np.array(GREEN))).max(-1) < 20


def test_the_person_is_a_region(person, tmp_path):
    """What finds people finds green here."""
    photo, drawn = green_photograph(160, 240)
    write_photo(tmp_path / "cat.png", photo)
    person.open("Regions")
    person.give("#paint-regions", tmp_path / "cat.png")
    person.canvas(lambda seen: green_of(seen).any())
    person.page.click("#person")
    person.status("#paint-regions", "The person is red")
    person.canvas(lambda seen: covered_of(seen).any())
    person.choose("#region-red", "Wave (many)")
    person.page.click("#paint-regions")
    person.status("#paint-regions", r"cat_many\.png: ")
    with Image.open(io.BytesIO(person.saved("#save-regions")[1])) as image:
        painted = np.asarray(image)
    changed = (painted != photo).any(-1)
    assert changed[drawn].mean() > 0.9 > 0.2 > changed[~drawn].mean()


def test_masks_are_shown_where_they_are(person, tmp_path):
    """On photographs of any size: red over what was green, and nothing else."""
    person.open("Regions")
    for number, sides in enumerate([(120, 80), (60, 400)]):
        path = tmp_path / f"{number}.png"
        write_photo(path, green_photograph(*sides)[0])
        if number:
            person.page.locator("#regions-photograph button").first.click()
        person.page.locator("#regions-photograph input[type=file]").set_input_files(str(path))
        before = person.canvas(lambda seen: green_of(seen).sum() > 500)
        person.page.click("#person")
        after = person.canvas(lambda seen: covered_of(seen).sum() > 500)
        changed, green = np.abs(after.astype(int) - before).max(-1) > 40, green_of(before)
        assert (changed & green).sum() / (changed | green).sum() > 0.9, sides


@pytest.fixture
def clips():
    """What makes clips, where PyAV is."""
    pytest.importorskip("av", reason="PyAV is not installed: pip install '.[video]'")
    return pytest.importorskip("tests.common.video.clips")


def test_a_clip_is_tried_painted_stopped_and_saved(person, clips, tmp_path):
    clips.make_clip(tmp_path / "clip.mp4", 5, sides=(48, 64), sound="aac", pixels="yuv420p")
    clips.make_clip(tmp_path / "long.mp4", 2000, sides=(240, 320), pixels="yuv420p")
    (tmp_path / "bad.mp4").write_text("no clip")
    person.open("Video")
    person.give("#paint-clip", tmp_path / "bad.mp4")
    assert "bad.mp4: expected moving pictures" in person.status("#paint-clip", "expected")
    person.give_another("#clip", tmp_path / "clip.mp4")
    person.page.locator("#try-paint-clip img").first.wait_for()
    person.page.click("#paint-clip")
    person.status("#paint-clip", r"clip_starry_night_fast\.mp4: 5 frames")
    person.page.wait_for_function("document.querySelector('#made-paint-clip video')?.readyState > 0")
    name, content = person.saved("#save-paint-clip")
    assert name == "clip_starry_night_fast.mp4"
    (tmp_path / "out.mp4").write_bytes(content)
    assert clips.packets_of(tmp_path / "out.mp4") == clips.packets_of(tmp_path / "clip.mp4")
    person.give_another("#clip", tmp_path / "long.mp4")
    person.page.click("#paint-clip")
    person.status("#paint-clip", "of 2000 frames, .* left")
    person.page.click("#stop-paint-clip")
    person.status("#paint-clip", r"long_starry_night_fast\.mp4 holds the first")


def test_a_clip_is_enlarged_and_stopped(person, clips, tmp_path):
    clips.make_clip(tmp_path / "clip.mp4", 3, sides=(24, 32), sound="aac", pixels="yuv420p")
    clips.make_clip(tmp_path / "long.mp4", 2000, sides=(24, 32), pixels="yuv420p")
    (tmp_path / "bad.mp4").write_text("no clip")
    person.open("Enlarge a clip")
    person.page.click("#enlarge-clip")
    assert "clip: expected moving pictures" in person.status("#enlarge-clip", "expected")
    person.give("#enlarge-clip", tmp_path / "bad.mp4")
    person.status("#enlarge-clip", "bad.mp4: expected moving pictures")
    person.give_another("#small-clip", tmp_path / "clip.mp4")
    person.page.locator("#try-enlarge-clip img").first.wait_for()
    person.page.click("#enlarge-clip")
    person.status("#enlarge-clip", r"clip_x4_pixel\.mp4: 3 frames")
    name, content = person.saved("#save-enlarge-clip")
    assert name == "clip_x4_pixel.mp4"
    (tmp_path / "out.mp4").write_bytes(content)
    assert {frame.rgb.shape for frame in clips.frames_of(tmp_path / "out.mp4")[0]} == {(96, 128, 3)}
    person.give_another("#small-clip", tmp_path / "long.mp4")
    person.page.dblclick("#enlarge-clip")
    person.status("#enlarge-clip", "of 2000 frames, .* left")
    person.page.click("#stop-enlarge-clip")
    person.status("#enlarge-clip", r"long_x4_pixel\.mp4 holds the first")


def test_any_painting_is_painted_without_a_network(person, photos):
    person.open("Optimise")
    places = person.page.locator("[role=tabpanel]:has(#optimize) input[type=file]")
    for name in ("chelsea", "coffee"):  # each place goes once it is filled
        (places.first if name == "chelsea" else places.last).set_input_files(str(photos / f"{name}.jpg"))
        person.page.locator(f"[role=tabpanel]:has(#optimize) img[src*='{name}']").wait_for()
    person.page.click("#optimize")
    person.status("#optimize", "[0-9]+ of 100 iterations")
    person.page.click("#stop-optimize")
    person.status("#optimize", r"chelsea_coffee\.png: [0-9]+ iterations")
    assert person.saved("#save-optimized")[0] == "chelsea_coffee.png"


def test_a_network_that_enlarges_is_trained(person, photos):
    person.open("Train to enlarge")
    person.page.click("#train-superres")
    assert "photographs: expected some" in person.status("#train-superres", "expected")
    person.page.get_by_label("or a folder on this computer").fill(str(photos))
    person.page.get_by_label("Name").fill("Sharper")
    person.page.click("#train-superres")
    person.status("#train-superres", "Sharper: (finding|beginning)")
    person.page.click("#stop-superres")
    person.status("#train-superres", "Sharper: stopped")


def test_a_photograph_is_enlarged_and_looked_at_closely(person, tmp_path):
    write_photo(tmp_path / "small.png", sample_photos()["chelsea"][100:180, 100:220])
    person.open("Enlarge")
    person.give("#enlarge", tmp_path / "small.png")
    person.page.locator("[role=tabpanel]:has(#enlarge) img").first.wait_for()
    person.page.click("#enlarge")
    person.status("#enlarge", r"small_x4_pixel\.png: 480x320")
    person.page.wait_for_function("document.querySelector('#enlarged img').naturalWidth > 0")
    detail = person.page.locator("#magnifier img").first
    middle = detail.get_attribute("src")
    person.page.click("#enlarged img", position={"x": 90, "y": 60})
    person.page.wait_for_function("before => document.querySelector('#magnifier img').src !== before", arg=middle)
    name, content = person.saved("#save-enlarged")
    assert name == "small_x4_pixel.png"
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (480, 320)


def test_the_camera_is_painted(person):
    person.open("Live")
    person.page.get_by_text("Click to Access Webcam").click()
    person.page.locator("#camera button").filter(has_text="Record").click()
    person.page.wait_for_selector(".live .speed")
    person.page.wait_for_function("document.querySelector('.live .speed').textContent.includes('frames a second')")
    person.page.wait_for_timeout(5000)
    print(f"camera: {person.page.inner_text('.live .speed')}")
    picture = person.page.get_attribute(".live img", "src")
    person.page.wait_for_function("before => document.querySelector('.live img').src !== before", arg=picture)
    person.page.locator("#camera button").filter(has_text="Stop").click()


def test_a_training_outlives_the_page(app, browser, person, photos, tmp_path):
    write_photo(tmp_path / "style.png", np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8))
    person.open("Train")
    person.page.click("#train-fast_style")
    assert "painting: expected a picture" in person.status("#train-fast_style", "expected")
    person.give("#train-fast_style", tmp_path / "style.png")
    person.page.get_by_label("Name").fill("Mine")
    person.page.get_by_label("or a folder on this computer").fill(str(photos))
    person.page.locator("[role=tabpanel]:has(#train-fast_style) img").first.wait_for()
    person.page.click("#train-fast_style")
    person.status("#train-fast_style", "Mine: (finding|beginning)")
    person.page.close()
    back = Person(app, browser)
    back.open("Train")
    assert "failed" not in back.status("#train-fast_style", "Mine: ")
    back.page.wait_for_function("document.querySelector('#training-fast_style input').value === 'Mine'")
    back.page.click("#stop-fast_style")
    back.status("#train-fast_style", "Mine: stopped")
    assert back.elsewhere == []
    back.context.close()


def test_what_is_no_photograph_is_a_line_and_the_app_goes_on(person, photos, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    examples = thumbnails(person)
    person.give("#paint", tmp_path / "bad.png")
    text = person.status("#paint", "expected")
    assert text.strip().startswith("bad.png: expected")
    assert str(tmp_path.parent) not in text
    person.page.reload()
    person.wait_until_open()
    person.give("#paint", photos / "coffee.jpg")
    thumbnails(person, examples)


def test_a_file_that_is_too_large_is_refused(person, tmp_path):
    generator = np.random.default_rng(0)
    write_photo(tmp_path / "large.png", generator.integers(0, 256, (800, 800, 3), np.uint8))
    person.give("#paint", tmp_path / "large.png")
    person.page.get_by_text("exceed").first.wait_for()


def test_two_people_at_once_have_their_own(app, browser, photos):
    names = ("chelsea", "coffee")
    people = [Person(app, browser) for _ in names]
    examples = [thumbnails(person) for person in people]
    for person, name in zip(people, names, strict=True):
        person.page.get_by_label("half the filters: quicker").click()
        person.give("#paint", photos / f"{name}.jpg")
    for person, before in zip(people, examples, strict=True):
        thumbnails(person, before)
        person.page.click("#paint")
    for person, name in zip(people, names, strict=True):
        person.status("#paint", rf"{name}_starry_night_fast\.png: ")
        found, content = person.saved("#save")
        assert found == f"{name}_starry_night_fast.png"
        with Image.open(io.BytesIO(content)) as image, Image.open(photos / f"{name}.jpg") as photo:
            assert image.size == photo.size
        assert person.elsewhere == []
        person.context.close()


def test_nothing_is_written_outside_its_folder(app):
    """But for what Keras keeps of itself in every program; it is the last test, behind all that the others did."""
    written = {str(path.relative_to(app.home)) for path in app.home.rglob("*") if path.is_file()}
    assert {name for name in written if not name.startswith(".keras/")} == set()
