"""Labelled grids of pictures."""

import numpy as np

from fast_style.common.images.contact_sheet import GAP, LABEL_HEIGHT, contact_grid, contact_sheet


def flat(height, width, value):
    return np.full((height, width, 3), value, np.uint8)


def test_pictures_stand_in_their_cells_in_their_size():
    """Two columns of 20 with gaps of 6: width 2 * (20 + 6) + 6 = 58; one row of 10: 6 + 10 + 6 = 22."""
    sheet = contact_sheet([[flat(10, 20, 50), flat(10, 20, 90)]], cell=20)
    assert sheet.shape == (22, 58, 3)
    assert (sheet[GAP : GAP + 10, GAP : GAP + 20] == 50).all()
    assert (sheet[GAP : GAP + 10, 2 * GAP + 20 : 2 * GAP + 40] == 90).all()
    assert (sheet[:GAP] == 255).all()


def test_large_pictures_shrink_and_keep_their_aspect():
    """40x80 in a cell of 20 is 10x20."""
    sheet = contact_sheet([[flat(40, 80, 0)]], cell=20)
    assert (sheet[GAP : GAP + 10, GAP : GAP + 20] < 10).all()
    assert (sheet[GAP + 11 :] == 255).all()


def test_labels_are_written_above_their_columns():
    sheet = contact_sheet([[flat(10, 60, 200)], [None]], column_labels=["photograph"], cell=60)
    assert sheet[:LABEL_HEIGHT, :60].min() < 100
    assert (sheet[LABEL_HEIGHT + GAP : LABEL_HEIGHT + GAP + 10, GAP : GAP + 60] == 200).all()


def test_a_caption_is_broken_into_lines_below():
    """Two words that do not fit beside each other into 60 pixels take two lines."""
    plain = contact_sheet([[flat(10, 60, 200)]], cell=60)
    sheet = contact_sheet([[flat(10, 60, 200)]], cell=60, caption="photograph photograph")
    assert sheet.shape[0] == plain.shape[0] + 2 * LABEL_HEIGHT
    np.testing.assert_array_equal(sheet[: plain.shape[0]], plain)
    assert sheet[-LABEL_HEIGHT:].min() < 100


def test_a_grid_is_a_little_wider_than_high():
    """Of 17 pictures of 384x256, 396x5168 pixels in one column: five columns, whose aspect of 1.7 is nearest to 1.5."""
    groups = {f"style {number}": [flat(256, 384, number)] for number in range(17)}
    sheet = contact_grid(groups, cell=384)
    assert sheet.shape == (4 * (256 + GAP + LABEL_HEIGHT) + GAP, 5 * (384 + GAP) + GAP, 3)
    assert sheet[:LABEL_HEIGHT, GAP + 4 * (384 + GAP) :].min() < 100, "a label above each"
    assert (sheet[LABEL_HEIGHT + GAP :][:256, GAP + 384 + GAP :][:, :384] == 1).all()


def test_groups_of_a_grid_stay_together():
    groups = {"photograph": [flat(30, 30, 1), None, flat(30, 30, 3)], "wave": [flat(30, 30, 4), None, flat(30, 30, 6)]}
    sheet = contact_grid(groups, cell=30)
    assert sheet.shape == (2 * (30 + GAP + LABEL_HEIGHT) + GAP, 3 * (30 + GAP) + GAP, 3)
    assert [sheet[LABEL_HEIGHT + GAP + 15, GAP + 15 + column * (30 + GAP), 0] for column in range(3)] == [1, 255, 3]
