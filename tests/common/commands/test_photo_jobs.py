"""Files in and files out: what becomes of which name. What goes wrong is in the tests of the command lines."""

import argparse
import io
import os
import re
import shutil
import signal
import stat
import threading
import types
from pathlib import Path

import numpy as np
import pytest

from fast_style.common.commands import photo_jobs
from fast_style.common.commands.command_line import add_photo_flags
from fast_style.common.commands.photo_jobs import Job, how_to_go_on, jobs_of, plan_jobs, report_jobs, run_jobs
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import Photo, read_photo, write_photo
from fast_style.common.stop_signals import StopSignals


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in/deep").mkdir(parents=True)
    for path in ("a.jpg", "in/b.png", "in/deep/c.gif"):
        write_photo(path, np.zeros((3, 4, 3), np.uint8))
    return tmp_path


def targets(*arguments, **options):
    return [(job.source, job.target, job.file_format) for job in plan_jobs(*arguments, **options)]


def test_names_and_formats_of_results(photos):
    """Folders keep their structure; a GIF, which is not written, becomes a PNG."""
    assert targets(["a.jpg", "in"], "wave", "out") == [
        ("a.jpg", "out/a_wave.jpg", "jpg"),
        ("in/b.png", "out/b_wave.png", "png"),
        ("in/deep/c.gif", "out/deep/c_wave.png", "png"),
    ]


def test_output_may_be_a_file_for_one_photograph(photos):
    assert targets(["a.jpg"], "wave", "out", output="result.webp") == [("a.jpg", "result.webp", "webp")]
    assert targets(["a.jpg"], "wave", "out", output="folder") == [("a.jpg", "folder/a_wave.jpg", "jpg")]


@pytest.mark.parametrize(
    ("output", "file_format", "message"),
    [
        ("big.avif", None, r"--output: expected a name that ends in \.jpg, .* Received: big\.avif"),
        ("big.gif", None, r"--output: expected a name that ends in \.jpg, .* Received: big\.gif"),
        ("x.jpg", "png", r"--format: expected jpg, as x\.jpg ends\. Received: png"),
    ],
)
def test_names_of_files_that_would_be_something_else(photos, output, file_format, message):
    with pytest.raises(UserError, match=message):
        plan_jobs(["a.jpg"], "wave", "out", output, file_format)


def test_a_folder_may_have_a_dot_in_its_name(photos):
    assert targets(["a.jpg"], "wave", "out", output="v1.2") == [("a.jpg", "v1.2/a_wave.jpg", "jpg")]


def test_results_of_before_are_no_photographs(photos):
    """They lie in a folder within; a folder of results that is named is one of photographs."""
    write_photo("in/out/b_wave.png", np.zeros((3, 4, 3), np.uint8))
    assert [job.source for job in plan_jobs(["in"], "wave", "in/out", overwrite=True)] == ["in/b.png", "in/deep/c.gif"]
    assert [job.source for job in plan_jobs(["in/out"], "wave", "in/out")] == ["in/out/b_wave.png"]


def test_existing_results_are_passed_over(photos, capsys):
    parser = argparse.ArgumentParser()
    add_photo_flags(parser, "out")
    arguments = ["a.jpg", "in", "--skip-existing"]
    write_photo("out/b_wave.png", np.zeros((3, 4, 3), np.uint8))
    jobs = jobs_of(parser.parse_args(arguments), "wave", "out")
    assert [job.source for job in jobs] == ["a.jpg", "in/deep/c.gif"]
    assert capsys.readouterr().err == "1 of 3 photographs have their result already\n"
    run_jobs(jobs, lambda photo, job: photo)
    with pytest.raises(SystemExit) as end:
        jobs_of(parser.parse_args(arguments), "wave", "out")
    assert end.value.code == 0
    with pytest.raises(UserError, match="--output: expected a new file, or --overwrite"):
        jobs_of(parser.parse_args(arguments[:2]), "wave", "out")


def test_streams(photos):
    assert targets(["-"], "wave", "out") == [("-", "-", "png")]
    assert targets(["-"], "wave", "out", output="x", file_format="jpg") == [("-", "x/stdin_wave.jpg", "jpg")]


def test_patterns_and_repeated_names(photos):
    assert targets(["in/*.png", "in/b.png"], "wave", "out") == [("in/b.png", "out/b_wave.png", "png")]


@pytest.mark.parametrize(
    ("names", "file_format", "expected"),
    [
        (["x.jpg", "x.png"], "png", ["x_jpg_wave.png", "x_png_wave.png"]),
        (["x.JPG", "x.jpg"], None, ["x_1_wave.jpg", "x_2_wave.jpg"]),  # one name on macOS
        (["X.jpg", "x.png"], "png", ["X_jpg_wave.png", "x_png_wave.png"]),
        (["x.png", "p/x.png"], None, ["x_wave.png", "p_x_wave.png"]),
        (["p/x.png", "q/x.png"], None, ["p_x_wave.png", "q_x_wave.png"]),
        (["p/x.png", "p/x.jpg", "q/x.png"], "png", ["p_x_png_wave.png", "p_x_jpg_wave.png", "q_x_png_wave.png"]),
        (["p/p/x.png", "q/p/x.png"], None, ["p_p_x_wave.png", "q_p_x_wave.png"]),
        (["p/x.png", "./../in/p/x.png"], None, ["p_x_wave.png", "in_p_x_wave.png"]),
        (["x.jpg", "x.png", "x_jpg.png"], "png", ["x_1_wave.png", "x_2_wave.png", "x_jpg_wave.png"]),
    ],
)
def test_results_of_one_name_are_told_apart_and_that_is_said(photos, capsys, names, file_format, expected):
    for name in names:
        write_photo(name, np.zeros((3, 4, 3), np.uint8))
    jobs = plan_jobs(names, "wave", "out", file_format=file_format)
    assert [(job.source, job.target) for job in jobs] == [
        (name, f"out/{result}") for name, result in zip(names, expected, strict=True)
    ]
    error = capsys.readouterr().err
    assert (error.count("\n"), error.startswith("results of one name are told apart: ")) == (1, True)
    assert run_jobs(jobs, lambda photo, job: photo)[1] == []
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(expected)


def test_a_photograph_that_is_named_twice_is_painted_once(photos, capsys):
    assert [job.source for job in plan_jobs(["a.jpg", "./a.jpg", str(photos / "a.jpg")], "x", "out")] == [
        str(photos / "a.jpg")
    ]
    assert capsys.readouterr().err == ""


def test_folders_say_what_they_leave_out_and_follow_links(photos, capsys):
    """A linked folder is read once, also where it leads back up."""
    for name in ("in/notes.txt", "in/raw.CR2", "in/.hidden.txt", "in/README"):
        Path(name).write_text("x")
    write_photo("elsewhere/e.png", np.zeros((3, 4, 3), np.uint8))
    shutil.copy("a.jpg", "in/f.JFIF")
    Path("in/linked").symlink_to(photos / "elsewhere")
    Path("in/same").symlink_to("deep")
    Path("in/up").symlink_to("..")
    assert [job.source for job in plan_jobs(["in"], "x", "out")] == [
        "in/b.png",
        "in/deep/c.gif",
        "in/f.JFIF",
        "in/linked/e.png",
    ]
    left_out = "other files: 3 (1 .cr2, 1 .txt, 1 no suffix), linked folders read before: 2"
    assert capsys.readouterr().err == f"in: left out {left_out}\n"


def test_patterns_of_folders_and_below_brackets(photos, capsys):
    for name in ("in [2024]/b.png", "in [2024]/[x]/c.png", "d1/e.png", "d2/deep/f.png", "out/old.png", "i1/[x]/c.png"):
        write_photo(name, np.zeros((3, 4, 3), np.uint8))
    Path("d3").mkdir()

    def sources(*photos):
        return [job.source for job in plan_jobs(photos, "x", "out")]

    assert sources("in [2024]/*.png") == ["in [2024]/b.png"]
    assert sources(str(photos / "in [2024]" / "[x]" / "*")) == [str(photos / "in [2024]" / "[x]" / "c.png")]
    assert sources("i*/[x]/*.png") == ["i1/[x]/c.png", "in [2024]/[x]/c.png"]
    assert sources("in [[]2024]/*.png") == ["in [2024]/b.png"]
    capsys.readouterr()
    assert sources("d*") == ["d1/e.png", "d2/deep/f.png"]
    assert capsys.readouterr().err.startswith("left out: d3: expected photographs")
    assert sources("[ao]*") == ["a.jpg"]
    assert sources("in/**") == ["in/b.png", "in/deep/c.gif"]
    with pytest.raises(UserError, match="d3: expected photographs"):
        sources("d3*")


@pytest.mark.parametrize("length", [240, 241, 255])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_long_names(photos, length, letter):
    """Names of files may have 255 bytes; of what lies beside them while it is written, too."""
    ending = "_w.png"
    stem = (letter * length).encode()[: length - len(ending)].decode(errors="ignore")
    write_photo(f"{stem}.png", np.zeros((3, 4, 3), np.uint8))
    jobs = plan_jobs([f"{stem}.png"], "w", "out")
    assert run_jobs(jobs, lambda photo, job: photo)[1] == []
    assert [path.name for path in Path("out").iterdir()] == [stem + ending]


def test_names_that_are_too_long_are_told_before_anything_is_painted(photos, capsys):
    write_photo(f"{'x' * 250}.png", np.zeros((3, 4, 3), np.uint8))
    message = "expected names of at most 255 bytes. Received: x+_wave.png, 259 bytes"
    with pytest.raises(UserError, match=message):
        plan_jobs([f"{'x' * 250}.png"], "wave", "out")
    jobs = plan_jobs([f"{'x' * 250}.png", "a.jpg"], "wave", "out")
    assert re.search(f"^1 of 2 photographs are left out: x+.png: --output: {message}\n$", capsys.readouterr().err)
    done, failed = run_jobs(jobs, lambda photo, job: photo)
    assert ([job.source for job, _ in done], len(failed)) == (["a.jpg"], 1)
    for options in ({"output": "y" * 300}, {"output": "z/" * 2100}):
        with pytest.raises(UserError, match="--output: expected "):
            plan_jobs(["a.jpg"], "wave", "out", **options)
    with pytest.raises(UserError, match="no such file"):
        plan_jobs(["y" * 300], "wave", "out")


@pytest.mark.parametrize(
    ("photo", "output", "message"),
    [
        ("", None, "photo: expected a file, folder or pattern. Received: '', an empty word"),
        ("a.jpg", "", "--output: expected a folder or file. Received: '', an empty word"),
    ],
)
def test_an_empty_word_is_not_the_current_folder(photos, photo, output, message):
    with pytest.raises(UserError, match=message):
        plan_jobs([photo], "wave", "out", output=output)


def test_a_link_is_written_behind(photos):
    """What it points to is replaced, or made; a device is not."""
    Path("deep").mkdir()
    write_photo("deep/old.png", np.zeros((9, 9, 3), np.uint8))
    for name, to in (("link.png", "deep/old.png"), ("new.png", "deep/new.png"), ("round.png", "round.png")):
        Path(name).symlink_to(to)
    Path("null.png").symlink_to(os.devnull)
    with pytest.raises(UserError, match="expected a new file, or --overwrite. Received: link.png, which exists"):
        plan_jobs(["a.jpg"], "x", "out", output="link.png")
    for name in ("link.png", "new.png"):
        jobs = plan_jobs(["a.jpg"], "x", "out", output=name, overwrite=True)
        assert run_jobs(jobs, lambda photo, job: photo)[1] == []
        assert Path(name).is_symlink()
        assert read_photo(Path(name).resolve()).rgb.shape == (3, 4, 3)
    for name, reason in (("round.png", "Too many levels of symbolic links"), ("null.png", "a pipe or device is there")):
        with pytest.raises(UserError, match=rf"Received: {name} \({reason}\)"):
            plan_jobs(["a.jpg"], "x", "out", output=name, overwrite=True)
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


def test_a_bad_photograph_is_reported_and_the_rest_done(photos):
    Path("a.jpg").write_bytes(b"")
    jobs = plan_jobs(["a.jpg", "in"], "x", "out")
    done, failed = run_jobs(jobs, lambda photo, job: Photo(255 - photo.rgb))
    assert [job.source for job, _ in done] == ["in/b.png", "in/deep/c.gif"]
    assert [(job.source, reason) for job, reason in failed] == [
        ("a.jpg", "a.jpg: expected an image. Received: an empty file")
    ]
    assert not Path("out/a_x.jpg").exists()


def test_reading_and_writing_go_on_beside_the_transformation(photos, monkeypatch):
    """The next photograph is read, and the one before written, while one is transformed."""
    read, written = threading.Event(), threading.Event()
    originals = photo_jobs.read_photo, photo_jobs.write_bytes

    def read_photo(source, name):
        photo = originals[0](source, name=name)
        if source == "in/deep/c.gif":
            read.set()
        return photo

    def write_bytes(path, content):
        originals[1](path, content)
        written.set()

    def transform(photo, job):
        if job.source == "in/b.png":
            assert read.wait(30)
            assert written.wait(30)
        return photo

    monkeypatch.setattr(photo_jobs, "read_photo", read_photo)
    monkeypatch.setattr(photo_jobs, "write_bytes", write_bytes)
    done, failed = run_jobs(plan_jobs(["a.jpg", "in"], "x", "out"), transform)
    assert ([job.source for job, _ in done], failed) == (["a.jpg", "in/b.png", "in/deep/c.gif"], [])


def test_a_large_picture_is_written_before_the_next_is_begun(photos, monkeypatch):
    monkeypatch.setattr(photo_jobs, "OVERLAPPED_BYTES", 1)

    def transform(photo, job):
        if job.source == "in/b.png":
            assert Path("out/a_x.jpg").exists()
        return photo

    assert run_jobs(plan_jobs(["a.jpg", "in"], "x", "out"), transform)[1] == []


def test_failures_of_each_stage_are_in_order(photos, monkeypatch):
    """One does not decode, one is refused by the transformation, one cannot be written."""
    Path("a.jpg").write_bytes(b"")
    original = photo_jobs.write_bytes

    def transform(photo, job):
        if job.source == "in/b.png":
            raise UserError("refused")
        return photo

    def write_bytes(path, content):
        if "c_x" in str(path):
            raise UserError("full")
        original(path, content)

    monkeypatch.setattr(photo_jobs, "write_bytes", write_bytes)
    write_photo("d.png", np.zeros((3, 4, 3), np.uint8))
    done, failed = run_jobs(plan_jobs(["in/deep", "a.jpg", "in/b.png", "d.png"], "x", "out"), transform)
    assert [job.source for job, _ in done] == ["d.png"]
    reasons = ["full", "a.jpg: expected an image. Received: an empty file", "refused"]
    assert [reason for _, reason in failed] == reasons


def memory_of_tensorflow():
    import tensorflow as tf

    with pytest.raises(tf.errors.ResourceExhaustedError) as found:
        tf.zeros([2**26, 2**26])
    return found.value


@pytest.mark.parametrize("error", [MemoryError, memory_of_tensorflow])
def test_a_photograph_for_which_memory_runs_out_is_one_that_failed(photos, error):
    def transform(photo, job):
        if job.source == "in/b.png":
            raise error()
        return photo

    done, failed = run_jobs(plan_jobs(["in/b.png", "a.jpg"], "x", "out"), transform)
    assert [job.source for job, _ in done] == ["a.jpg"]
    assert [reason for _, reason in failed] == [photo_jobs.TOO_LARGE.format("in/b.png")]


@pytest.mark.parametrize("names", [["-"], ["a.jpg", "-"]])
def test_standard_input_is_read_where_ctrl_c_arrives(photos, monkeypatch, names):
    """In the main thread: one that waits for input could not be interrupted."""
    threads = []

    class StandardInput(io.BytesIO):
        def read(self, size=-1):
            threads.append(threading.current_thread())
            return super().read(size)

    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=StandardInput(Path("a.jpg").read_bytes())))
    assert run_jobs(plan_jobs(names, "x", "out", output="out"), lambda photo, job: photo)[1] == []
    assert set(threads) == {threading.main_thread()}


def test_nothing_to_do():
    assert run_jobs([], lambda photo, job: photo) == ([], [])


@pytest.mark.parametrize(("times", "finished"), [(1, 2), (2, 1)])
def test_signals_end_behind_the_photograph_at_hand_or_at_once(photos, capsys, times, finished):
    """What was finished is listed, and a line says what is not and how to go on."""
    jobs = plan_jobs(["a.jpg", "in"], "x", "out")

    def transform(photo, job):
        if job.source == "in/b.png":
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGTERM)
        return photo

    with StopSignals("photograph") as signals:
        done, failed = run_jobs(jobs, transform, signals=signals)
    assert [job.target for job, _ in done] == ["out/a_x.jpg", "out/b_x.png"][:finished]
    assert sorted(path.name for path in Path("out").iterdir()) == ["a_x.jpg", "b_x.png"][:finished]
    with pytest.raises(SystemExit) as stop:
        report_jobs("test", done, failed, how_to_go_on(jobs, done, failed, False), signals.received)
    assert stop.value.code == 128 + signal.SIGTERM
    out, error = capsys.readouterr()
    assert len(out.splitlines()) == finished
    assert error.splitlines() == [
        "stopping after this photograph; again to stop at once",
        f"test: stopped; {finished} of 3 photographs done; the same command with --skip-existing goes on",
    ]


def test_without_signals_an_interrupt_goes_on_its_way(photos):
    def transform(photo, job):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_jobs(plan_jobs(["a.jpg"], "x", "out"), transform)


def test_how_to_go_on():
    jobs = [Job("a", "b", "png"), Job("c", "d", "png")]
    assert how_to_go_on(jobs, [(jobs[0], 1.0)], [(jobs[1], "bad")], False) == ""
    assert how_to_go_on(jobs, [], [], True) == (
        "stopped; 0 of 2 photographs done; the same command begins with the first"
    )
    assert how_to_go_on([Job("-", "-", "png")], [], [], False) == "stopped; 0 of 1 photographs done"


def test_an_output_that_fails_hides_no_failed_photograph(photos, capsys, monkeypatch):
    job = Job("a.jpg", "b.jpg", "jpg")

    def full(text):
        raise UserError("full")

    monkeypatch.setattr(photo_jobs, "say", full)
    with pytest.raises(UserError, match="full"):
        report_jobs("test", [(job, 1.0)], [(job, "a.jpg: bad\x1b")])
    assert capsys.readouterr().err == "test: error: a.jpg: bad\\x1b\n1 of 2 photographs done, 1 failed\n"


def test_standard_input_that_cannot_be_read(photos, monkeypatch):
    class Unreadable(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(21, "Is a directory")

    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=Unreadable()))
    _, failed = run_jobs(plan_jobs(["-"], "x", "out", output="out"), lambda photo, job: photo)
    assert failed[0][1] == "standard input: expected a stream that can be read. Received: Is a directory"


def test_names_that_are_no_text(photos, capsys):
    names = [os.fsdecode(b"in/bad\xff.png"), "in/red\x1b[31m\n.png"]
    for name in names:
        write_photo(name, np.zeros((3, 4, 3), np.uint8))
    Path(os.fsdecode(b"in/no\xfe.png")).write_bytes(b"x")
    jobs = plan_jobs(["in"], "x", "out")
    with pytest.raises(SystemExit):
        report_jobs("test", *run_jobs(jobs, lambda photo, job: photo))
    out, error = capsys.readouterr()
    assert r"out/bad\xff_x.png" in out
    assert r"out/red\x1b[31m\n_x.png" in out
    assert r"test: error: in/no\xfe.png: expected an image" in error
    assert (out + error).isascii()
    assert os.path.exists(os.fsdecode(b"out/bad\xff_x.png"))
