"""`fast-style demo`: photographs in every style, details enlarged, and a contact sheet."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fast_style import demo
from fast_style.cli import main
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.source import shipped_sources
from fast_style.network import TransformationNetwork
from tests.fast_style.tiny_paintings import SIZED, ship


@pytest.fixture
def photos(tmp_path):
    """Paths of two: one that is shown reduced, one with a side shorter than that of a detail, of a sample's name."""
    picture = sample_photos()["chelsea"]
    paths = [tmp_path / "wide.png", tmp_path / "chelsea.jpg"]
    write_photo(paths[0], np.tile(picture[:60], (1, 2, 1)))
    write_photo(paths[1], picture[:90, :120], "jpg")
    return list(map(str, paths))


@pytest.mark.slow
def test_demo_writes_pictures_and_a_contact_sheet_and_says_where_and_nothing_else(photos, tmp_path):
    """Nor does TensorFlow, whose lines go past Python, as it starts and as it is timed in bfloat16."""
    command = [sys.executable, "-c", "from fast_style.cli import main; main()"]
    environment = os.environ | {"TF_ENABLE_ONEDNN_OPTS": "1"}  # which speaks of bfloat16 where there is no AVX-512
    done = subprocess.run(
        [*command, "demo", *photos, "--output", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    out = done.stdout
    fours = [name for name, source in shipped_sources().items() if source.factor == 4]
    paintings = [
        label if painting is None else painting
        for label, (_, known) in demo.shown_networks().items()
        for painting in known
    ]
    labels = [*paintings, "x4_bicubic", *fours]
    names = {f"{photo}_{label}.png" for photo in ("wide", "chelsea") for label in labels}
    assert {path.name for path in (tmp_path / "demo").iterdir()} == names | {"contact_sheet.png"}
    shapes = {name: read_photo(tmp_path / "demo" / name).rgb.shape[:2] for name in names}
    assert shapes["wide_starry_night.png"] == (43, 640)  # of 60x902, shown at most 640 wide
    assert shapes["wide_x4_bicubic.png"] == shapes[f"wide_{fours[0]}.png"] == (4 * 43, 4 * 96)
    assert shapes["chelsea_starry_night.png"] == (90, 120)
    assert shapes["chelsea_x4_bicubic.png"] == (4 * 90, 4 * 96)
    assert all(name in out for name in names)
    assert out.count(" s\n") == len(names)
    assert str(tmp_path / "demo") in out.splitlines()[-1]


def test_a_network_of_several_paintings_shows_each(tmp_path, monkeypatch):
    """The demo on every photograph, in place of networks of one; the gallery on the first, beside them."""
    one = TransformationNetwork(width=1)
    ship(monkeypatch, tmp_path / "package", wave=one, many=TransformationNetwork(width=1, conditions=SIZED))
    photos = {name: np.zeros((5, 6, 3), np.uint8) for name in ("cat", "dog")}

    def load(source):
        return source.load()

    shown = [found[:2] for found in demo.demo_pictures(photos, False, load)]
    assert shown == [(painting, name) for painting in ("wave", "udnie") for name in ("cat", "dog")]
    of_one, of_many = [("wave", "cat"), ("wave", "dog")], [("many", "wave"), ("many", "udnie")]
    assert [found[:2] for found in demo.demo_pictures(photos, True, load)] == of_one + of_many


def test_without_photographs_it_shows_a_sample(tmp_path, monkeypatch):
    """What the gallery paints of all of them, its test looks at."""
    monkeypatch.setattr(demo, "showcase", lambda photos, load: [("as_it_is", *item, 0.0) for item in photos.items()])
    main(["demo", "--output", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"astronaut_as_it_is.png", "contact_sheet.png"}
    assert np.array_equal(read_photo(tmp_path / "astronaut_as_it_is.png").rgb, sample_photos()["astronaut"])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("sub/wide.png", "PHOTO: expected photographs of different names. Received: two of the name wide"),
        ("none.png", "none.png: "),
    ],
)
def test_a_photograph_that_cannot_be_shown(more, expected, photos, tmp_path, capsys):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "wide.png").write_bytes((tmp_path / "wide.png").read_bytes())
    with pytest.raises(SystemExit) as stopped:
        main(["demo", *photos, str(tmp_path / more), "--output", str(tmp_path / "demo")])
    assert stopped.value.code == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_a_painting_that_two_networks_know_is_shown_by_the_first(tmp_path, monkeypatch):
    """The gallery shows some of the second as well, as many as are `AGAIN`."""
    sized = [*SIZED[:-1], ("extra", 256), SIZED[-1]]
    networks = {"first": TransformationNetwork(width=1, conditions=SIZED)}
    networks["second"] = TransformationNetwork(width=1, conditions=sized)
    ship(monkeypatch, tmp_path / "package", **networks)
    photos = {"cat": np.zeros((5, 6, 3), np.uint8)}
    shown = [
        [found[:2] for found in demo.demo_pictures(photos, every, lambda one: one.load())] for every in (False, True)
    ]
    assert shown[0] == [("wave", "cat"), ("udnie", "cat"), ("extra", "cat")]
    assert shown[1] == [("first", "wave"), ("first", "udnie"), ("second", "wave"), ("second", "extra")]
