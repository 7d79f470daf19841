"""Which engine paints: by an estimate, by what LiteRT can do, and by what is installed."""

import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks import engine
from fast_style.common.networks.engine import RATES, Work, choose_engine, obstacle
from fast_style.common.networks.source import shipped_sources

SOURCE = shipped_sources()["starry_night_fast"]


def work(photographs, side=640, **options):
    return lambda: Work([(SOURCE, [(side, side)] * photographs)], **options)


@pytest.fixture(params=RATES)
def processor(request, monkeypatch):
    monkeypatch.setattr(engine, "instruction_sets", lambda: frozenset({request.param}))
    monkeypatch.setattr(engine, "processors", lambda: 2)
    return request.param


@pytest.fixture
def only(monkeypatch):
    """Says that of the two engines one is installed."""

    def choose(module):
        for place in ("common.networks.engine", "common.installed"):
            monkeypatch.setattr(f"fast_style.{place}.installed", lambda name: name == module)

    return choose


def test_one_photograph_is_litert_s_on_every_processor(processor):
    assert choose_engine("auto", work(1)) == "litert"


def test_a_folder_is_that_engine_s_which_is_quicker_once_it_has_started(processor):
    quicker = max(RATES[processor], key=RATES[processor].get)
    assert choose_engine("auto", work(1000)) == quicker


def test_the_estimate_and_the_choice_are_told():
    lines = []
    choose_engine("auto", work(1), lines.append)
    (line,) = lines
    seconds = [work(1)().seconds(name) for name in ("litert", "tensorflow")]
    assert line == "engine: litert (litert {:.1f} s, tensorflow {:.1f} s estimated)".format(*seconds)


def test_what_is_asked_for_is_taken():
    assert choose_engine("tensorflow", work(1)) == "tensorflow"
    assert choose_engine("litert", work(1000)) == "litert"


def test_what_litert_cannot_do_is_tensorflow_s_and_one_line_where_litert_was_asked_for():
    lines = []
    needs = work(1, needs_tensorflow="--streaming exact")
    assert choose_engine("auto", needs, lines.append) == "tensorflow"
    assert lines == ["engine: tensorflow (needed for --streaming exact)"]
    expected = r"--engine: expected tensorflow or auto for --streaming exact\. Received: litert"
    with pytest.raises(UserError, match=expected):
        choose_engine("litert", needs)


def test_networks_without_a_graph_and_other_precisions_are_not_litert_s():
    assert obstacle([SOURCE], "auto") == obstacle([SOURCE], "float32") == ""
    assert obstacle([SOURCE], "mixed_bfloat16") == "--precision mixed_bfloat16"


def test_without_tensorflow_litert_paints_or_a_line_says_what_is_missing(only):
    only("ai_edge_litert")
    assert choose_engine("auto", work(1000)) == "litert"
    for asked, what in (("tensorflow", "--engine tensorflow"), ("auto", "--self-ensemble")):
        with pytest.raises(UserError, match=f"tensorflow: expected it to be installed for {what}: pip install"):
            choose_engine(asked, work(1, needs_tensorflow="--self-ensemble"))


def test_without_litert_tensorflow_paints(only):
    only("tensorflow")
    assert choose_engine("auto", work(1)) == "tensorflow"
    with pytest.raises(UserError, match="expected ai-edge-litert"):
        choose_engine("litert", work(1))
