"""Tables of terms: a new row of an objective has its place in the documents without an edit elsewhere."""

import pytest

from fast_style.common.errors import UserError
from fast_style.common.task import tasks
from fast_style.common.terms import TermRow
from fast_style.settings import StyleSettings
from fast_style.task import TASK
from tools import gallery
from tools.terms_table import terms_table, with_tables

GRAIN = TermRow("grain", "factor of grain", 2.5, layers=("relu1_1", "relu1_2"), formula="`g(y)`")


def test_every_term_has_a_row_with_its_flags_and_defaults():
    for task in tasks():
        lines = terms_table(task)
        assert len(lines) == len(task.settings.terms) + 3
        for row, line in zip(task.settings.terms, lines[2:], strict=False):
            assert row.formula in line
            assert all(f"`--{name.replace('_', '-')}`" in line for name in row.settings())
    assert "`--style-weight` (0.0001), `--style-layers` (relu1_2 relu2_2 relu3_3 relu4_3)" in terms_table(TASK)[3]


def test_a_new_term_has_a_row(monkeypatch):
    monkeypatch.setattr(StyleSettings, "terms", (*StyleSettings.terms, GRAIN))
    for name, (_, field) in GRAIN.settings().items():
        monkeypatch.setattr(StyleSettings, name, field.default, raising=False)
    *_, row, whole = terms_table(TASK)
    assert row == (
        "| `grain` | `g(y)` | `--grain-weight` (2.5), `--grain-layers` (relu1_1 relu1_2) | `grain`, `grain/<layer>` |"
    )
    assert whole.endswith("+ grain_weight · grain` |  | `loss` |")


def test_a_new_term_has_columns_in_the_gallery(monkeypatch):
    """Its weight, 0 in recipes that are older, and what was measured."""
    monkeypatch.setattr(StyleSettings, "terms", (*StyleSettings.terms, GRAIN))
    page = gallery._page({"udnie": {}})
    heads = next(line for line in page.splitlines() if "| iterations |" in line)
    assert "| stability weight | grain weight |" in heads
    assert heads.endswith("| stability | grain |")
    assert "The last 5 columns" in page


def test_a_page_without_marks_is_refused():
    with pytest.raises(UserError, match="expected <!-- terms of fast_style --> and <!-- end of terms --> on the page"):
        with_tables("# Losses\n")
