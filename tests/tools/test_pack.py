"""What a list of trainings needs, in one folder of a size; the list that is kept ready is one that trains."""

import json
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import list_images, read_photo, write_photo
from fast_style.common.networks.source import shipped_sources
from fast_style.task import TASK
from tools.job_list import read_jobs
from tools.pack import main, pack, size
from tools.train_many import settings_of

LISTS = Path(__file__).parents[2] / "tools" / "jobs"


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
    with pytest.raises(UserError, match="--weights: expected a file. Received: nowhere.npz"):
        pack(jobs, **{**folders, "weights": "nowhere.npz"}, output=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(UserError, match="--output: expected a new or empty folder"):
        pack(jobs, **folders, output=tmp_path / "less")


def test_jobs_without_paintings_need_no_folder_of_them(folders, tmp_path):
    del folders["styles"]
    assert pack([{"factor": 4}], **folders, output=tmp_path / "in" / "pack", short_side=30) == 6
    assert not (tmp_path / "in" / "pack" / "styles").exists()
    with pytest.raises(UserError, match="--styles: expected a folder with 0.png. Received: None"):
        pack([{"style": "pack/styles/0.png"}], **folders, output=tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_painting_that_is_not_there_is_one_line(folders, tmp_path, capsys):
    (tmp_path / "jobs.json").write_text(json.dumps([{"output": "wave", "style": "pack/styles/wave.jpg"}]))
    flags = [text for name, path in folders.items() for text in (f"--{name}", str(path))]
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path / "jobs.json"), *flags, "--output", str(tmp_path / "pack")])
    assert stopped.value.code == 2
    assert "--styles: expected a folder with wave.jpg" in capsys.readouterr().err


def kept(name, tmp_path):
    """``{name: (task, settings, share)}`` of a list that is kept ready."""
    found = {}
    for job in read_jobs(LISTS / name):
        share, output = job.pop("share"), job["output"]
        found[output] = (*settings_of(job, tmp_path), share)
        assert found[output][1].content == "pack/photos"
        assert share > 0
    return found


def test_the_lists_that_are_kept_ready_are_of_settings_that_exist(tmp_path):
    """Each network of style is trained without stability, and a second time with it, from the first."""
    style = kept("style-transfer.json", tmp_path)
    assert {task.name for task, *_ in style.values()} == {"style-transfer"}
    paintings = set(shipped_sources(TASK))
    assert set(style) == paintings | {f"{name}_calm" for name in paintings}
    for name, (_, settings, _) in style.items():
        if name in paintings:
            assert (settings.initialize, settings.stability_weight) == (None, 0)
        else:
            assert (settings.initialize, settings.stability_weight) == (name.removesuffix("_calm"), 400)
            assert list(style).index(settings.initialize) < list(style).index(name)
        assert (settings.architecture == "fast") == ("_fast" in name)
    enlarging = kept("super-resolution.json", tmp_path)
    assert [(name, task.name) for name, (task, *_) in enlarging.items()] == [
        (name, "super-resolution") for name in ("x4_pixel", "x4_feature", "x8_pixel")
    ]
