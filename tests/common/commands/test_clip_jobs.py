"""Clips on the command line: what words mean, where results go, and what is refused before anything heavy starts."""

import argparse
import signal
import types

import numpy as np
import pytest
from PIL import Image

from fast_style.common.commands.clip_jobs import (
    FORMATS_WITH_CLIPS,
    LARGE_FRAMES,
    add_clip_flags,
    check_formats,
    paint_to_file,
    plan_clips,
    plan_photos_and_clips,
    run_clips,
    split_clips,
)
from fast_style.common.commands.command_line import add_photo_flags
from fast_style.common.errors import UserError
from fast_style.common.images.image_folder import find_images
from fast_style.common.images.image_io import write_photo
from fast_style.common.video.formats import Target
from tests.common.video.clips import frames_of, make_clip


@pytest.fixture
def clips(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_clip("a.mp4", 3)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "out").mkdir()
    for place in ("in/b.mkv", "in/deep/c.mov", "in/out/b_wave.mp4"):
        make_clip(place, 2)
    write_photo("in/photo.jpg", np.zeros((3, 4, 3), np.uint8), "jpg")
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    frames[0].save("moves.gif", save_all=True, append_images=frames[1:])
    frames[0].save("still.gif")
    return tmp_path


def options(*words):
    parser = argparse.ArgumentParser()
    add_photo_flags(parser, "out", FORMATS_WITH_CLIPS)
    add_clip_flags(parser)
    return parser.parse_args(words)


def planned(*words, labels=("wave",)):
    parsed = options(*words)
    found, _ = split_clips(parsed.photos, parsed.output, "out")
    jobs = plan_clips(found, labels, parsed, "out")
    return [(source, target.path) for label in labels for source, target in jobs[label]]


def test_words_that_move_and_those_that_do_not(clips):
    assert split_clips(["a.mp4", "moves.gif", "still.gif", "-", "none.jpg"], None, "out") == (
        [("a.mp4", "a.mp4"), ("moves.gif", "moves.gif")],
        ["still.gif", "-", "none.jpg"],
    )
    assert split_clips(["in"], "in/out", "out") == ([("in/b.mkv", "b.mkv"), ("in/deep/c.mov", "deep/c.mov")], ["in"])
    assert split_clips(["in/deep"], None, "out") == ([("in/deep/c.mov", "c.mov")], [])
    assert split_clips(["*.mp4", "*.gif"], None, "out") == (
        [("a.mp4", "a.mp4"), ("moves.gif", "moves.gif")],
        ["still.gif"],
    )
    for name in ("clip.mp4", "clip.webp", "clip.gif"):
        assert split_clips(["in"], name, "out") == ([("in", "in")], [])
    assert split_clips(["f/%03d.png"], None, "out") == ([("f/%03d.png", "%03d.png")], [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a.mp4"], ["out/a_wave.mp4"]),
        (["in/b.mkv"], ["out/b_wave.mp4"]),
        (["moves.gif"], ["out/moves_wave.gif"]),
        (["moves.gif", "--codec", "h264"], ["out/moves_wave.mp4"]),
        (["a.mp4", "--codec", "prores"], ["out/a_wave.mov"]),
        (["a.mp4", "--codec", "ffv1"], ["out/a_wave.mkv"]),
        (["a.mp4", "--format", "webm"], ["out/a_wave.webm"]),
        (["a.mp4", "--format", "jpg"], ["out/a_wave/%05d.jpg"]),
        (["a.mp4", "-o", "x.webm"], ["x.webm"]),
        (["a.mp4", "-o", "x.webp"], ["x.webp"]),
        (["a.mp4", "-o", "x/%03d.png"], ["x/%03d.png"]),
        (["in", "-o", "x"], ["x/b_wave.mp4", "x/deep/c_wave.mp4", "x/out/b_wave_wave.mp4"]),
        (["in", "-o", "x.mp4"], ["x.mp4"]),
    ],
)
def test_where_results_go(clips, words, expected):
    assert [target for _, target in planned(*words)] == expected


def test_results_of_one_name_are_told_apart(clips):
    make_clip("a.mkv", 2)
    assert planned("a.mp4", "a.mkv") == [("a.mp4", "out/a_mp4_wave.mp4"), ("a.mkv", "out/a_mkv_wave.mp4")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.mp4"], "photo: expected a file. Received: none.mp4"),
        (["a.mp4", "-o", "-"], "--output: expected a file or folder for moving pictures. Received: -"),
        (["a.mp4", "in/b.mkv", "-o", "x.mp4"], "--output: expected a folder for 2 clips. Received: x.mp4"),
        (["a.mp4", "-o", "x.mpg"], "--output: expected a name that ends in .mp4"),
        (["a.mp4", "-o", "x.webm", "--codec", "h264"], "--codec: expected vp9 or av1 in .webm. Received: h264"),
        (["a.mp4", "--crf", "60"], "--crf: expected 0 to 51 for h264. Received: 60"),
        (["a.mp4", "-o", "a.mp4"], "--output: expected a new file, or --overwrite. Received: a.mp4"),
        (["a.mp4", "--start", "2", "--end", "1"], "--end: expected more than --start, 2. Received: 1"),
    ],
)
def test_what_is_refused(clips, words, message):
    with pytest.raises(UserError, match=message):
        planned(*words)


def test_photographs_do_not_move(clips):
    with pytest.raises(UserError, match="--format: expected one of jpg, .* for photographs. Received: mp4"):
        check_formats(options("in/photo.jpg", "--format", "mp4"))


@pytest.mark.parametrize("words", [["in/photo.jpg", "-o", "cat.mp4"], ["still.gif", "in/photo.jpg", "-o", "x.webm"]])
def test_photographs_do_not_become_clips(clips, words):
    with pytest.raises(UserError, match="--output: expected a folder, or a name that ends in .* for photographs"):
        plan_photos_and_clips(options(*words), ["wave"], "out")


def test_a_photograph_does_not_replace_a_clip(clips):
    write_photo("moves.jpg", np.zeros((3, 4, 3), np.uint8), "jpg")
    message = (
        "--output: expected results of different names. Received: moves.jpg and moves.gif, both out/moves_wave.webp"
    )
    with pytest.raises(UserError, match=message):
        plan_photos_and_clips(options("moves.jpg", "moves.gif", "--format", "webp"), ["wave"], "out")


def test_clips_are_found_where_photographs_are(clips):
    """In linked folders and not in hidden ones; brackets that are there mean themselves."""
    for place in ("in/.hidden/h.mp4", "far/l.mp4", "[2026]/v.mp4"):
        (clips / place).parent.mkdir()
        make_clip(place, 1)
    (clips / "in" / "link").symlink_to("../far")
    found, _ = split_clips(["in"], None, "in/out")
    assert [source for source, _ in found] == ["in/b.mkv", "in/deep/c.mov", "in/link/l.mp4"]
    assert split_clips(["[2026]/*.mp4"], None, "out") == ([("[2026]/v.mp4", "v.mp4")], [])


def test_clips_of_a_folder_are_not_said_to_be_left_out(clips, capsys):
    (clips / "in" / "notes.txt").write_text("nothing")
    still, moving = plan_photos_and_clips(options("in", "-o", "x"), ["wave"], "out")
    assert (len(still["wave"]), len(moving["wave"])) == (1, 3)
    assert capsys.readouterr().err == "in: left out other files: 1 (1 .txt)\n"


def test_what_is_there_is_passed_over(clips, capsys):
    make_clip("a_wave.mp4", 1)
    assert planned("a.mp4", "in/b.mkv", "-o", ".", "--skip-existing") == [("in/b.mkv", "b_wave.mp4")]
    assert capsys.readouterr().err == "a_wave.mp4 is there already\n"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["in/deep", "in/deep/c.mov"], ("in/deep/c.mov", "c.mov")),
        (["a.mp4", "./a.mp4", "{here}/a.mp4", "*.mp4"], ("a.mp4", "a.mp4")),
        (["f/%03d.png", "f/../f/%03d.png", "f/%d.png"], ("f/%d.png", "%d.png")),
    ],
)
def test_a_clip_that_is_named_twice_is_one(clips, words, found):
    assert split_clips([word.format(here=clips) for word in words], None, "out") == ([found], [])


def test_a_folder_is_walked_once_for_clips_and_photographs(clips, monkeypatch):
    from fast_style.common.commands import clip_jobs

    walked = []
    monkeypatch.setattr(
        clip_jobs, "find_images", lambda folder, *suffixes: walked.append(folder) or find_images(folder, *suffixes)
    )
    assert split_clips(["in", "in/deep"], "in/out", "out")[1] == ["in"]
    assert walked == ["in", "in/deep"]


def test_numbered_frames_of_folders_of_one_name_are_told_apart(clips):
    """Those of other digits, too: in one folder they would be one clip."""
    assert planned("x/f/%04d.png", "y/f/%05d.png") == [
        ("x/f/%04d.png", "out/x_f_f_wave/%04d.png"),
        ("y/f/%05d.png", "out/y_f_f_wave/%05d.png"),
    ]


def numbered(folder, *numbers, digits=4, prefix=""):
    for number in numbers:
        write_photo(f"{folder}/{prefix}{number:0{digits}d}.png", np.full((3, 4, 3), number, np.uint8))


@pytest.mark.parametrize("there", ["0001.png", "0002.png", "17.png"])
def test_numbered_frames_of_any_number_are_there_already(clips, there, capsys):
    write_photo(f"x/{there}", np.zeros((3, 4, 3), np.uint8))
    with pytest.raises(UserError, match=f"--output: expected a new file, or --overwrite. Received: x/{there}, which"):
        planned("a.mp4", "-o", "x/%04d.png")
    assert planned("a.mp4", "-o", "x/%04d.png", "--overwrite") == [("a.mp4", "x/%04d.png")]
    assert planned("a.mp4", "-o", "x/%04d.png", "--skip-existing") == []
    assert capsys.readouterr().err == f"x/{there} is there already\n"
    assert planned("a.mp4", "-o", "x/%04d.jpg") == [("a.mp4", "x/%04d.jpg")]


def test_a_folder_in_the_place_of_a_numbered_frame(clips):
    (clips / "x" / "0003.png").mkdir(parents=True)
    with pytest.raises(UserError, match=r"--output: expected a file. Received: x/0003.png \(a folder\)"):
        planned("a.mp4", "-o", "x/%04d.png", "--overwrite")


@pytest.mark.parametrize("more", [[], ["--overwrite"], ["--skip-existing"]])
@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("d/%04d.png", "d/%04d.png"),
        ("d/%04d.png", "d/../d/%d.png"),
        ("d", "d/%04d.png"),
        ("d/%04d.png", "linked/%04d.png"),
        ("stills/%d.webp", "stills/2.webp"),
        ("stills", "stills/2.webp"),
    ],
)
def test_what_a_clip_is_made_of_is_not_replaced(clips, source, output, more):
    numbered("d", 2, 3, 4)
    (clips / "linked").symlink_to("d")
    for number in (1, 2):
        write_photo(f"stills/{number}.webp", np.zeros((3, 4, 3), np.uint8), "webp")
    with pytest.raises(UserError, match=f"--output: expected other files than those of {source}. Received: {output}"):
        planned(source, "-o", output, *more)


def test_functions_do_not_replace_frames_either(clips):
    numbered("d", 2, 3, 4)
    numbered("x", 5)

    def paint(source, target, overwrite):
        paint_to_file(source, Target(target), same, {}, overwrite, False)

    with pytest.raises(UserError, match="target: expected other files than those of d/%04d.png. Received: d/%d.png"):
        paint("d/%04d.png", "d/%d.png", True)
    with pytest.raises(UserError, match="target: expected a new file, or overwrite=True. Received: x/0005.png, which"):
        paint("d/%04d.png", "x/%04d.png", False)
    paint("d/%04d.png", "x/%04d.png", True)
    assert sorted(path.name for path in (clips / "x").iterdir()) == ["0001.png", "0002.png", "0003.png"]
    assert [int(frame.rgb[0, 0, 0]) for frame in frames_of("x/%04d.png")[0]] == [2, 3, 4]


def test_a_result_in_a_folder_of_frames_is_no_frame(clips):
    for name in ("a", "b", "c"):
        write_photo(f"d/{name}.png", np.zeros((6, 8, 3), np.uint8))
    for _ in range(2):
        assert paint_to_file("d", Target("d/painted.gif"), same, {}, True, False).count == 3


def same(clip):
    return (lambda frames: frames), 1


def jobs_of(*words):
    parsed = options(*words)
    return plan_clips(split_clips(parsed.photos, None, "out")[0], ["wave"], parsed, "out")["wave"], parsed


def test_a_bad_clip_does_not_stop_the_rest(clips):
    (clips / "bad.mp4").write_text("nothing")
    done, failed, stopped = run_clips(*_in_order(*jobs_of("bad.mp4", "a.mp4")))
    assert ([job.target for job, _ in done], stopped) == (["out/a_wave.mp4"], "")
    assert failed[0][1].startswith("bad.mp4: expected moving pictures that FFmpeg reads. Received: ")
    assert len(frames_of("out/a_wave.mp4")[0]) == 3


def test_memory_that_runs_out_in_a_clip_does_not_stop_the_rest(clips):
    """Python's and TensorFlow's."""
    import tensorflow as tf

    errors = [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")]
    jobs, parsed = jobs_of("a.mp4", "in/b.mkv", "in/deep/c.mov")

    def painter(clip):
        def fail(frames):
            raise errors.pop()

        return (fail if errors else lambda frames: frames), 1

    done, failed, stopped = run_clips(jobs, painter, parsed)
    assert ([job.target for job, _ in done], stopped) == (["out/c_wave.mp4"], "")
    assert [reason for _, reason in failed] == [LARGE_FRAMES.format(name) for name in ("a.mp4", "in/b.mkv")]
    errors.append(tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"))
    with pytest.raises(UserError, match="a.mp4: expected frames and results that memory holds"):
        paint_to_file("a.mp4", Target("x.mp4"), painter, {}, False, False)


def _in_order(jobs, parsed):
    return jobs, same, parsed


def test_a_signal_leaves_a_clip_of_what_there_is(clips):
    jobs, parsed = jobs_of("a.mp4", "in/b.mkv")
    signals = types.SimpleNamespace(received=None)

    def painter(clip):
        def paint(frames):
            signals.received = signal.SIGINT
            return frames

        return paint, 1

    done, failed, stopped = run_clips(jobs, painter, parsed, signals)
    assert (done, failed, stopped) == ([], [], "stopped; out/a_wave.mp4 holds the first 0.0 s")
    assert len(frames_of("out/a_wave.mp4")[0]) == 1
    assert not (clips / "out" / "b_wave.mp4").exists()
