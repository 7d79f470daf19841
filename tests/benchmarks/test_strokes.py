"""The distance between strokes."""

import numpy as np
import pytest

from benchmarks import strokes
from fast_style import stylization
from fast_style.common.images.geometry import resize_array
from tests.fast_style.tiny_paintings import SIZED, trained


@pytest.mark.parametrize("period", [6, 13.3, 40])
def test_stripes_are_as_far_apart_as_they_are(period):
    """Within the width of a line of the spectrum; light that changes slowly does not count."""
    x, y = np.meshgrid(np.arange(256), np.arange(256))
    stripes = 10 * np.sin(2 * np.pi * (0.6 * x + 0.8 * y) / period) + 0.3 * x
    assert strokes.wavelengths(stripes) == pytest.approx((period, period), rel=0.1)


def test_strokes_of_a_picture_at_twice_the_size_are_twice_as_far_apart():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    apart = [strokes.wavelengths(resize_array(noise, side, side).astype(float)) for side in (256, 512)]
    np.testing.assert_allclose(np.divide(apart[1], apart[0]), 2, rtol=0.05)


def test_the_grain_is_as_strong_in_every_octave():
    """Of frequency: 1 / 64 to 1 / 4, within a quarter."""
    grain = strokes.field(512)[..., 0].astype(float) - 128
    power = np.abs(np.fft.fft2(grain)) ** 2
    octave = np.floor(np.log2(np.hypot(np.fft.fftfreq(512)[:, None], np.fft.fftfreq(512)) + 1e-9))
    parts = [power[octave == number].sum() for number in (-6, -5, -4, -3)]
    np.testing.assert_allclose(parts / np.mean(parts), 1, atol=0.25)


def test_grain_that_is_lost_where_it_is_painted_smaller_is_none_that_was_added(monkeypatch):
    """A network that paints nothing adds nothing at any size, but for rounding; the grain has a deviation of 4."""
    monkeypatch.setattr(stylization, "stylize", lambda rgb, painter: painter.paint(rgb, lambda seen, *_: seen)[0])
    added = []
    monkeypatch.setattr(strokes, "wavelengths", lambda picture: added.append(picture) or (1, 1))
    strokes.distances(trained(), None, (0.25, 1, 4), side=128, name="one")
    assert [float(one.std()) for one in added] == [0, 0, 0]


@pytest.mark.slow
def test_strokes_that_are_resized_are_further_apart_and_the_table_says_so(tmp_path, capsys):
    """A network of one size of two paintings: all of the way is by resizing."""
    trained(conditions=SIZED[:1] + SIZED[3:4]).save(tmp_path / "two.keras")
    arguments = ["--network", str(tmp_path / "two.keras"), "--strokes", "1", "2", "4", "--size", "64"]
    strokes.main([*arguments, "--style", "udnie"])
    row = capsys.readouterr().out.splitlines()[-1].split(" | ")
    assert row[0] == "| udnie"
    means = [float(cell.split()[0]) for cell in row[1:4]]
    assert strokes.is_monotone(means)
    assert float(row[4]) == pytest.approx(means[2] / means[0], abs=0.1)
    assert row[5] == "yes |"
    assert not strokes.is_monotone([1, 1])
