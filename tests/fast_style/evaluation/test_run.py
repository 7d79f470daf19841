"""An evaluation as a whole: what it leaves, how it goes on, what it refuses."""

import csv
import dataclasses
import json
import os
import re
import shutil
import signal

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import write_photo
from fast_style.common.networks import precision
from fast_style.common.networks.source import find_network
from fast_style.evaluation import report
from fast_style.evaluation import run as evaluation_run
from fast_style.evaluation.comparison import curves
from fast_style.evaluation.folder import EvaluationFolder
from fast_style.evaluation.recorded_objective import NAMES, recorded_objective
from fast_style.evaluation.report import (
    answer,
    conditions_line,
    html_page,
    plot,
    settings_line,
    size_line,
    text_report,
    timing_rows,
    write_reports,
)
from fast_style.evaluation.run import Evaluation, evaluate, objective_at_size
from fast_style.network import TransformationNetwork
from fast_style.objective import StyleObjective
from fast_style.settings import EvaluationSettings
from tests.fast_style.evaluation.test_comparison import comparison, picture
from tests.tampering import refusal, tampered_values

pytestmark = pytest.mark.usefixtures("eager_pictures")

CONDITIONS = {
    "network": {"name": "<tiny>.keras", "sha256": "n" * 64},
    "painting": {"name": "style.png", "sha256": "p" * 64},
    "loss_network": {"architecture": "vgg16", "weights": "vgg16.npz", "sha256": "w" * 64},
    "objective": {
        "style_size": 256,
        "content_layers": ["relu2_2"],
        "style_layers": ["relu1_2", "relu3_3"],
        "content_weight": 1.0,
        "style_weight": 2e-5,
        "tv_weight": 1e-4,
        "tv_size": 256,
        "style_layer_weights": [1.0, 0.5],
        "style_loss": "gram",
    },
    "photographs": "val",
    "baseline": {"method": "L-BFGS-B within 0..255", "start": "white noise", "seed": 0},
    "precision": "float32",
    "versions": {"python": "3.12", "tensorflow": "2.21.0"},
    "processor": "a processor (avx2)",
    "gpus": ["a GPU"],
}


@pytest.fixture
def evaluation():
    """Two photographs; means of the baseline 11, 7, 3, 2 and of the network 5: equal after 2 iterations."""
    ones = {
        "cat": comparison([12.0, 8.0, 4.0, 3.0], (1.0, 2.0, 3.0, 4.0), (0.01,), network=5.0),
        "dog": comparison([10.0, 6.0, 2.0, 1.0], (1.0, 2.0, 3.0, 4.0), (0.01,), network=5.0),
    }
    return Evaluation(CONDITIONS, {256: ones, 512: {}}, {256: 1e-4, 512: 2.5e-5})


def test_the_answer_in_words(evaluation):
    expected = (
        "At 256x256 the network's mean objective, 5, equals the baseline's after 2 iterations (2 to 2 by photograph)."
    )
    assert answer(evaluation.sizes[256], 256) == expected
    for one in evaluation.sizes[256].values():
        one.network["loss"] = 0.5
    expected = "At 256x256 the network's mean objective, 0.5, is below the baseline's after 3 iterations, 2."
    assert answer(evaluation.sizes[256], 256) == expected


def test_table_1_has_ratios_and_the_papers_figures(evaluation):
    """11 s for 10 iterations are 110 s for 100: 11,000 passes of 0.01 s. The paper's row is as printed there."""
    for one in evaluation.sizes[256].values():
        one.baseline = [one.network] * 11
        one.baseline_seconds = [float(second) for second in range(1, 12)]
    heads, (ours, paper) = timing_rows(evaluation)
    assert heads[4:6] == ["network", "ratio at 100"]
    assert ours[:4] == ["256x256", "≈ 110.0 s (110.0 to 110.0)", "not run", "not run"]
    assert ours[4:] == ["0.010 s (0.010 to 0.010)", "11,000", "not run", "not run"]
    assert paper == ["the paper, GTX Titan X", "3.17 s", "9.52 s", "15.86 s", "0.015 s", "212", "636", "1,060"]


def test_the_report_in_words(evaluation):
    text = text_report(evaluation)
    assert "after 2 iterations" in text
    assert "not run" in text  # 100 iterations, of which there were 3


def test_every_figure_names_its_settings(evaluation):
    line = settings_line(evaluation, 256)
    for part in (
        "2 photographs of val",
        "n" * 64,
        "w" * 64,
        "vgg16.npz",
        "relu2_2, weight 1;",
        "relu1_2, relu3_3 times 1, 0.5",
        "weight 2e-05",
        "weight 0.0001",
        "python 3.12, tensorflow 2.21.0",
        "a processor (avx2), a GPU",
        "float32",
    ):
        assert part in line


def test_the_page_says_once_what_was_measured_with_and_shows_the_painting(evaluation):
    page = html_page(dataclasses.replace(evaluation, painting=picture()), {256: b"png"})
    for line in (size_line(evaluation, 256), conditions_line(evaluation)):
        assert page.count(line.replace("<tiny>", "&lt;tiny&gt;")) == 1
    assert "<tiny>" not in page
    assert '<meta name="viewport"' in page
    assert 'alt="the painting, style.png"' in page
    assert not re.search(r'href=|url\(|<script|<link|src="(?!data:)', page)
    assert page.count("<img") == 1 + 2 * 3 + 1


def test_pooling_is_named_where_it_is_not_the_networks_own(evaluation):
    assert "pooling" not in settings_line(evaluation, 256)
    loss_network = {**CONDITIONS["loss_network"], "pooling": "average"}
    averaged = dataclasses.replace(evaluation, conditions={**CONDITIONS, "loss_network": loss_network})
    assert f"{'w' * 64}, average pooling; content" in settings_line(averaged, 256)


def test_reports_hold_the_figures(evaluation, tmp_path):
    written = write_reports(evaluation, tmp_path)
    assert [path.name for path in written] == [
        "evaluation.html",
        "evaluation.csv",
        "evaluation.json",
        "objective_256.png",
    ]
    rows = list(csv.DictReader((tmp_path / "evaluation.csv").read_text().splitlines()))
    assert len(rows) == 2 * (1 + 1 + 4)
    assert rows[3] == {
        "size": "256",
        "photograph": "cat",
        "method": "baseline",
        "iteration": "1",
        "loss": "8",
        "content": "1",
        "style": "2",
        "tv": "3",
        "seconds": "2.0000",
    }
    found = json.loads((tmp_path / "evaluation.json").read_text())
    assert found["conditions"] == CONDITIONS
    measured = found["sizes"]["256"]
    assert measured["network_equals_baseline_after"] == 2
    assert measured["objective"]["baseline"] == {"mean": [11, 7, 3, 2], "standard_deviation": [1, 1, 1, 1]}
    assert measured["seconds"]["network"]["median"] == 0.01
    assert (tmp_path / "objective_256.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["$\\frac$", "$_$", "$x^{$"])
def test_a_plot_shows_names_as_they_are(evaluation, name):
    """As mathematics, none of them can be read."""
    conditions = {**CONDITIONS, "photographs": name}
    conditions["network"] = CONDITIONS["network"] | {"name": name}
    conditions["painting"] = CONDITIONS["painting"] | {"name": f"{name}.png"}
    named = dataclasses.replace(evaluation, conditions=conditions)
    assert plot(named, 256).startswith(b"\x89PNG")


def test_a_fault_in_drawing_loses_no_numbers(evaluation, tmp_path, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("no font")

    monkeypatch.setattr(report, "plot", fail)
    with pytest.raises(RuntimeError, match="no font"):
        write_reports(evaluation, tmp_path)
    assert json.loads((tmp_path / "evaluation.json").read_text())["conditions"] == CONDITIONS
    assert len((tmp_path / "evaluation.csv").read_text().splitlines()) == 1 + 2 * (1 + 1 + 4)


def settings(folder, network, **changes):
    options = {
        "network": str(network),
        "style": str(folder / "style.png"),
        "photos": str(folder / "photos"),
        "output": str(folder / "out"),
        "sizes": (32,),
        "counts": (2,),
        "iterations": (3,),
        "repeats": 1,
        "style_size": 16,
        "content_layers": ("relu1_1",),
        "style_layers": ("relu1_1",),
        "loss_weights": "random",
        "precision": "float32",
    }
    return EvaluationSettings(**{**options, **changes})


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    for name in ("style.png", "photos/a.png", "photos/deep/a.png"):
        write_photo(tmp_path / name, random.integers(0, 256, (36, 40, 3), np.uint8))
    return tmp_path


@pytest.mark.slow
def test_it_stops_on_a_signal_and_goes_on_from_there(folder, tiny_network, monkeypatch):
    """SIGINT in the second photograph leaves the first; the same call then measures the second alone."""
    real, names = evaluation_run.compare, []

    def compare_and_interrupt(*arguments):
        names.append(1)
        if len(names) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*arguments)

    monkeypatch.setattr(evaluation_run, "compare", compare_and_interrupt)
    first = evaluate(settings(folder, tiny_network), progress=False)
    assert (list(first.sizes[32]), first.stopped) == (["a"], True)
    assert [path.name for path in (folder / "out" / "photographs" / "32").glob("*.json")] == ["a.json"]
    both = evaluate(settings(folder, tiny_network), progress=False)
    assert (list(both.sizes[32]), both.stopped, len(names)) == (["a", "deep_a"], False, 3)
    assert both.sizes[32]["a"].baseline == first.sizes[32]["a"].baseline
    for kind, before in first.sizes[32]["a"].pictures.items():
        np.testing.assert_array_equal(both.sizes[32]["a"].pictures[kind], before)


def test_a_photograph_is_measured_anew_only_for_more_iterations(tmp_path):
    folder = EvaluationFolder(tmp_path)
    folder.begin(CONDITIONS)
    folder.save(32, "cat", comparison([3.0, 2.0, 1.0], (0.0, 1.0, 2.0)))
    assert folder.load(32, "dog", 2, picture()) is None
    assert folder.load(32, "cat", 3, picture()) is None
    assert folder.load(32, "cat", 2, picture(seed=5)) is None
    assert folder.load(32, "cat", 2, picture()).baseline == comparison([3.0, 2.0, 1.0]).baseline


def test_other_conditions_need_a_new_folder_or_overwrite(tmp_path):
    folder = EvaluationFolder(tmp_path)
    folder.begin(CONDITIONS)
    folder.save(32, "cat", comparison([3.0, 2.0], (0.0, 1.0)))
    folder.begin(CONDITIONS)
    with pytest.raises(UserError, match="--output: expected a new folder, .* where precision was float32 and is bf16"):
        folder.begin({**CONDITIONS, "precision": "bf16"})
    folder.begin(CONDITIONS, overwrite=True)  # the same command again, with --overwrite in it, goes on too
    assert folder.load(32, "cat", 1, picture()) is not None
    folder.begin({**CONDITIONS, "precision": "bf16"}, overwrite=True)
    assert folder.load(32, "cat", 1, picture()) is None


@pytest.mark.slow
def test_a_network_of_a_run_is_called_as_the_run_and_goes_on_by_its_contents(folder, tiny_network):
    """Begun as tiny.keras, and gone on with as a copy in a run."""
    first = evaluate(settings(folder, tiny_network, counts=(1,)), progress=False)
    (folder / "wave").mkdir()
    shutil.copy(tiny_network, folder / "wave" / "network.keras")
    second = evaluate(settings(folder, folder / "wave" / "network.keras", counts=(1,)), progress=False)
    assert (first.conditions["network"]["name"], second.conditions["network"]["name"]) == ("tiny", "wave")
    assert second.sizes[32]["a"].baseline_seconds == first.sizes[32]["a"].baseline_seconds


@pytest.mark.slow
def test_the_network_has_the_precision_of_the_record_and_goes_on_in_it(folder, tiny_network, monkeypatch):
    """A float32 file under mixed_bfloat16. Going on, auto is what was measured in, though float32 is quicker by now."""
    real, policies = evaluation_run.compare, []

    def compare_and_note(photo, network, *arguments):
        policies.append(network.dtype_policy.name)
        return real(photo, network, *arguments)

    monkeypatch.setattr(evaluation_run, "compare", compare_and_note)
    monkeypatch.setattr(precision, "fastest_precision", lambda training: "float32")
    evaluate(settings(folder, tiny_network, counts=(1,), precision="mixed_bfloat16"), progress=False)
    again = settings(folder, tiny_network, precision="auto")
    assert evaluate(again, progress=False).conditions["precision"] == "mixed_bfloat16"
    assert policies == ["mixed_bfloat16"] * 2
    assert evaluate(again, overwrite=True, progress=False).conditions["precision"] == "float32"


@pytest.mark.slow
def test_another_photograph_of_the_same_name_is_measured_anew(folder, tiny_network):
    first = evaluate(settings(folder, tiny_network), progress=False)
    other = np.random.default_rng(9).integers(0, 256, (36, 40, 3), np.uint8)
    write_photo(folder / "photos" / "a.png", other)
    second = evaluate(settings(folder, tiny_network), progress=False)
    assert second.sizes[32]["a"].photo["loss"] != first.sizes[32]["a"].photo["loss"]
    assert second.sizes[32]["deep_a"].baseline_seconds == first.sizes[32]["deep_a"].baseline_seconds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("added", "names"),
    [("a.jpg", ["a.jpg", "a.png", "deep_a.png"]), ("deep_a.jpg", ["a", "deep_a", "deep_a_"])],
)
def test_photographs_of_like_names_all_count(folder, tiny_network, added, names):
    """a.jpg beside a.png, and deep_a.jpg beside deep/a.png."""
    write_photo(folder / "photos" / added, np.zeros((36, 40, 3), np.uint8), "jpg")
    found = evaluate(settings(folder, tiny_network, counts=(3,)), progress=False)
    assert list(found.sizes[32]) == names


def test_a_photograph_that_does_not_decode_is_told_before_anything_is_measured(folder, tiny_network):
    (folder / "photos" / "b.png").write_text("Dear diary")
    with pytest.raises(UserError, match="b.png: expected an image"):
        evaluate(settings(folder, tiny_network), progress=False)
    assert not (folder / "out").exists()


def test_total_variation_weighs_the_same_at_every_size(folder, tiny_network):
    """A weight of 8 meant for 64 pixels a side is 32 at 32; with a size of 0 it stays."""
    asked = settings(folder, tiny_network, tv_weight=8.0, tv_size=64)
    objective = StyleObjective.for_painting(asked)
    assert objective_at_size(objective, asked, 32).settings.tv_weight == 32.0
    assert objective_at_size(objective, settings(folder, tiny_network), 32) is objective


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"counts": (1, 2)}, "--counts: expected 1 numbers, one a size. Received: 2"),
        ({"sizes": (16,)}, "--sizes: expected at least 32. Received: 16"),
        ({"iterations": (0,)}, "--iterations: expected at least 1. Received: 0"),
        ({"repeats": 0}, "--repeats: expected at least 1. Received: 0"),
        ({"seed": -1}, "--seed: expected at least 0. Received: -1"),
        ({"tv_size": -1}, "--tv-size: expected at least 0. Received: -1"),
        ({"photos": "nowhere"}, "nowhere: expected a folder of photographs. Received: no such folder"),
    ],
)
def test_bad_settings_are_named_before_anything_is_written(folder, tiny_network, changes, message):
    with pytest.raises(UserError, match=message):
        evaluate(settings(folder, tiny_network, **changes), progress=False)
    assert not (folder / "out").exists()


def test_the_objective_is_the_one_that_was_trained_on(tmp_path):
    """Of a shipped network its recipe's last stage; of a file the run's record; what is given comes first."""
    shipped = recorded_objective(find_network("starry_night"))
    assert (shipped["loss_network"], shipped["content_layers"]) == ("vgg19", ("relu2_2",))
    TransformationNetwork(width=1).save(tmp_path / "network.keras")
    assert recorded_objective(find_network(tmp_path / "network.keras")) == {}
    settings = {"style_weight": 3.0, "style_layers": ["relu1_1"], "pooling": "average", "size": 128, "batch_size": 4}
    record = {"settings": settings}
    (tmp_path / "run.json").write_text(json.dumps(record))
    found = recorded_objective(find_network(tmp_path / "network.keras"))
    assert found == {"style_weight": 3.0, "style_layers": ("relu1_1",), "pooling": "average", "tv_size": 128}
    merged = EvaluationSettings.from_given({"style_weight": 4.0}, found, quick=True)
    assert (merged.style_weight, merged.tv_size, merged.sizes) == (4.0, 128, (128, 256))
    # Of several paintings, each had a weight of its own.
    record["paintings"] = {"wave": {"style_weight": 0.5}, "udnie": {"style_weight": 2.0}}
    (tmp_path / "run.json").write_text(json.dumps(record))
    one = find_network(tmp_path / "network.keras")
    source = dataclasses.replace(one, config={"conditions": ["wave", "udnie", "photograph"]})
    asked = ("wave", "Wave:2", {"Udnie": 1}, "wave:1 + udnie:0", "wave + udnie", None)
    weights = [recorded_objective(source, one)["style_weight"] for one in asked]
    assert weights == [1.5, 1.5, 6.0, 1.5, 3.0, 3.0]
    with pytest.raises(UserError, match="^--style: expected one of wave, udnie. Received: 'wav'; did you mean wave"):
        recorded_objective(source, {"wav": 1}, "--style")
    # Of one that was added, the others have none.
    added = dataclasses.replace(source, config={"conditions": ["wave", "udnie", "monet", "photograph"]})
    assert recorded_objective(added, "monet")["style_weight"] == 3.0
    with pytest.raises(UserError, match="expected one of wave, udnie, monet. Received: 'photograph'"):
        recorded_objective(added, "photograph")
    (tmp_path / "run.json").write_text(json.dumps(record | {"paintings": {"wave": {"style_weight": "much"}}}))
    with pytest.raises(UserError, match="run.json: paintings, wave.style_weight: expected a finite number"):
        recorded_objective(source, "wave")
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(UserError, match="run.json: expected a record of a training in JSON"):
        recorded_objective(find_network(tmp_path / "network.keras"))


def test_a_tampered_record_of_a_training_is_one_line(tmp_path):
    TransformationNetwork(width=1).save(tmp_path / "network.keras")
    record = {"settings": {name: getattr(EvaluationSettings(), name) for name in NAMES} | {"size": 128}}
    refused = []
    for tampered in tampered_values(json.loads(json.dumps(record)), 100):
        (tmp_path / "run.json").write_text(json.dumps(tampered))
        refused.append(refusal(recorded_objective, find_network(tmp_path / "network.keras")))
    refused = list(filter(None, refused))
    assert len(refused) > 40
    assert all(line.startswith(f"{tmp_path / 'run.json'}: ") for line in refused)


def test_a_tampered_evaluation_is_one_line(tmp_path):
    folder = EvaluationFolder(tmp_path)
    folder.save(32, "cat", comparison([3.0, 2.0], (0.0, 1.0)))
    path = tmp_path / "photographs" / "32" / "cat.json"
    for tampered in tampered_values(json.loads(path.read_text()), 60):
        path.write_text(json.dumps(tampered))
        refusal(lambda: (one := folder.load(32, "cat", 1, picture())) and curves([one]))
