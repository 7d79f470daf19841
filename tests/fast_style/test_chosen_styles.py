"""Which network paints the styles that a user names."""

import pytest

from fast_style.chosen_styles import ChosenStyle, chosen_styles
from fast_style.common.errors import UserError
from fast_style.network import TransformationNetwork
from tests.fast_style.tiny_paintings import SIZED, ship


@pytest.fixture(scope="module", autouse=True)
def shipped(tmp_path_factory):
    """One painting each: wave, and muse, which the other does not know; paintings: wave and udnie."""
    one, many = TransformationNetwork(width=1), TransformationNetwork(width=1, conditions=SIZED)
    with pytest.MonkeyPatch.context() as monkeypatch:
        ship(monkeypatch, tmp_path_factory.mktemp("package"), wave=one, paintings=many, muse=one)
        yield


def found(*arguments, **options):
    """``{label: (network, style)}``."""
    return {label: (source.name, style) for label, (source, style) in chosen_styles(*arguments, **options).items()}


def test_a_painting_is_painted_by_the_network_of_its_own_else_by_that_of_many():
    assert found(["WAVE", "udnie"]) == {"wave": ("wave", {"wave": 1.0}), "udnie": ("paintings", {"udnie": 1.0})}
    assert found(["wave", "wave"]) == {"wave": ("wave", {"wave": 1.0})}


@pytest.mark.parametrize(
    "options",
    [{"stroke": 2.0}, {"masked": ["udnie"]}, {"masked": ["wave@2 + wave"]}, {"network": "Paintings"}],
    ids=["stroke", "mask", "stroke-of-a-mask", "network"],
)
def test_what_one_painting_cannot_do_is_done_by_the_network_of_many(options):
    assert found(["wave"], **options) == {"wave": ("paintings", {"wave": 1.0})}


def test_strokes_of_its_own_are_painted_by_the_network_of_many():
    assert found(["Wave@2"]) == {"wave_2": ("paintings", {"wave@2": 1.0})}
    assert found(["muse@2"]) == {"muse_2": ("muse", {"muse@2": 1.0})}
    assert found(masked=["wave", "wave@0.5"]) == {"paintings": ("paintings", None)}


def test_mixtures_are_of_one_network():
    shares = {"wave": pytest.approx(0.6), "udnie": pytest.approx(0.4)}
    assert found(["wave:0.6 + Udnie:0.4"]) == {"wave_60_udnie_40": ("paintings", shares)}
    assert found(["muse:3 + photograph"]) == {"muse_75_photograph_25": ("muse", {"muse": 0.75, "photograph": 0.25})}
    with pytest.raises(UserError, match="--style: expected paintings that one network knows, .* wave, muse, "):
        chosen_styles(["wave:0.5 + muse:0.5"])
    with pytest.raises(UserError, match="--mask: expected paintings that one network knows, .* Received: .*muse"):
        chosen_styles(masked=["muse", "udnie"])


def test_masks_alone_leave_the_rest_as_it_is_and_find_their_network():
    assert chosen_styles(masked=["udnie"])["paintings"].style is None
    assert found(masked=["wave"], network="paintings") == {"paintings": ("paintings", None)}
    assert found(masked=["muse"]) == {"muse": ("muse", None)}


def test_all_is_every_painting_once():
    assert [(label, name) for label, (name, _) in found(["all"]).items()] == [
        ("wave", "wave"),
        ("muse", "muse"),
        ("udnie", "paintings"),
    ]
    assert list(found(["all"], "paintings")) == ["wave", "udnie"]
    assert found(["all"], stroke=2.0)["wave"][0] == "paintings"


def test_a_network_is_named_as_a_style_or_a_network(tmp_path):
    TransformationNetwork(width=1, conditions=SIZED).save(tmp_path / "mine.keras")
    file = str(tmp_path / "mine.keras")
    assert found(["paintings"]) == {"wave": ("paintings", {"wave": 1.0})}
    assert found([], "paintings") == {"paintings": ("paintings", None)}
    assert found([file]) == {"wave": ("mine", {"wave": 1.0})}
    assert found(["udnie", "wave + udnie"], file) == {
        "udnie": ("mine", {"udnie": 1.0}),
        "wave_50_udnie_50": ("mine", {"wave": 0.5, "udnie": 0.5}),
    }
    assert isinstance(chosen_styles(["wave"])["wave"], ChosenStyle)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ([], {}, "--style: expected one of wave, paintings, muse, or all; or --network FILE. Received: none"),
        ([["udnei"]], {}, "expected one of wave, .*udnie, .* Received: 'udnei' .no such file.; did you mean udnie"),
        ([["wave + udni"]], {}, "--style: expected one of .* Received: 'udni'; did you mean udnie"),
        ([["muse"], "paintings"], {}, "--style: expected one of wave, udnie, photograph. Received: 'muse'"),
        ([["wave"]], {"masked": ["udni"]}, "--mask: expected one of .* Received: 'udni'; did you mean udnie"),
        ([["wave"], "paintings"], {"masked": ["udni"]}, "--mask: expected one of wave, udnie, photograph. Rec"),
        ([["wave:-1 + udnie"]], {}, "--style: expected finite weights of at least 0. Received: wave:-1.0"),
        ([["wave"]], {"masked": ["udnie:0"]}, "--mask: expected weights that are not all 0"),
        ([["wave@5"]], {}, "--style: expected a painting's strokes from 0.25 to 4. Received: 'wave@5'"),
        (
            [["wave@0.25"]],
            {"masked": ["udnie@2"]},
            "stroke: expected those of one picture within a factor of 4, for which",
        ),
        ([["wave"]], {"stroke": 5.0}, "stroke: expected a number from 0.25 to 4. Received: 5.0"),
    ],
    ids=str,
)
def test_what_is_not_there_is_told(arguments, options, message):
    with pytest.raises(UserError, match=message):
        chosen_styles(*arguments, **options)
