"""`fast-style stylize` with a network of many paintings, as a person uses it."""

import numpy as np
import pytest
from PIL import Image

import fast_style
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.export.comparison import psnr
from tests.fast_style.test_cli import files_below, run
from tests.fast_style.tiny_paintings import SIZED, photograph, ship, trained

pytestmark = pytest.mark.usefixtures("eager_pictures")
FLOAT32 = ["--precision", "float32"]


@pytest.fixture(scope="module", autouse=True)
def shipped(tmp_path_factory):
    """A network that ships and knows two paintings at three sizes, and the photograph."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        network = trained(conditions=[*SIZED, "photograph"])
        folder, muse = tmp_path_factory.mktemp("package"), trained(conditions=None)
        ship(monkeypatch, folder, ["paintings"], paintings=network, muse=muse)
        yield


@pytest.fixture
def photo(tmp_path):
    write_photo(tmp_path / "cat.png", photograph(30, 44))
    return tmp_path / "cat.png"


def mask(path, height=30, width=44):
    Image.fromarray(np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))).save(path)
    return path


def same(path, picture):
    return np.abs(read_photo(path).rgb.astype(int) - picture).max() <= 1


def test_what_people_write_is_what_the_library_paints(tmp_path, photo, capsys):
    sky = mask(tmp_path / "sky.png")
    asked = ["--stroke", 4, "--strength", 0.8, "--mask", f"{sky}=udnie", "--mask", f"{sky}=Photograph"]
    styles = ["--style", "wave:0.6 + udnie:0.4", "wave"]
    code, out, err = run(["stylize", photo, "-o", tmp_path / "out", *styles, *asked, *FLOAT32], capsys)
    assert (code, err) == (0, "")
    names = ["cat_wave.png", "cat_wave_60_udnie_40.png", "contact_sheet.png"]
    assert files_below(tmp_path / "out") == names
    assert all(name in out for name in names)
    options = {"stroke": 4, "strength": 0.8, "masks": [(sky, "udnie"), (sky, "photograph")]}
    for name, style in (("cat_wave", "wave"), ("cat_wave_60_udnie_40", {"wave": 3, "udnie": 2})):
        expected = fast_style.stylize(photo, "paintings", style=style, **options)
        assert same(tmp_path / "out" / f"{name}.png", expected)


def test_each_region_is_painted_in_strokes_of_its_own(tmp_path, photo, capsys):
    sky = mask(tmp_path / "sky.png")
    asked = ["--style", "wave@2", "--mask", f"{sky}=wave@0.5"]
    code, _, err = run(["stylize", photo, "-o", tmp_path / "out", *asked, *FLOAT32], capsys)
    assert (code, err) == (0, "")
    expected = fast_style.stylize(photo, "paintings", style="wave", stroke=2, masks=[(sky, {"wave@0.5": 1})])
    assert same(tmp_path / "out" / "cat_wave_2.png", expected)
    of_one_size = fast_style.stylize(photo, "paintings", style="wave", stroke=2)
    assert np.abs(expected.astype(int) - of_one_size).mean() > 1


def test_litert_paints_mixtures_and_leaves_regions_to_tensorflow(tmp_path, photo, capsys):
    arguments = ["stylize", photo, "--style", "wave:0.6 + udnie:0.4", "--stroke", 2, "--engine", "litert"]
    assert run([*arguments, "-o", tmp_path / "out.png"], capsys)[0] == 0
    expected = fast_style.stylize(photo, "paintings", style={"wave": 0.6, "udnie": 0.4}, stroke=2)
    assert psnr(expected, read_photo(tmp_path / "out.png").rgb) >= 45
    regions = [*arguments, "--mask", f"{mask(tmp_path / 'sky.png')}=udnie", "-o", tmp_path / "regions.png"]
    code, _, err = run(regions, capsys)
    expected = "--engine: expected tensorflow or auto for regions of several paintings. Received: litert"
    assert (code, err.strip().endswith(expected)) == (2, True)
    assert not (tmp_path / "regions.png").exists()


def test_a_mask_alone_leaves_the_rest_as_it_was(tmp_path, photo, capsys):
    Image.fromarray(np.repeat([[0, 255]], 22, axis=1).astype(np.uint8).repeat(30, axis=0)).save(tmp_path / "mask.png")
    arguments = ["stylize", photo, "--mask", f"{tmp_path / 'mask.png'}=udnie", "-o", tmp_path / "out.png", *FLOAT32]
    assert run(arguments, capsys)[0] == 0
    made, given = read_photo(tmp_path / "out.png").rgb, photograph(30, 44)
    np.testing.assert_array_equal(made[:, :22], given[:, :22])
    assert np.abs(made[:, 22:].astype(int) - given[:, 22:]).mean() > 10


def test_a_mask_of_another_size_is_told_once(tmp_path, photo, capsys):
    write_photo(tmp_path / "dog.png", photograph(44, 30))
    asked = ["--style", "wave", "--mask", f"{mask(tmp_path / 'sky.png', 9, 10)}=udnie", "-o", tmp_path / "out"]
    code, _, err = run(["stylize", photo, tmp_path / "dog.png", *asked, *FLOAT32], capsys)
    assert code == 0
    told = f"{tmp_path / 'sky.png'}: 10x9 is stretched to the size of each photograph, 44x30 first\n"
    assert told in err
    assert err.count("stretched") == 1
    expected = fast_style.stylize(photo, "paintings", style="wave", masks=[(tmp_path / "sky.png", "udnie")])
    assert same(tmp_path / "out" / "cat_wave.png", expected)


@pytest.mark.slow
def test_a_network_that_is_named_paints(tmp_path, photo, capsys):
    trained(conditions=SIZED, seed=1).save(tmp_path / "mine.keras")
    arguments = ["stylize", photo, "-o", tmp_path / "out", "--network", tmp_path / "mine.keras", *FLOAT32]
    assert run([*arguments, "--style", "all"], capsys)[0] == 0
    for style in ("wave", "udnie"):
        expected = fast_style.stylize(photo, tmp_path / "mine.keras", style=style)
        assert same(tmp_path / "out" / f"cat_{style}.png", expected)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--style", "wvae:0.5 + udnie"], "--style: expected one of .*wave.* Received: 'wvae'; did you mean wave?"),
        (["--network", "paintings", "--style", "muse"], "--style: expected one of wave, udnie, photograph. Received: "),
        (["--style", "wave:0.5 + muse:0.5"], "--style: expected paintings that one network knows"),
        (["--style", "wave:-1"], "--style: expected finite weights of at least 0. Received: wave:-1.0"),
        (["--style", "wave:0"], "--style: expected weights that are not all 0. Received: 'wave:0'"),
        (["--style", "wave:inf + udnie"], "--style: expected finite weights of at least 0. Received: wave:inf"),
        (["--style", "wave", "--stroke", "9"], "stroke: expected a number from 0.25 to 4. Received: 9.0"),
        (["--style", "wave", "--stroke", "wide"], "argument --stroke: invalid float value: 'wide'"),
        (
            ["--style", "wave", "--mask", "{photo}"],
            "--mask: expected FILE=STYLE. Received: '{photo}', a mask without one",
        ),
        (["--style", "wave", "--mask", "=wave"], "--mask: expected FILE=STYLE. Received: '=wave'"),
        (
            ["--style", "wave", "--mask", "{photo}=udni"],
            "--mask: expected one of .* Received: 'udni'.*did you mean udnie?",
        ),
        (["--style", "wave", "--mask", "{text}=udnie"], "--mask: {text}: expected an image"),
        (["--mask", "nowhere.png=udnie"], "--mask: nowhere.png: expected an image file. Received: no such file"),
    ],
)
def test_what_cannot_be_painted_is_one_line_before_tensorflow_starts(
    tmp_path, photo, capsys, monkeypatch, asked, message
):
    def start():
        raise AssertionError("TensorFlow was started")

    monkeypatch.setattr("fast_style.common.networks.engine.start_tensorflow", start)
    (tmp_path / "text.png").write_text("no picture")
    names = {"photo": photo, "text": tmp_path / "text.png"}
    code, out, err = run(["stylize", photo, "-o", tmp_path / "o", *(one.format(**names) for one in asked)], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert all(part in err for part in message.format(**names).split(".*")), err
    assert not (tmp_path / "o").exists()


def test_what_it_knows_is_listed(capsys):
    code, out, _ = run(["styles"], capsys)
    assert code == 0
    assert "    2 paintings, each read at 256, 512, 1024 pixels: wave, udnie; the photograph\n" in out
