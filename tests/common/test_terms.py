"""A new term is one row: its flag, its metric and its part of the loss follow."""

import dataclasses

import numpy as np
import pytest
from keras import ops

from fast_style.common.commands.command_line import Parser, add_settings, given_settings
from fast_style.common.errors import UserError
from fast_style.common.losses import feature_loss, pixel_loss
from fast_style.common.terms import TermRow, with_terms
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork
from fast_style.settings import TrainerSettings


def brightness(target, output):
    """The squared difference of mean brightness: float32 (batch,)."""
    return ops.square(ops.mean(output, axis=(1, 2, 3)) - ops.mean(target, axis=(1, 2, 3)))


BRIGHTNESS = TermRow("brightness", "factor of the difference of brightness", 0.5, brightness)
DEEP = TermRow("deep", "factor of a feature loss", 0.0, feature_loss, ("relu1_1", "relu2_1"), "its layers")


@dataclasses.dataclass(kw_only=True)
@with_terms(BRIGHTNESS, DEEP)
class Settings(TrainerSettings):
    """With two terms more."""


TINY = {"content_layers": ("relu1_1",), "style_layers": ("relu1_2",), "loss_weights": "random", "style_size": 32}


def trainer(**options):
    painting = np.random.default_rng(1).integers(0, 256, (32, 40, 3), np.uint8)
    settings = Settings(style=painting, **TINY, **options)
    return StyleTransfer(painting, TransformationNetwork(width=4), settings=settings)


def test_its_settings_are_flags():
    parser = Parser(prog="test")
    add_settings(parser, Settings)
    assert "factor of the difference of brightness (default: 0.5)" in " ".join(parser.format_help().split())
    given = given_settings(
        parser.parse_args(["--brightness-weight", "2", "--deep-weight", "3", "--deep-layers", "relu1_1"]), Settings
    )
    assert given == {"brightness_weight": 2.0, "deep_weight": 3.0, "deep_layers": ("relu1_1",)}
    assert [row.name for row in Settings.terms] == ["content", "style", "tv", "stability", "brightness", "deep"]


def test_it_is_measured_and_minimised():
    """The loss is that without it and its weight times it; of features, the sum over its layers."""
    photos = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    model = trainer(brightness_weight=7.0, deep_weight=3.0)
    outputs = np.asarray(model.network(photos, training=False))
    terms = {name: np.asarray(value) for name, value in model.compute_terms(photos, training=False).items()}
    np.testing.assert_allclose(
        terms["brightness"], np.square(outputs.mean((1, 2, 3)) - photos.mean((1, 2, 3))), rtol=1e-3
    )
    np.testing.assert_allclose(terms["deep"], terms["deep/relu1_1"] + terms["deep/relu2_1"], rtol=1e-5)
    np.testing.assert_allclose(terms["deep/relu1_1"], terms["content"], rtol=1e-5)
    settings = model.objective.settings
    expected = settings.content_weight * terms["content"] + settings.style_weight * terms["style"]
    expected += settings.tv_weight * terms["tv"] + 7.0 * terms["brightness"] + 3.0 * terms["deep"]
    np.testing.assert_allclose(terms["loss"], expected, rtol=1e-5)
    model.compile("sgd")
    assert {"brightness", "deep", "deep/relu2_1"} <= set(model.evaluate(photos, verbose=0, return_dict=True))


def test_its_weight_is_checked_like_any_other():
    with pytest.raises(UserError, match="brightness_weight: expected a number of at least 0. Received: -1"):
        trainer(brightness_weight=-1.0)


def test_rows_of_a_class_derived_from_another_come_behind():
    @dataclasses.dataclass(kw_only=True)
    @with_terms(TermRow("pixel", "factor", 1.0, pixel_loss))
    class Further(Settings):
        """With another."""

    assert [row.name for row in Further.terms][-2:] == ["deep", "pixel"]
    assert [row.name for row in Settings.terms][-1] == "deep"
