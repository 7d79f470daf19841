"""The figure of one photograph over strokes, mixtures and masks."""

import numpy as np
import pytest

import fast_style
from fast_style.common.images.contact_sheet import GAP, LABEL_HEIGHT
from fast_style.common.images.image_io import read_photo, write_photo
from tests.fast_style.tiny_paintings import SIZED, photograph, trained
from tools import paintings_figure


@pytest.mark.slow
def test_it_shows_what_is_painted(tmp_path, capsys, eager_pictures):
    photo = photograph(20, 30)
    write_photo(tmp_path / "photo.png", photo)
    trained(conditions=SIZED).save(tmp_path / "many.keras")
    arguments = ["--network", tmp_path / "many.keras", "--photo", tmp_path / "photo.png", "--styles", "wave", "udnie"]
    paintings_figure.main([str(one) for one in [*arguments, "--output", tmp_path / "figure.png"]])
    assert str(tmp_path / "figure.png") in capsys.readouterr().out
    figure = read_photo(tmp_path / "figure.png").rgb
    row, column = LABEL_HEIGHT + 20 + GAP, 320 + GAP
    top = LABEL_HEIGHT + GAP

    def cell(i, j):
        return figure[top + i * row :][:20, GAP + j * column :][:, :30]

    np.testing.assert_array_equal(cell(2, 0), photo)
    np.testing.assert_array_equal(cell(0, 2), fast_style.stylize(photo, tmp_path / "many.keras", style="wave"))
    np.testing.assert_array_equal(cell(1, 4), fast_style.stylize(photo, tmp_path / "many.keras", style="udnie"))
    np.testing.assert_array_equal(cell(2, 4)[-5:], photo[-5:])


def test_the_horizon_is_soft():
    above, below = paintings_figure.horizon(100, 7)
    np.testing.assert_allclose(above + below, 1)
    assert (above[:40] == 1).all()
    assert (above[60:] == 0).all()
    assert (np.diff(above[44:56, 0]) < 0).all()
