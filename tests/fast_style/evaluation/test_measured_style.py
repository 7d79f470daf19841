"""Which style of a network of several paintings an evaluation measures."""

import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.source import Source
from fast_style.evaluation.measured_style import measured_style
from fast_style.paintings import painting_name
from fast_style.settings import EvaluationSettings
from fast_style.task import TASK
from tests.fast_style.tiny_paintings import SIZED


def source(conditions):
    config = {"conditions": [list(one) for one in conditions]} if conditions else {}
    return Source("many", TASK, None, config, True)


def settings(**options):
    return EvaluationSettings(network="many", **{"style": "paintings/Udnie.jpg", **options})


def test_it_is_the_painting_of_the_files_name_at_its_size():
    assert measured_style(source(SIZED), settings(style_size=256)) == ({"udnie": 1.0}, 0.5, (0, 0, 0, 1, 0, 0))
    assert measured_style(source(SIZED), settings(style_size=1024)).row == (0, 0, 0, 0, 0, 1)
    found = measured_style(source(SIZED), settings(style_size=512, painting="wave:3 + udnie"))
    assert found == ({"wave": 0.75, "udnie": 0.25}, 1.0, (0, 0.75, 0, 0, 0.25, 0))
    assert measured_style(source([("udnie", None)]), settings(style_size=99)).row == (1,)


@pytest.mark.parametrize("file", ["my painting.jpg", "my+painting.jpg", "my & painting.jpg", "-my_painting.jpg"])
def test_files_are_called_as_in_training(file):
    """Whatever is no letter, digit, dot or dash is ``_`` in names that training makes."""
    assert painting_name(file) == "my_painting"
    several = source([("wave", None), ("my_painting", None)])
    assert measured_style(several, settings(style=f"a folder/{file}")).shares == {"my_painting": 1.0}
    assert measured_style(source([("photograph 2", None)]), settings(style="Photograph 2.jpg")).row == (1,)


def test_a_network_of_one_painting_is_that():
    assert measured_style(source(None), settings()) is None
    assert measured_style(source(None), settings(style="photograph.jpg")) is None
    with pytest.raises(UserError, match="--painting: expected a network of several. Received: many, of one"):
        measured_style(source(None), settings(painting="wave"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style": "monet.jpg"}, "--style: expected one of wave, udnie. Received: 'monet'"),
        ({"style": "photograph.jpg"}, "--style: expected a file of another name than photograph. Received: "),
        ({"painting": "udni"}, "--painting: expected one of wave, udnie. Received: 'udni'; did you mean udnie?"),
        ({"style_size": 128}, "--style-size: expected a size that the network was trained at.* Received: 128"),
        ({"style_size": 9000}, "--style-size: expected a size that the network was trained at.* Received: 9000"),
    ],
    ids=str,
)
def test_what_cannot_be_measured_is_told(options, message):
    with pytest.raises(UserError, match=message):
        measured_style(source(SIZED), settings(**options))
