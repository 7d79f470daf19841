"""The tab that enlarges: the command's files, byte for byte, and a magnifier that shows the same place of both."""

from pathlib import Path

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo, write_photo
from superres.cli import main

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from superres.app import enlarge as tab

SRCNN, MATCHED = "x4, SRCNN 9-1-5", "--histogram-matching"


@pytest.fixture
def photo(tmp_path):
    """A smooth slope: what is moved by a pixel shows."""
    ramp = np.linspace(0, 255, 200).astype(np.uint8)
    path = tmp_path / "cat.png"
    write_photo(
        path,
        np.stack([np.tile(ramp, (150, 1)), np.tile(ramp[:150, None], (1, 200)), np.full((150, 200), 9, np.uint8)], -1),
    )
    return path


@pytest.mark.parametrize(
    ("scale", "network", "histogram", "name", "flags"),
    [
        (4, SRCNN, "", "cat_x4_srcnn.png", ["--network", "x4_srcnn"]),
        (2.5, SRCNN, "on", "cat_x4_srcnn_to_x2.5.png", ["--network", "x4_srcnn", "--outscale", "2.5", MATCHED]),
        (2, "x2, twice", "off", "cat_twice.png", ["--network", "{twice}", "--no-histogram-matching"]),
    ],
)
def test_files_are_the_commands_byte_for_byte(context, photo, tmp_path, scale, network, histogram, name, flags):
    job = tab.enlarge(context, str(photo), network, scale, False, "png", histogram)
    flags = [flag.format(twice=context.given[0].path) for flag in flags]
    words = ["upscale", photo, *flags, "--engine", "tensorflow", "--precision", "float32", "-o", tmp_path / "out"]
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert end.value.code == 0
    assert Path(job.target).name == name
    assert Path(job.target).read_bytes() == (tmp_path / "out" / name).read_bytes()


@pytest.mark.parametrize(("across", "down"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.37, 0.81)])
@pytest.mark.parametrize("scale", [4, 2.5])
def test_the_magnifier_shows_one_place_of_both(context, photo, across, down, scale):
    job = tab.enlarge(context, str(photo), SRCNN, scale, False, "png")
    before, after = tab.magnified(job, across, down)
    whole = read_photo(job.target).rgb
    assert before.shape == after.shape
    assert after.shape[:2] == tuple(min(side, tab.MAGNIFIED) for side in whole.shape[:2])
    # On a slope of 1.3 levels a pixel of the photograph, a place that is off by one shows more than this.
    assert np.abs(before.astype(int) - after).mean() < 1.0
    corner = whole[: after.shape[0], : after.shape[1]]
    assert np.array_equal(after, corner) == (across == down == 0.0)


def test_what_the_page_cannot_show_is_refused_before_it_is_computed(context, photo, monkeypatch):
    monkeypatch.setattr(tab, "MAX_PIXELS", 400_000)
    with pytest.raises(UserError, match="photograph: expected one whose enlargement has at most .* Received: 800x600"):
        tab.enlarge(context, str(photo), SRCNN, 4, False, "png")


def test_networks_and_errors(context, photo, tmp_path):
    assert list(tab.networks(context))[-1] == "x2, twice"
    assert tab.source_of(context, "", 4).ships
    with pytest.raises(UserError, match="network: expected one of"):
        tab.enlarge(context, str(photo), "gone", 4, False, "png")
    (tmp_path / "bad.png").write_bytes(b"text")
    with pytest.raises(UserError, match=r"bad\.png"):
        tab.enlarge(context, str(tmp_path / "bad.png"), SRCNN, 4, False, "png")
