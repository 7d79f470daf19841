"""By Beam's local runner, in the environment of the README: ``beam/bin/python -m pytest -c /dev/null .`` here."""

import numpy as np
import paint
from PIL import Image

import fast_style


def test_pictures_are_those_of_the_package_and_bad_ones_are_named(tmp_path):
    generator = np.random.default_rng(0)
    photos = {name: generator.integers(0, 256, (24, 36, 3), np.uint8) for name in ("a.png", "b.png")}
    for name, photo in photos.items():
        Image.fromarray(photo).save(tmp_path / name)
    (tmp_path / "bad.png").write_bytes(b"no image")
    for _ in range(2):  # again, as where it was stopped
        paint.main(["--input", f"{tmp_path}/*.png", "--output", f"{tmp_path}/out"])
    for name, photo in photos.items():
        with Image.open(tmp_path / "out" / f"{name[0]}_painted.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), fast_style.stylize(photo, "starry_night_fast"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_file()) == [
        "a_painted.png",
        "b_painted.png",
        "failed.tsv",
    ]
    (line,) = (tmp_path / "out" / "failed.tsv").read_text().splitlines()
    name, reason = line.split("\t")
    assert name == "bad.png"
    assert "expected an image" in reason
