"""Optimisation on small pictures and a random loss network: what holds of the method itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import write_photo
from fast_style.common.networks.precision import dtype_policy
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork
from fast_style.objective import StyleObjective
from fast_style.optimization.optimize import optimize, starting_picture
from fast_style.settings import ObjectiveSettings
from fast_style.style_losses import STYLE_LOSSES
from tests.levels import quick_first

LAYERS = {"content_layers": ("relu1_2",), "style_layers": ("relu1_1", "relu1_2")}


def picture(height=20, width=24, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def of_painting(**options):
    settings = ObjectiveSettings(style=picture(seed=1), style_size=16, loss_weights="random", **options)
    return StyleObjective.for_painting(settings)


@pytest.fixture(scope="module")
def objective():
    return of_painting(tv_weight=1e-3, **LAYERS)


@pytest.mark.slow
def test_lbfgs_never_rises_and_stays_within_the_bounds(objective):
    """Each accepted iteration lowers the objective: by the strong Wolfe conditions, up to float32 noise of 1e-6."""
    within = []
    result = optimize(
        picture(),
        objective,
        iterations=40,
        on_iteration=lambda i, x, terms: within.append((x.min() >= 0) and (x.max() <= 255)) and False,
    )
    values = np.array([terms["loss"] for terms in result.history])
    assert len(values) == 41
    assert (np.diff(values) <= 1e-6 * values[:-1]).all()
    assert values[-1] < 0.1 * values[0]
    assert all(within)
    assert result.picture.shape == (20, 24, 3)


@pytest.mark.slow
def test_adam_falls_and_stays_within_the_bounds(objective):
    result = optimize(picture(), objective, iterations=60, method="adam", learning_rate=10.0)
    assert result.history[-1]["loss"] < 0.3 * result.history[0]["loss"]
    assert result.picture.min() >= 0
    assert result.picture.max() <= 255


def test_memory_that_runs_out_is_one_line(objective, monkeypatch):
    def run_out(pictures, content_features):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr(objective, "value_and_gradient", run_out)
    with pytest.raises(UserError, match="photo: expected one that memory can hold .* --max-size. Received: 24x20"):
        optimize(picture(), objective, iterations=2)


def test_training_and_optimisation_report_the_same_objective(objective):
    """The picture that a network makes, given to optimisation as its start, has the network's objective."""
    keras.utils.set_random_seed(0)
    network = TransformationNetwork(width=4)
    trainer = StyleTransfer(picture(seed=1), network, style_size=16, loss_weights="random", tv_weight=1e-3, **LAYERS)
    trainer.compile("sgd")
    photo = picture()
    reported = trainer.evaluate(photo[None], verbose=0, return_dict=True)
    output = network(photo[None]).numpy()[0]
    content = objective.targets(keras.ops.cast(photo[None], "float32"))
    terms = {name: float(value[0]) for name, value in objective.terms(output[None], content).items()}
    for name, value in terms.items():
        assert reported[name] == pytest.approx(value, rel=1e-5)

    saved = np.clip(np.round(output), 0, 255).astype(np.uint8)
    first = optimize(photo, objective, iterations=1, start=saved).history[0]
    terms = objective.terms(saved[None].astype("float32"), content)
    assert first["loss"] == pytest.approx(float(terms["loss"][0]), rel=1e-5)


def test_history_is_of_the_pictures(objective):
    """The terms noted for an iteration are those of its picture, evaluated apart."""
    photo = picture()
    content = objective.targets(keras.ops.cast(photo[None], "float32"))
    result = optimize(photo, objective, iterations=5)
    terms = objective.terms(result.picture[None], content)
    for name, value in result.history[-1].items():
        assert value == pytest.approx(float(terms[name][0]), rel=1e-4)


def test_it_stops_when_asked_and_keeps_what_there_is(objective):
    result = optimize(picture(), objective, iterations=50, on_iteration=lambda i, x, terms: i == 3)
    assert result.stopped
    assert len(result.history) == 4


@pytest.mark.slow
def test_reconstruction_from_relu1_2_is_nearly_the_photograph():
    """The paper's fig. 3: without style, early features hold the picture. Above 30 dB from noise."""
    objective = of_painting(content_layers=("relu1_2",), style_layers=("relu1_1",), style_weight=0.0, tv_weight=0.0)
    photo = picture()
    result = optimize(photo, objective, iterations=300)
    error = np.mean((result.picture - photo.astype(float)) ** 2)
    assert 10 * np.log10(255**2 / error) > 30


@pytest.mark.slow
def test_coarse_to_fine_begins_small_and_ends_with_the_objective_itself(objective):
    """64x72 in two sizes: iterations 1 to 4 of 32x36, 5 to 8 of 64x72; the last is better than the noise it skipped."""
    photo, sizes = picture(64, 72), []
    result = optimize(
        photo, objective, iterations=4, scales=2, on_iteration=lambda i, x, terms: sizes.append((i, *x.shape)) and False
    )
    assert sizes == [(i, 32, 36, 3) for i in range(1, 5)] + [(i, 64, 72, 3) for i in range(5, 9)]
    content = objective.targets(keras.ops.cast(photo[None], "float32"))
    expected = float(objective.terms(result.picture[None], content)["loss"][0])
    assert result.history[-1]["loss"] == pytest.approx(expected, rel=1e-4)
    noise = starting_picture("noise", photo, objective.style_image)
    assert result.history[0]["loss"] < 0.5 * float(objective.terms(noise[None], content)["loss"][0])


def test_coarse_to_fine_that_is_stopped_early_still_has_the_full_size(objective):
    result = optimize(picture(64, 72), objective, 5, scales=2, on_iteration=lambda i, x, terms: i == 2)
    assert (result.stopped, result.picture.shape) == (True, (64, 72, 3))


@pytest.mark.parametrize("name", quick_first(name for name in STYLE_LOSSES if name != "gram"))
def test_every_loss_of_style_can_be_minimised(name):
    """Whatever its scale: the mmd-gaussian loss of 0.1 weighted by 1e-4 too."""
    options = {"content_layers": (), "style_layers": ("relu1_1",), "tv_weight": 0.0, "style_loss": name}
    objective = of_painting(**options)
    history = optimize(picture(), objective, iterations=10).history
    assert history[-1]["style"] < 0.5 * history[0]["style"]


@pytest.mark.slow
def test_bfloat16_features_still_lead_down():
    """The optimizer is in float64; the loss network's rounding, 2^-8, may end a line search early but not the run."""
    with dtype_policy("mixed_bfloat16"):
        objective = of_painting(**LAYERS)
    assert objective.loss_network.model.layers[-1].compute_dtype == "bfloat16"
    history = optimize(picture(), objective, iterations=12).history
    assert history[-1]["loss"] < 0.3 * history[0]["loss"]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lbfgs", "adam"])
def test_a_weight_too_large_for_float32_is_named(objective, method):
    """Of white noise, total variation is some 10^7; float32 holds 3.4e38."""
    large = StyleObjective(picture(seed=1), objective.loss_network, tv_weight=1e38, style_size=16, **LAYERS)
    message = r"tv_weight: expected a weight with which .* finite at the start. Received: 1e\+38, where tv is \d"
    with pytest.raises(UserError, match=message):
        optimize(picture(), large, iterations=3, method=method)


def test_starts(tmp_path):
    """White noise by its seed; the photograph; the painting and files, resized to the photograph."""
    photo, style = picture(), picture(8, 8, seed=1)
    noise = starting_picture("noise", photo, style, seed=3)
    np.testing.assert_array_equal(noise, starting_picture("noise", photo, style, seed=3))
    assert noise.std() == pytest.approx(255 / np.sqrt(12), rel=0.05)  # of a uniform distribution
    np.testing.assert_array_equal(starting_picture("content", photo, style), photo)
    assert starting_picture("style", photo, style).shape == photo.shape
    write_photo(tmp_path / "before.png", photo)
    np.testing.assert_array_equal(starting_picture(str(tmp_path / "before.png"), photo, style), photo)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "newton"}, "method: expected one of lbfgs, adam. Received: 'newton'"),
        ({"scales": 0}, "scales: expected at least 1. Received: 0"),
        ({"scales": 2}, "scales: expected a coarsest size of at least 32 pixels a side. Received: 2 for 24x20"),
        ({"iterations": 0}, "iterations: expected at least 1. Received: 0"),
        ({"learning_rate": 0.0}, "learning_rate: expected a positive number. Received: 0.0"),
        ({"start": "nowhere"}, "start: expected one of noise, content, style, or an image file. Received: 'nowhere'"),
    ],
)
def test_bad_options_are_named(objective, options, message):
    with pytest.raises(UserError, match=message):
        optimize(picture(), objective, **options)
