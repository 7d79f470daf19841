"""What a list of trainings needs, in one folder of a size; the list that is kept ready is one that trains."""

import json
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import list_images, read_photo, write_photo
from tools.pack import main, pack, size
from tools.train_many import settings_of

LIST = Path(__file__).parents[2] / "tools" / "jobs" / "paintings.json"


@pytest.fixture
def folders(tmp_path):
    generator = np.random.default_rng(0)
    for name, count in (("photos", 6), ("validation", 12), ("styles", 1)):
        for number in range(count):
            write_photo(tmp_path / name / f"{number}.png", generator.integers(0, 256, (60, 80, 3), np.uint8))
    (tmp_path / "vgg.npz").write_bytes(bytes(1000))
    return {name: tmp_path / name for name in ("photos", "validation", "styles")} | {"weights": tmp_path / "vgg.npz"}


def test_it_fills_the_room_and_no_more(folders, tmp_path):
    jobs = [{"style": None, "paintings": ["pack/styles/0.png"]}]
    packed = pack(jobs, **folders, output=tmp_path / "all", short_side=30)
    assert packed == len(list_images(tmp_path / "all" / "photos")) == 6
    assert read_photo(tmp_path / "all" / "photos" / "00000.jpg").rgb.shape == (30, 40, 3)
    assert len(list_images(tmp_path / "all" / "validation")) == 10
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "photos",
        "styles",
        "validation",
        "weights.npz",
    ]
    least = size(tmp_path / "all") / 1e6 - 1e-3
    assert pack(jobs, **folders, output=tmp_path / "less", short_side=30, megabytes=least) == 5
    with pytest.raises(UserError, match="--megabytes: expected room for photographs"):
        pack(jobs, **folders, output=tmp_path / "none", megabytes=1e-3)
    with pytest.raises(UserError, match="--output: expected a new or empty folder"):
        pack(jobs, **folders, output=tmp_path / "less")


def test_a_painting_that_is_not_there_is_one_line(folders, tmp_path, capsys):
    (tmp_path / "jobs.json").write_text(json.dumps([{"style": "pack/styles/wave.jpg"}]))
    flags = [text for name, path in folders.items() for text in (f"--{name}", str(path))]
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path / "jobs.json"), *flags, "--output", str(tmp_path / "pack")])
    assert stopped.value.code == 2
    assert "--styles: expected a folder with wave.jpg" in capsys.readouterr().err


def test_the_list_that_is_kept_ready_is_of_settings_that_exist(tmp_path):
    jobs = json.loads(LIST.read_text())
    for job in jobs:
        share = job.pop("share")
        task, settings = settings_of(job, tmp_path)
        assert (task.name, share > 0) == ("style-transfer", True)
        assert settings.content == "pack/photos"
        assert settings.stability_weight == 0
    assert len({job["output"] for job in jobs}) == len(jobs) == 14
