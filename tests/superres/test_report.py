"""The three forms of a report."""

import csv
import io
import re

import numpy as np
import pytest

from superres.evaluation import Evaluation, Scores
from superres.report import csv_text, html_page, protocol, text_table


@pytest.fixture
def evaluation():
    crop = np.zeros((4, 4, 3), "uint8")
    crops = {"ground truth": crop, "input": crop[:1, :1], "bicubic": crop, "<net>": crop}
    images = [
        Scores("Set2", "cat", {"bicubic": (28.0, 0.8), "<net>": (30.0, 0.9)}, crops),
        Scores("Set2", "dog", {"bicubic": (26.0, 0.7), "<net>": (27.0, 0.75)}, crops),
    ]
    methods = {"bicubic": "bicubic interpolation", "<net>": "histogram matched to the input"}
    return Evaluation(4, "bicubic", methods, images, ["dog.png: ground truth cropped from 9x9 to 8x8"])


def test_text(evaluation):
    text = text_table(evaluation)
    assert [line.split() for line in text.splitlines() if line.startswith(("Set2", "cat", "dog ", "mean"))] == [
        ["Set2", "bicubic", "<net>"],
        ["cat", "28.00", "/", "0.8000", "30.00", "/", "0.9000"],
        ["dog", "26.00", "/", "0.7000", "27.00", "/", "0.7500"],
        ["mean", "27.00", "/", "0.7500", "28.50", "/", "0.8250"],
    ]
    assert "dog.png: ground truth cropped from 9x9 to 8x8" in text


@pytest.mark.parametrize("degradation, words", [("bicubic", "bicubic alone"), ("blur-bicubic", "sigma 1.0")])
def test_every_report_names_the_degradation(evaluation, degradation, words):
    evaluation.degradation = degradation
    assert degradation in protocol(evaluation)
    for report in (text_table(evaluation), html_page(evaluation)):
        assert f"degradation {degradation}: " in report
        assert words in report
    assert f",{degradation}," in csv_text(evaluation)


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
    }
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
