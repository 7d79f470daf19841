"""Pictures as the page shows them."""

from pathlib import Path

import numpy as np
import pytest

from fast_style.common.app.pictures import thumbnail
from fast_style.common.images.image_io import as_rgb

PICTURE = np.full((8, 9, 3), 100, np.uint8)
NAMES = ["{0}/x", "../../x", "..", "", ".hidden", "a\\b", "\0", "\udcff", "語" * 500, "😀" * 500]


@pytest.mark.parametrize("name", NAMES)
def test_a_small_picture_lies_in_its_folder_whatever_its_name(tmp_path, name):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = Path(thumbnail(folder, PICTURE, name.format(tmp_path)))
    assert path.parent == folder
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]
    assert as_rgb(str(path)).shape == PICTURE.shape


def test_small_pictures_of_other_names_are_other_files(tmp_path):
    names = ["a b", "a_b", "a/b", "A_b", "wave (mine)", "wave (mine) 2"]
    assert len({thumbnail(tmp_path, PICTURE, name) for name in names}) == len(names)
    assert Path(thumbnail(tmp_path, PICTURE, "starry_night")).name.startswith("starry_night_")
