"""The eight orientations, against NumPy's rotations and mirrorings."""

import numpy as np
import pytest

from superres.orientation import ORIENTATIONS, turn, turn_back

PICTURE = np.arange(2 * 3 * 4 * 3).reshape(2, 3, 4, 3)


def test_they_are_all_rotations_and_their_mirror_images():
    rotations = [np.rot90(PICTURE, quarter, axes=(1, 2)) for quarter in range(4)]
    expected = {one[:, :, ::step].tobytes() for one in rotations for step in (1, -1)}
    assert {np.asarray(turn(PICTURE, one)).tobytes() for one in ORIENTATIONS} == expected
    assert len(expected) == len(ORIENTATIONS) == 8


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_turned_back_it_is_what_it_was(orientation):
    np.testing.assert_array_equal(turn_back(turn(PICTURE, orientation), orientation), PICTURE)


def test_the_first_four_keep_the_sides_and_the_first_changes_nothing():
    assert [turn(PICTURE, one).shape == PICTURE.shape for one in ORIENTATIONS] == [True] * 4 + [False] * 4
    np.testing.assert_array_equal(turn(PICTURE, ORIENTATIONS[0]), PICTURE)
