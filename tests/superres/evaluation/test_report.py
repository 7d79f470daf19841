"""The three forms of a report."""

import csv
import dataclasses
import io
import re

import numpy as np
import pytest

from superres.evaluation.report import csv_text, html_page, protocol, text_report
from superres.evaluation.run import Evaluation, Failure, Scores


@pytest.fixture
def evaluation():
    crop = np.zeros((4, 4, 3), "uint8")
    crops = {"ground truth": crop, "input": crop[:1, :1], "bicubic": crop, "<net>": crop}
    images = [
        Scores("Set2", "cat", {"bicubic": (28.0, 0.8), "<net>": (30.0, 0.9)}, crops),
        Scores("Set2", "dog", {"bicubic": (26.0, 0.7), "<net>": (27.0, 0.75)}, crops),
    ]
    methods = {"bicubic": "bicubic interpolation", "<net>": "histogram matched to the input"}
    notes = ["dog.png: ground truth cropped from 9x9 to 8x8"]
    return Evaluation(4, "bicubic", methods, "mixed_bfloat16", {"Set2": 2}, images, notes)


@pytest.fixture
def incomplete(evaluation):
    """One of four images of Set2 failed, one was not begun, as all of Set14."""
    failures = [Failure("Set2", "bad", "Set2/bad.png: expected a whole image. Received: <half>")]
    return dataclasses.replace(evaluation, found={"Set2": 4, "Set14": 14}, failures=failures, signal=2)


def test_text(evaluation):
    text = text_report(evaluation)
    assert [line.split() for line in text.splitlines() if line.startswith(("Set2", "cat", "dog ", "mean"))] == [
        ["Set2", "bicubic", "<net>"],
        ["cat", "28.00", "/", "0.8000", "30.00", "/", "0.9000"],
        ["dog", "26.00", "/", "0.7000", "27.00", "/", "0.7500"],
        ["mean", "27.00", "/", "0.7500", "28.50", "/", "0.8250"],
    ]
    assert "dog.png: ground truth cropped from 9x9 to 8x8" in text


def test_a_feature_distance_is_a_third_figure(evaluation):
    assert "feature" not in text_report(evaluation)
    assert {row["feature"] for row in csv.DictReader(io.StringIO(csv_text(evaluation)))} == {""}
    for scores in evaluation.images:
        scores.values = {name: (*values, 12.5) for name, values in scores.values.items()}
    evaluation.loss_network = "relu2_2 of vgg16"
    for report in (text_report(evaluation), html_page(evaluation)):
        assert "third figure: feature distance, eq. 2 at relu2_2 of vgg16, lower is closer" in report
        assert "27.00 / 0.7500 / 12.5" in report
    assert {row["feature"] for row in csv.DictReader(io.StringIO(csv_text(evaluation)))} == {"12.5000"}


@pytest.mark.parametrize("degradation, words", [("bicubic", "bicubic alone"), ("blur-bicubic", "sigma 1.0")])
def test_every_report_names_the_degradation(evaluation, degradation, words):
    evaluation.degradation = degradation
    assert degradation in protocol(evaluation)
    for report in (text_report(evaluation), html_page(evaluation)):
        assert f"degradation {degradation}: " in report
        assert words in report
    assert f",{degradation}," in csv_text(evaluation)


def test_protocol(evaluation):
    """SSIM's window is what superres.evaluation.metrics and its tests have; without networks there is no precision."""
    assert protocol(evaluation) == (
        "x4, degradation bicubic: bicubic alone (the standard benchmark's); inputs and results rounded to uint8; PSNR "
        "in dB over a peak of 255 / SSIM with a Gaussian window of 11x11, sigma 1.5, on Y of BT.601, not rounded, "
        "without a border of 4 pixels; networks in mixed_bfloat16"
    )
    del evaluation.methods["<net>"]
    assert "networks" not in protocol(evaluation)


def test_text_and_html_say_what_is_missing(evaluation, incomplete):
    text, page = text_report(incomplete), html_page(incomplete)
    lines = text.splitlines()
    assert lines[-4:] == [
        "dog.png: ground truth cropped from 9x9 to 8x8",
        "not measured: Set2/bad.png: expected a whole image. Received: <half>",
        "stopped: 2 of 18 images measured",
        "Set14: 0 of 14 images measured",
    ]
    assert [line.split("  ")[0] for line in lines if line.startswith("mean")] == ["mean (2 of 4 images)"]
    assert "<td>mean (2 of 4 images)</td>" in page
    assert "<p>not measured: Set2/bad.png: expected a whole image. Received: &lt;half&gt;</p>" in page
    assert "<p>stopped: 2 of 18 images measured</p>" in page
    for report in (text_report(evaluation), html_page(evaluation)):
        assert not re.search("images|not measured|stopped", report)


def test_csv_says_what_is_missing(incomplete):
    rows = list(csv.DictReader(io.StringIO(csv_text(incomplete))))
    assert [row["images"] for row in rows] == [*[""] * 4, *["2 of 4"] * 2, ""]
    assert [row["image"] for row in rows[4:]] == ["mean", "mean", "bad"]
    assert (rows[-1]["method"], rows[-1]["psnr"], rows[-1]["ssim"]) == ("", "nan", "nan")
    assert [row["failure"] for row in rows if row["failure"]] == incomplete.failed


def test_csv(evaluation):
    rows = list(csv.DictReader(io.StringIO(csv_text(evaluation))))
    assert len(rows) == 6
    assert rows[1] == {
        "dataset": "Set2",
        "image": "cat",
        "method": "<net>",
        "factor": "4",
        "degradation": "bicubic",
        "psnr": "30.0000",
        "ssim": "0.90000",
        "post_processing": "histogram matched to the input",
        "precision": "mixed_bfloat16",
        "images": "",
        "failure": "",
        "feature": "",
    }
    assert list(rows[1])[:7] == ["dataset", "image", "method", "factor", "degradation", "psnr", "ssim"]
    assert [row["psnr"] for row in rows if row["image"] == "mean"] == ["27.0000", "28.5000"]


def test_html_needs_no_other_file(evaluation):
    page = html_page(evaluation)
    sources = re.findall(r'src="([^"]*)"', page)
    assert len(sources) == 8
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not re.search(r'href=|url\(|<script|<link|src="(?!data:)', page)


def test_html_shows_crops_side_by_side_with_their_figures(evaluation):
    page = html_page(evaluation)
    assert "<figcaption>ground truth</figcaption>" in page
    assert "<figcaption>bicubic<br>28.00 / 0.8000</figcaption>" in page
    assert "<net>" not in page
    assert "&lt;net&gt;<br>30.00 / 0.9000" in page
