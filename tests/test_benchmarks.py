"""The benchmarks compare equal networks, and training is no slower than plain Keras.

Ratios within one run, not seconds: the machine may be slow or busy.
"""

import numpy as np
import pytest

import common.picture_function
from benchmarks import contest, objective_curves, photo_sizes
from benchmarks.architectures import architectures
from benchmarks.architectures import compare as compare_architectures
from benchmarks.blur import measure as measure_blur
from benchmarks.cpu_convolution import LAYERS, compare, layer
from benchmarks.cross_hatch import pattern
from benchmarks.graph import convolution_multiply_adds
from benchmarks.plain_keras import _network
from benchmarks.stability import change, change_by_move
from common.image_io import read_photo, write_photo
from common.json_files import write_json
from common.layers import cpu_convolutions
from common.sample_photos import sample_photos
from fast_style.network import TransformationNetwork


@pytest.mark.parametrize("training", [True, False])
def test_plain_keras_computes_the_same_network(training):
    """At 64 pixels: 64 + 80 = 144, and 160 with the margin of 16 that is computed outside training."""
    ours, plain = TransformationNetwork(), _network(0 if training else 8)
    assert ours.count_params() == plain.count_params()
    counts = [convolution_multiply_adds(lambda x, n=n: n(x, training=training), 64) for n in (ours, plain)]
    assert counts[0] == counts[1]
    # By hand, the first layer at that size alone: pixels * 9 * 9 * 3 * 32.
    assert counts[0] > (64 + 80 if training else 64 + 96) ** 2 * 9 * 9 * 3 * 32


def test_a_training_step_is_no_slower_than_plain_keras():
    names = ["fast-style float32", "plain Keras float32"]
    (ours, plain), absent = contest.compete("training_step", names, rounds=4, size=64, batch_size=2)
    assert absent == []
    assert min(ours.seconds) < 1.2 * min(plain.seconds)


def test_contestants_that_are_not_installed_are_named(monkeypatch, capsys):
    results, absent = contest.compete("no_such_task", ["plain Keras float32"], rounds=1)
    assert results == []
    assert "no_such_task" in absent[0][1]
    assert "not here" in capsys.readouterr().err


def test_a_contestant_that_is_killed_is_named(monkeypatch, capsys):
    """In its second round, as by a machine that runs out of memory."""
    real, asked = contest._Worker.ask, []

    def ask(worker, request):
        asked.append(request)
        if len(asked) == 2:
            worker.process.kill()
        return real(worker, request)

    monkeypatch.setattr(contest._Worker, "ask", ask)
    results, absent = contest.compete("inference", ["fast-style float32"], rounds=2, size=16)
    assert (results, absent) == ([], [("fast-style float32", "exit code -9")])
    assert "fast-style float32: lost: exit code -9" in capsys.readouterr().err


@pytest.mark.parametrize("description", LAYERS, ids=lambda description: description[0])
def test_both_forms_of_a_layer_compute_the_same(description):
    """The largest of each gradient, of which the outputs are the upstream one: equal to float32's rounding."""
    _, size, _, filters, stride, doubled, _ = description
    theirs, ours = (layer(form, (1, 12, 12, 8), size, filters, stride, doubled, True)() for form in (False, True))
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_turns_are_taken_with_and_without_the_forms():
    made = []

    def make(ours):
        made.append((ours, common.picture_function.cpu_convolutions is cpu_convolutions))
        return lambda: None

    (_, _, theirs), (_, spread, ours) = compare(make, rounds=2)
    assert made == [(False, False), (True, True)]
    assert min(theirs, ours) > 0
    assert "to" in spread


def test_pattern_by_hand():
    """One column of four is 255 in G, of luma 128.553, more than black: a mean of a quarter, deviations 3/4 and -1/4.

    Of their squares, 9/16 and three times 1/16, the mean is 3/16. A cell that is not flat does not count.
    """
    bicubic = np.zeros((8, 12, 3), np.uint8)
    picture = bicubic.copy()
    picture[:, ::4, 1] = 255
    expected = 128.553 * (3 / 16) ** 0.5
    assert pattern(bicubic, picture, 4) == pytest.approx(expected, rel=1e-5)
    assert pattern(picture, picture, 2) == 0
    bicubic[:, 10:], picture[:, 8:] = 255, 77
    assert pattern(bicubic, picture, 4) == pytest.approx(expected, rel=1e-5)


def test_perceptual_losses_are_sharper_than_the_pixel_loss_and_that_than_bicubic_interpolation(tmp_path):
    """Of the sample photographs: docs/superres.md has it of Set5, Set14 and BSD100. The truth is the least blurred."""
    for name, photo in sample_photos().items():
        write_photo(tmp_path / f"{name}.png", photo[60:252, 100:292])
    blur = measure_blur(tmp_path, ["x4_pixel", "x4_feature"])
    assert sorted(blur, key=blur.get) == ["truth", "x4_feature", "x4_pixel", "bicubic"]
    assert blur["x4_pixel"] - blur["x4_feature"] > 0.02


def test_noise_changes_a_photograph_by_its_variance_and_what_ignores_it_by_nothing():
    """3^2, and 1/12 of rounding; twice the contrast makes four times of it. Grey, so that nothing is clipped."""
    grey = np.full((200, 200, 3), 60, np.uint8)
    assert change(lambda photo: photo, grey, 3.0) == pytest.approx(9 + 1 / 12, rel=0.02)
    assert change(lambda photo: photo * 2, grey, 3.0) == pytest.approx(4 * (9 + 1 / 12), rel=0.02)
    assert change(np.zeros_like, grey, 3.0) == 0


def test_movement_changes_what_sticks_to_a_grid_and_nothing_else(rng):
    """A lattice of 10 levels on every fourth row and column: moved by 1 it is off at 2 of 16 places, by 4 at none."""
    photo = rng.integers(0, 200, (256, 256, 3)).astype(np.uint8)

    def weave(image):
        woven = image.copy()
        woven[::4, ::4] += 10
        return woven

    assert change_by_move(lambda image: image, photo, 1) == 0
    assert change_by_move(weave, photo, 1) == pytest.approx(100 * 2 / 16, rel=0.02)
    assert change_by_move(weave, photo, 4) == 0


def test_architectures_are_timed_in_both_precisions():
    """Half the filters are a quarter of the kernels between layers: (paper's table) 1,677,635 parameters to 421k."""
    networks = architectures()
    assert {precision: network.compute_dtype for (_, precision), network in networks.items()} == {
        "float32": "float32",
        "mixed_bfloat16": "bfloat16",
    }
    assert 3.9 < networks["paper", "float32"].count_params() / networks["fast", "float32"].count_params() < 4.1
    seconds = compare_architectures({key: networks[key] for key in [("fast", "float32")]}, 16, rounds=2)
    assert [len(taken) for taken in seconds.values()] == [2]


def test_curves_of_stages_follow_each_other(tmp_path, capsys):
    """Two stages of 10 and 20 seconds, weights 1, 0.5 and 2: 3 + 0.5 * 4 + 2 * 1 = 7 and 1 + 0.5 * 2 + 2 * 1 = 4."""
    for name, seconds, terms in (("one", 10.0, (3.0, 4.0, 1.0)), ("two", 20.0, (1.0, 2.0, 1.0))):
        (tmp_path / name).mkdir()
        found = {"iteration": 5, "seconds": seconds, **dict(zip(("content", "style", "tv"), terms, strict=True))}
        write_json(tmp_path / name / "run.json", {"seconds": seconds, "validation": [found]})
    weights = ["--style-weight", "0.5", "--tv-weight", "2", "-o", str(tmp_path / "curves.png")]
    objective_curves.main([f"both={tmp_path / 'one'},{tmp_path / 'two'}", *weights])
    assert capsys.readouterr().out.splitlines()[2:] == ["| both | 10 | 3 | 7 |", "| both | 30 | 1 | 4 |"]
    assert read_photo(tmp_path / "curves.png").rgb.shape == (400, 640, 3)


@pytest.mark.parametrize(("run", "message"), [("{0}", "expected LABEL=FOLDER"), ("a={0}", "run with --validation")])
def test_runs_without_curves_are_refused(run, message, tmp_path, capsys):
    write_json(tmp_path / "run.json", {"seconds": 1.0, "validation": []})
    with pytest.raises(SystemExit) as stop:
        objective_curves.main([run.format(tmp_path)])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_sizes_of_photographs_are_timed_and_plotted(tmp_path, capsys):
    command = ["--megapixels", "0.01", "0.02", "--streaming", "exact", "--style", "starry_night_fast"]
    photo_sizes.main([*command, "--precision", "float32", "-o", str(tmp_path / "sizes.png")])
    rows = [line.split("|")[1:3] for line in capsys.readouterr().out.splitlines()[4:]]
    assert rows == [[" 0.01 ", " exact "], [" 0.02 ", " exact "]]
    assert read_photo(tmp_path / "sizes.png").rgb.shape == (400, 640, 3)
