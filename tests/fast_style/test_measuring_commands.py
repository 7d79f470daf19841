"""`fast-style visualize` and `evaluate` as a person uses them, and `optimize` with the variant of Gatys et al."""

import json

import numpy as np
import pytest

from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.stylization import stylize
from tests.fast_style.test_cli import files_below, run
from tests.fast_style.tiny_paintings import SIZED, photograph, trained

pytestmark = pytest.mark.usefixtures("eager_pictures")

RANDOM = ["--loss-weights", "random", "--precision", "float32"]


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for name in ("style.png", "other.png", "photos/one.png"):
        write_photo(tmp_path / name, random.integers(0, 256, (36, 40, 3), np.uint8))
    return tmp_path


def test_visualize_writes_one_figure(folder, capsys):
    """A texture of 48x20 beside the painting of 40x36, in cells of 48 with gaps of 6: at least 3 * 6 + 2 * 48 wide."""
    arguments = ["visualize", "texture", folder / "style.png", "-o", folder / "new" / "figure.png", *RANDOM]
    arguments += ["--layers", "relu1_1", "--iterations", 2, "--width", 48, "--height", 20]
    code, out, err = run(arguments, capsys)
    assert (code, out.strip(), err) == (0, str(folder / "new" / "figure.png"), "")
    assert read_photo(folder / "new" / "figure.png").rgb.shape[1] == 3 * 6 + 2 * 48
    code, _, err = run(arguments, capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "--output: expected a new file, or --overwrite." in err


def test_evaluate_leaves_page_csv_json_and_plot(folder, tiny_network, capsys):
    arguments = ["evaluate", "--network", tiny_network, "--style", folder / "style.png", "--photos", folder / "photos"]
    arguments += ["--output", folder / "out", *RANDOM, "--style-size", 16, "--sizes", 32, "--counts", 1]
    arguments += ["--iterations", 2, "--content-layers", "relu1_1", "--style-layers", "relu1_1"]
    code, out, err = run(arguments, capsys)
    assert (code, err) == (0, "")
    assert "At 32x32 the network's mean objective" in out
    assert files_below(folder / "out") == [
        "conditions.json",
        "evaluation.csv",
        "evaluation.html",
        "evaluation.json",
        "objective_32.png",
        "photographs/32/one.json",
        *(f"photographs/32/one_{kind}.png" for kind in ("baseline", "network", "photograph")),
    ]
    versions = json.loads((folder / "out" / "evaluation.json").read_text())["conditions"]["versions"]
    assert f"tensorflow {versions['tensorflow']}" in (folder / "out" / "evaluation.html").read_text()
    code, _, err = run([*arguments, "--style-weight", 5], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "under the same conditions" in err


@pytest.mark.slow
def test_evaluate_measures_one_painting_of_several(folder, capsys):
    """That of the file's name, at the size at which it is read; or another that is named."""
    trained(conditions=SIZED).save(folder / "many.keras")
    write_photo(folder / "udnie.png", photograph(36, 40))
    arguments = ["evaluate", "--network", folder / "many.keras", "--style", folder / "udnie.png", *RANDOM]
    arguments += ["--photos", folder / "photos", "--output", folder / "out", "--style-size", 1024, "--sizes", 32]
    arguments += ["--counts", 1, "--iterations", 1, "--content-layers", "relu1_1", "--style-layers", "relu1_1"]
    code, _, err = run(arguments, capsys)
    assert (code, err) == (0, "")
    pictures = folder / "out" / "photographs" / "32"
    square = read_photo(pictures / "one_photograph.png").rgb
    expected = stylize(square, folder / "many.keras", style="udnie", stroke=2).astype(int)
    assert np.abs(read_photo(pictures / "one_network.png").rgb - expected).max() <= 1
    network = json.loads((folder / "out" / "conditions.json").read_text())["network"]
    assert (network["painting"], network["stroke"]) == ({"udnie": 1.0}, 2.0)
    assert "network many painting udnie, stroke 2, sha256" in (folder / "out" / "evaluation.html").read_text()
    code, _, err = run([*arguments, "--painting", "wave"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "under the same conditions" in err


@pytest.mark.slow
def test_optimize_with_the_variant_of_gatys_on_two_paintings(folder, capsys):
    """VGG19 with average pooling and normalised filters; early layers and few iterations, to be quick."""
    arguments = ["optimize", folder / "photos", "--style", folder / "style.png", folder / "other.png", *RANDOM]
    arguments += ["--preset", "gatys", "--content-layers", "relu2_1", "--style-layers", "relu1_1", "relu2_1"]
    arguments += [
        "--style-blend",
        1,
        3,
        "--iterations",
        2,
        "--normalize-filters",
        folder / "photos",
        "-o",
        folder / "out",
    ]
    code, _, err = run(arguments, capsys)
    assert (code, err) == (0, "")
    assert read_photo(folder / "out" / "one_style+other.png").rgb.shape == (36, 40, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["visualize", "content", "nowhere.jpg"], "nowhere.jpg: expected an image file. Received: no such file"),
        (["visualize", "content", "{style}", "-o", "{out}/a.jpg"], "--output: expected a name that ends in .png."),
        (
            ["visualize", "content", "{style}", "-o", "{out}/a.png", "--width", "9"],
            "--width: expected with texture alone",
        ),
        (["visualize", "style", "{style}", "-o", "{out}/a.png", "--size", "0"], "--size: expected at least 1."),
        (["visualize", "colour", "{style}"], "invalid choice: 'colour'"),
        (["evaluate", "--style", "{style}"], "--network: expected a value. Received: none"),
        (["evaluate", "--style", "{style}", "--network", "nowhere"], "--network: expected one of"),
        (["evaluate", "--style", "no.jpg", "--network", "starry_night"], "no.jpg: expected an image file."),
        (["evaluate", "--style", "no.jpg", "--network", "paintings"], "--style: expected one of starry_night, wave,"),
        (["evaluate", "--style", "wave_fast", "--network", "paintings"], "--style: expected a painting"),
        (["evaluate", "--style", "the scream.jpg", "--network", "paintings"], "the scream.jpg: expected an image"),
        (
            ["evaluate", "--style", "{style}", "--network", "starry_night", "--counts", "1", "--output", "{out}"],
            "--counts: expected 3 numbers, one a size. Received: 1",
        ),
    ],
)
def test_bad_arguments_are_one_line(folder, capsys, arguments, message):
    arguments = [argument.format(style=folder / "style.png", out=folder / "out") for argument in arguments]
    code, out, err = run([*arguments, *RANDOM], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert not (folder / "out").exists() or files_below(folder / "out") == []
