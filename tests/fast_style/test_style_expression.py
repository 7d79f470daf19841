"""Style expressions: what people write for a mixture of paintings."""

import pytest

from fast_style.common.errors import UserError
from fast_style.style_expression import parse_style, split_stroke, style_label, style_shares

PAINTINGS = ["wave", "starry_night", "udnie"]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("wave", {"wave": 1.0}),
        (" WAVE ", {"wave": 1.0}),
        ("wave:0.6 + starry_night:0.4", {"wave": 0.6, "starry_night": 0.4}),
        ("wave:3+Udnie", {"wave": 0.75, "udnie": 0.25}),
        ("wave + udnie + wave", {"wave": 2 / 3, "udnie": 1 / 3}),
        ("wave:0 + udnie:7e-1", {"udnie": 1.0}),
        ({"wave": 1, "udnie": 3}, {"wave": 0.25, "udnie": 0.75}),
        ("Wave@2", {"wave@2": 1.0}),
        ("wave@0.50:3 + wave", {"wave@0.5": 0.75, "wave": 0.25}),
        ({"wave@2": 1, "WAVE @2.0": 1, "udnie": 2}, {"wave@2": 0.5, "udnie": 0.5}),
        ({"wave": 1e308, "udnie": 1e308}, {"wave": 0.5, "udnie": 0.5}),
        ("wave:1e308 + wave:1e308 + udnie:1e308", {"wave": 2 / 3, "udnie": 1 / 3}),
        ({"wave": 1e308, "WAVE": 1e308}, {"wave": 1.0}),
        ("wave:1e-320 + udnie:1e-320", {"wave": 0.5, "udnie": 0.5}),
    ],
)
def test_shares_add_up_to_1(style, expected):
    assert style_shares(style, PAINTINGS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("style", "message"),
    [
        ("wvae", "--style: expected one of wave, starry_night, udnie. Received: 'wvae'; did you mean wave?"),
        ("wave:0.5 + udni:0.5", "Received: 'udni'; did you mean udnie?"),
        ("wave:much", "Received: 'wave:much'; did you mean wave?"),
        ("wave:-1 + udnie", "--style: expected finite weights of at least 0. Received: wave:-1.0"),
        ("wave:nan", "expected finite weights of at least 0. Received: wave:nan"),
        ("wave:inf", "expected finite weights of at least 0. Received: wave:inf"),
        ({"wave": True}, "expected finite weights of at least 0. Received: wave:True"),
        ("wave:0 + udnie:0", "--style: expected weights that are not all 0. Received: 'wave:0 . udnie:0'"),
        ("wave +", "--style: expected a painting, or NAME:WEIGHT . NAME:WEIGHT. Received: 'wave .'"),
        ("wave@broad", "udnie. Received: 'wave@broad'"),
        ("wave:0.5@2", "Received: 'wave:0.5@2'; did you mean wave?"),
        ("monet@2", "expected one of wave, starry_night, udnie. Received: 'monet@2'"),
        ("udnie + wave@9:3", "--style: expected a painting's strokes from 0.25 to 4. Received: 'wave@9'"),
        ("wave@nan", "expected a painting's strokes from 0.25 to 4. Received: 'wave@nan'"),
        ("@2", "expected one of wave, starry_night, udnie. Received: '@2'"),
        (":0.5", "expected a painting"),
        ("", "expected a painting"),
        ({}, "expected a painting"),
        ({1: 1}, "expected a painting"),
        (["wave"], "expected a painting"),
        (None, "expected a painting"),
    ],
)
def test_what_is_no_style_is_told(style, message):
    with pytest.raises(UserError, match=message) as error:
        style_shares(style, PAINTINGS, "--style")
    assert "\n" not in str(error.value)


def test_names_with_signs_in_them_are_names_where_they_are_there():
    names = ["a+b", "c:1", "c"]
    assert style_shares("A+B", names) == {"a+b": 1.0}
    assert style_shares("c:1", names) == {"c:1": 1.0}
    assert style_shares({"a+b": 1, "c": 1}, names) == {"a+b": 0.5, "c": 0.5}
    assert parse_style("c:1") == {"c": 1.0}
    assert style_shares("A@2", ["a", "a@2"]) == {"a@2": 1.0}
    assert split_stroke("a@2", ["a", "a@2"]) == ("a@2", None)
    assert split_stroke("a@2@0.5", ["a@2"]) == ("a@2", 0.5)


def test_the_photograph_has_no_strokes():
    with pytest.raises(UserError, match="style: expected a painting's strokes .* Received: 'Photograph@2'"):
        style_shares("Photograph@2", ["wave", "photograph"])


def test_labels_are_names_of_files():
    assert style_label({"wave": 1.0}) == "wave"
    assert style_label({"wave": 2 / 3, "my painting/2": 1 / 3}) == "wave_66.7_my_painting_2_33.3"
