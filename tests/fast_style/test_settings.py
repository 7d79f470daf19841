"""What settings resolve to: presets, and a weight for each loss of style."""

import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.presets import Presets
from fast_style.objective import SCALINGS
from fast_style.settings import TRAINING_PRESETS, OptimizationSettings, StyleSettings
from fast_style.style_losses import STYLE_LOSSES
from fast_style.task import TASK


def test_every_loss_of_style_has_a_weight_to_start_with():
    assert StyleSettings().style_weight == 1e-4
    for name, row in STYLE_LOSSES.items():
        assert StyleSettings(style_loss=name).style_weight == row.weight > 0
    assert StyleSettings(style_loss="bn", style_weight=7.0).style_weight == 7.0


def test_an_architecture_sets_what_is_not_given():
    """The paper's table: 32 filters, convolutions of stride 1/2. Half of it is what the author released."""
    paper, fast = StyleSettings(), StyleSettings(architecture="fast")
    assert (paper.width, paper.upsampling) == (32, "transposed")
    assert (fast.width, fast.upsampling) == (16, "bilinear")
    given = StyleSettings(architecture="fast", width=24, upsampling="transposed")
    assert (given.width, given.upsampling) == (24, "transposed")


@pytest.mark.parametrize("preset", ["quick", "quick-fast"])
def test_quick_presets_start_from_a_network_of_their_architecture(preset):
    settings = StyleSettings(**TRAINING_PRESETS[preset])
    config = Presets(TASK).manifest()[settings.initialize]["config"]
    assert (config["width"], config["upsampling"]) == (settings.width, settings.upsampling)


def test_a_quick_preset_without_stability_has_no_movement():
    """Which would be refused without."""
    quick = TRAINING_PRESETS["quick"]
    assert StyleSettings(**StyleSettings.given_over(quick, {})).stability_shift == 3
    given = StyleSettings(**StyleSettings.given_over(quick, {"stability_weight": 0.0}))
    assert (given.stability_weight, given.stability_shift, given.stability_motion) == (0.0, 0, 0.0)


def test_the_gatys_preset_is_their_method():
    """Sections 2 and 3 of Gatys et al.: layers, 1/5 each, average pooling, ratio of alpha to beta."""
    settings = OptimizationSettings.from_given({"preset": "gatys", "style": ("a.jpg",)})
    assert settings.loss_network == "vgg19"
    assert settings.style_layer_weights == (0.2,) * 5
    objective = settings.for_objective()
    assert (objective.pooling, objective.scaling) == ("average", "gatys")
    assert objective.scaling in SCALINGS
    assert objective.content_weight == settings.content_style_ratio * objective.style_weight


def test_what_is_given_beside_a_preset_stands():
    given = {"preset": "gatys", "style_layers": ("relu1_1", "relu2_1"), "content_weight": 3.0, "pooling": "max"}
    settings = OptimizationSettings.from_given(given)
    assert settings.style_layer_weights == (0.5, 0.5)
    assert settings.for_objective().content_weight == 3.0
    assert settings.pooling == "max"
    ratio = OptimizationSettings.from_given({"content_style_ratio": 0.5, "style_weight": 4.0})
    assert ratio.for_objective().content_weight == 2.0


def test_a_content_weight_and_a_ratio_are_refused():
    with pytest.raises(
        UserError, match="--content-style-ratio: expected this or --content-weight. Received: 0.1 and 2"
    ):
        OptimizationSettings.from_given({"content_weight": 2.0, "content_style_ratio": 0.1})
