"""The tab that paints without a network: the command's file, byte for byte, and a stop."""

from pathlib import Path

import numpy as np
import pytest

from fast_style.cli import main
from fast_style.common.app.working import WorkProgress
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb, write_photo
from tests.common.app.contexts import make_context

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.app import optimize
from fast_style.app.photograph import jobs_for


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return make_context(tmp_path_factory.mktemp("app"), loss_weights="random")


@pytest.fixture
def painting(tmp_path):
    path = tmp_path / "dots.png"
    write_photo(path, np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
    return path


@pytest.mark.slow
def test_files_are_the_commands_byte_for_byte(context, photo, painting, tmp_path):
    settings = optimize.settings_of(context, painting, 3, "content", 32)
    (job,) = jobs_for(context, [photo], painting.stem, "png")
    progress, seen = WorkProgress("iterations"), []
    optimize.paint(job, settings, progress, seen.append)
    assert (progress.done, progress.total, len(seen)) == (3, 3, 3)
    words = ["optimize", photo, "--style", painting, "--iterations", "3", "--start", "content", "--max-size", "32"]
    words += ["--precision", "float32", "--loss-weights", "random", "--format", "png", "-o", tmp_path / "out"]
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert end.value.code == 0
    (made,) = (tmp_path / "out").iterdir()
    assert Path(job.target).name == made.name == "cat_dots.png"
    assert Path(job.target).read_bytes() == made.read_bytes()


@pytest.mark.slow
def test_what_is_stopped_is_kept(context, photo, painting):
    settings = optimize.settings_of(context, painting, 50, "content", 32)
    (job,) = jobs_for(context, [photo], painting.stem, "png")
    progress = WorkProgress("iterations")
    optimize.paint(job, settings, progress, lambda picture: progress.stop())
    assert progress.done == 1
    assert as_rgb(job.target).shape == (21, 32, 3)


@pytest.mark.slow
def test_what_is_no_picture_is_one_line(context, photo, painting, tmp_path):
    (tmp_path / "bad.png").write_text("none")
    (job,) = jobs_for(context, [photo], "bad", "png")
    with pytest.raises(UserError, match=r"bad\.png"):
        optimize.paint(
            job, optimize.settings_of(context, tmp_path / "bad.png", 1, "content", 32), WorkProgress("iterations")
        )
    (job,) = jobs_for(context, [tmp_path / "bad.png"], "dots", "png")
    with pytest.raises(UserError, match=r"bad\.png"):
        optimize.paint(job, optimize.settings_of(context, painting, 1, "content", 32), WorkProgress("iterations"))
    assert not Path(job.target).exists()
