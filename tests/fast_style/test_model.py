"""StyleTransfer in user code: compile, fit, evaluate."""

import re
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.training.adam import Adam
from fast_style.model import StyleTransfer
from fast_style.network import TransformationNetwork
from fast_style.objective import StyleObjective
from fast_style.settings import StyleSettings
from superres.network import SuperResolutionNetwork
from superres.settings import SuperResolutionSettings
from tests.levels import quick_first

FIRST_LAYERS = {"content_layers": ("relu1_1",), "style_layers": ("relu1_1",)}  # in float16 others take seconds
LAYERS = {"content_layers": ("relu2_2",), "style_layers": ("relu1_2", "relu2_2")}


def painting():
    return np.random.default_rng(5).integers(0, 256, (32, 40, 3), np.uint8)


def trainer(policy="float32", **options):
    keras.utils.set_random_seed(0)
    with dtype_policy(policy):
        return StyleTransfer(
            painting(),
            TransformationNetwork(width=4),
            style_size=32,
            loss_weights="random",
            **{**LAYERS, **options},
        )


def photographs(dtype="uint8", count=4, side=32):
    images = np.random.default_rng(0).integers(0, 256, (count, side, side, 3)).astype(dtype)
    return tf.data.Dataset.from_tensor_slices(images).batch(2)


@pytest.mark.parametrize(("dtype", "run_eagerly"), quick_first([("uint8", False), ("float32", True)]))
def test_fit_in_user_code(dtype, run_eagerly):
    """The user's own optimizer, callback and validation data; every term is in the history."""
    seen = []
    model = trainer()
    model.compile(keras.optimizers.SGD(1e-9), run_eagerly=run_eagerly)
    history = model.fit(
        photographs(dtype),
        epochs=2,
        validation_data=photographs(dtype),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))],
        verbose=0,
    ).history
    terms = {"loss", "content", "style", "tv", "style/relu1_2", "style/relu2_2"}
    assert set(history) == terms | {f"val_{name}" for name in terms}
    assert seen == [0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("beside, told_of", [(lambda images: tf.range(2), False), (lambda images: images, True)])
def test_pairs_train_on_their_photographs_and_pictures_beside_them_are_told(beside, told_of, eager_steps):
    model = trainer()
    model.compile("sgd")
    pairs = photographs().map(lambda images: (images, beside(images)))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert np.isfinite(model.fit(pairs, verbose=0).history["loss"]).all()
    pictures = [str(one.message) for one in told if str(one.message).startswith("y: pictures beside the photographs x")]
    assert bool(pictures) == told_of


@pytest.mark.slow
def test_float64(eager_steps):
    model, (first, second) = losses("float64", steps=2)
    assert model.network.compute_dtype == "float64"
    assert second < first


@pytest.mark.slow
def test_photographs_too_small_for_the_loss_network(eager_steps):
    model = trainer(content_layers=("relu3_3",))
    model.compile("sgd")
    with pytest.raises(UserError, match=r"^x: expected photographs of at least 4 pixels a side\. Received: 3x3$"):
        model.fit(np.zeros((1, 3, 3, 3), np.uint8), verbose=0)
    assert np.isfinite(model.fit(np.zeros((1, 4, 4, 3), np.uint8), verbose=0).history["loss"]).all()


@pytest.mark.slow
def test_tracked_loss_is_the_weighted_sum_of_tracked_terms(eager_steps):
    model = trainer(content_weight=2.0, style_weight=1e-3, tv_weight=1e-2)
    model.compile("sgd")
    logs = model.evaluate(photographs(), verbose=0, return_dict=True)
    expected = 2.0 * logs["content"] + 1e-3 * logs["style"] + 1e-2 * logs["tv"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_only_the_network_is_trained(eager_steps):
    model = trainer()
    model.compile(keras.optimizers.Adam(1e-3))
    loss_weights = [v.numpy().copy() for v in model.objective.loss_network.model.weights]
    before = [v.numpy().copy() for v in model.network.trainable_variables]
    model.fit(photographs(), verbose=0)
    for kept, variable in zip(loss_weights, model.objective.loss_network.model.weights, strict=True):
        np.testing.assert_array_equal(kept, variable.numpy())
    assert all((b != v.numpy()).any() for b, v in zip(before, model.network.trainable_variables, strict=True))
    assert len(model.trainable_variables) == len(model.network.trainable_variables)


def losses(policy, steps=12):
    """(model, the loss of each step that was taken); under float16 the first may overflow and be skipped."""
    model = trainer(policy)
    model.compile(Adam(1e-3))
    photos = next(iter(photographs()))
    values = []
    for _ in range(3 * steps):
        model.reset_metrics()
        logs = model.train_on_batch(photos, return_dict=True)
        if not logs.get("skipped"):
            values.append(float(logs["loss"]))
        if len(values) == steps:
            break
    return model, values


@pytest.fixture(scope="module")
def float32_losses():
    return losses("float32")[1]


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_loss_falls_under_each_policy_as_in_float32(policy, float32_losses):
    """The same seed, batch and number of steps: the loss falls by as much as in float32, within a tenth."""
    drop = 1 - float32_losses[-1] / float32_losses[0]
    assert drop > 0.3
    model, values = losses(policy)
    assert model.network.compute_dtype == policy.removeprefix("mixed_")
    assert int(model.optimizer.iterations) == len(values) == 12
    assert 1 - values[-1] / values[0] == pytest.approx(drop, abs=0.1)


@pytest.mark.slow
def test_float16_loss_is_scaled_and_overflow_is_skipped_and_counted(eager_steps):
    """A loss scale of 2^40 overflows float16 gradients: the step must change nothing and be counted."""
    model = trainer("mixed_float16", **FIRST_LAYERS)
    optimizer = keras.optimizers.LossScaleOptimizer(Adam(1e-3), initial_scale=2.0**40)
    model.compile(optimizer)
    before = [v.numpy().copy() for v in model.network.trainable_variables]
    logs = model.train_on_batch(next(iter(photographs(side=16))), return_dict=True)
    assert logs["skipped"] == 1
    for kept, variable in zip(before, model.network.trainable_variables, strict=True):
        np.testing.assert_array_equal(kept, variable.numpy())
    assert float(optimizer.dynamic_scale) == 2.0**39


README_WEIGHTS = {"content_weight": 1.0, "style_weight": 1e-4, "tv_weight": 1e-5}


@pytest.mark.slow
def test_no_step_is_skipped_in_float16_at_weights_whose_loss_begins_at_millions(eager_steps):
    """Random loss networks have smaller losses than VGG; the style weight makes up for it."""
    model = trainer("mixed_float16", **README_WEIGHTS | FIRST_LAYERS | {"style_weight": 1.0})
    model.compile(Adam(1e-3))
    history = model.fit(photographs(side=16), epochs=2, verbose=0, shuffle=False).history
    assert history["loss"][0] > 1e6
    assert history["skipped"] == [0.0, 0.0]
    assert int(model.optimizer.iterations) == 4


@pytest.mark.slow
def test_no_step_is_skipped_in_float16_at_the_weights_of_the_readme(shared_data, eager_steps):
    """VGG19, whose loss begins at 6e6, as with the paper's filters: 8 halvings from 16 left every step skipped."""
    keras.utils.set_random_seed(0)
    weights = shared_data / "weights" / "vgg19_conv1_1-conv5_1.npz"
    with dtype_policy("mixed_float16"):
        painting, network = shared_data / "styles" / "starry_night.jpg", TransformationNetwork(width=8)
        model = StyleTransfer(painting, network, loss_network="vgg19", loss_weights=weights, **README_WEIGHTS)
    model.compile(keras.optimizers.Adam(1e-3))
    photos = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 3), np.uint8)
    logs = [model.train_on_batch(photos, return_dict=True) for _ in range(4)]
    assert logs[0]["loss"] > 1e6
    assert [one["skipped"] for one in logs] == [0.0] * 4


@pytest.mark.slow
def test_plain_optimizer_is_wrapped_under_float16_only():
    for policy, wrapped in (("mixed_float16", True), ("float32", False)):
        model = trainer(policy)
        model.compile(keras.optimizers.Adam(1e-3))
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) is wrapped


def test_xla_is_not_switched_on_for_a_cpu():
    model = trainer()
    model.compile("adam")
    if not tf.config.list_physical_devices("GPU"):
        assert model.jit_compile is False


@pytest.mark.slow
def test_style_warmup_grows_the_weight_geometrically(eager_steps):
    """A hundredth at step 0, a tenth half-way, the whole at the end and after; validation has the whole."""
    model = trainer(style_warmup=10)
    model.compile("sgd")
    factors = []
    for step in (0, 5, 10, 25):
        model.optimizer.iterations.assign(step)
        factors.append(float(model._style_factor()))
    np.testing.assert_allclose(factors, [0.01, 0.1, 1.0, 1.0], rtol=1e-5)
    plain = trainer()
    plain.compile("sgd")
    model.optimizer.iterations.assign(0)
    assert model.evaluate(photographs(), verbose=0) == pytest.approx(plain.evaluate(photographs(), verbose=0))


@pytest.mark.slow
def test_stability_is_what_noise_in_a_photograph_changes(eager_steps):
    """The loss is eq. 5 and the weighted difference; without noise there is none; every evaluation sees the same."""
    options = {"style_weight": 1e-3, "tv_weight": 1e-2}
    plain = trainer(**options)
    plain.compile("sgd")
    expected = plain.evaluate(photographs(), verbose=0, return_dict=True)
    for noise in (0.0, 10.0):
        model = trainer(**options, stability_weight=5.0, stability_noise=noise)
        model.compile("sgd")
        logs = model.evaluate(photographs(), verbose=0, return_dict=True)
        assert logs["loss"] == pytest.approx(expected["loss"] + 5.0 * logs["stability"], rel=1e-4)
        assert (logs["stability"] > 1e-6) == (noise > 0)
        assert model.evaluate(photographs(), verbose=0, return_dict=True) == logs


@pytest.mark.slow
def test_training_for_stability_makes_a_network_that_noise_changes_less():
    """Measured with noise of its own, against a network that had the same steps without."""
    photos = next(iter(photographs())).numpy().astype("float32")
    noisy = photos + np.random.default_rng(9).normal(0, 10, photos.shape).astype("float32")
    changes = []
    for weight in (0.0, 1e3):
        model = trainer(stability_weight=weight, content_layers=("relu1_1",), style_layers=("relu1_1",))
        model.compile(keras.optimizers.Adam(3e-3), run_eagerly=True)
        for _ in range(4):
            model.train_on_batch(photos)
        changes.append(np.square(model.network(photos).numpy() - model.network(noisy).numpy()).mean())
    assert changes[1] < 0.5 * changes[0]


@pytest.mark.slow
def test_training_for_smooth_motion_makes_a_network_that_follows_it_more():
    """Measured with a movement of half a pixel, against a network that had the same steps without."""
    rng = np.random.default_rng(9)
    photos = gaussian_filter(rng.integers(0, 256, (2, 64, 64, 3)), (0, 1, 1, 0)).astype("float32")
    half = (photos[:, :, :-1] + photos[:, :, 1:]) / 2
    changes = []
    for weight in (0.0, 1e3):
        options = {"stability_noise": 0.0, "stability_motion": 2.0} if weight else {}
        model = trainer(stability_weight=weight, **options, content_layers=("relu1_1",), style_layers=("relu1_1",))
        model.compile(keras.optimizers.Adam(3e-3), run_eagerly=True)
        for _ in range(4):
            model.train_on_batch(photos)
        made, of_half = model.network(photos).numpy(), model.network(half).numpy()
        changes.append(np.square((made[:, :, :-1] + made[:, :, 1:]) / 2 - of_half)[:, 16:-16, 16:-16].mean())
    assert changes[1] < 0.5 * changes[0]


class Pixelwise(keras.Model):
    """A network that cares for no grid: it darkens."""

    def call(self, images, training=None):
        return 0.5 * images


def stability_of_steps(network, photos, steps, options):
    """The term of each of the first steps, of the same photographs and weights."""
    model = trainer(**FIRST_LAYERS, **options)
    model.network = network
    model.compile("sgd")
    found = []
    for step in range(steps):
        model.optimizer.iterations.assign(step)
        found.append(float(tf.reduce_mean(model.compute_terms(photos, training=True)["stability"])))
    return found


@pytest.mark.slow
def test_stability_of_what_moves_is_what_sticks_to_the_grid():
    """Without noise, only movement differs: none for a pixel of its own, some where layers have strides."""
    options = {"stability_weight": 1.0, "stability_noise": 0.0, "stability_shift": 3}
    photos = next(iter(photographs(count=2, side=64)))
    for network, sticks in ((Pixelwise(), False), (TransformationNetwork(width=4), True)):
        found = stability_of_steps(network, photos, 6, options)
        assert (max(found) > 1e-3) == sticks
        # Movements differ from step to step.
        assert (len({round(value, 6) for value in found}) > 2) == sticks


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", quick_first([{"stability_shift": 2}, {"stability_motion": 3.0}, {"stability_light": 0.2}])
)
def test_stability_of_smooth_motion_and_light_is_what_does_not_follow_them(options):
    """Whatever is done to each pixel by itself follows; a network with strides does not, at each step otherwise."""
    options = {"stability_weight": 1.0, "stability_noise": 0.0, "stability_motion": 0.5, **options}
    photos = next(iter(photographs(count=2, side=64)))
    for network, follows in ((Pixelwise(), True), (TransformationNetwork(width=4), False)):
        found = stability_of_steps(network, photos, 3, options)
        assert (max(found) < 1e-6) == follows
        assert follows or len(set(found)) == 3


def test_views_of_a_clip_are_measured_of_photographs_whose_sides_are_not_known():
    """As of those whose sides are: a validation whose photographs differ."""
    options = {"stability_weight": 1.0, "stability_motion": 2.0, "stability_light": 0.1, "stability_jpeg": 40.0}
    model = trainer(**options)
    model.compile("sgd")
    photos = np.random.default_rng(0).integers(0, 256, (2, 70, 83, 3), np.uint8)
    anything = tf.TensorSpec((None, None, None, 3), tf.uint8)
    unknown = tf.data.Dataset.from_generator(lambda: iter([photos]), output_signature=anything)
    expected = model.evaluate(photos, verbose=0, return_dict=True)
    assert model.evaluate(unknown, steps=1, verbose=0, return_dict=True) == pytest.approx(expected, rel=1e-4)
    assert expected["stability"] > 0


@pytest.mark.slow
def test_smooth_motion_asks_for_photographs_that_leave_something_to_compare():
    """16 pixels a side and those that motion may bring in, rounded up; 16 of them left: 2 (16 + 3) + 16."""
    model = trainer(stability_weight=1.0, stability_motion=2.5)
    model.compile("sgd")
    with pytest.raises(UserError, match=r"stability_motion: expected photographs of at least 54 .*Received: 32x32"):
        model.evaluate(photographs(), verbose=0)


class Framing(Pixelwise):
    """A network that paints a frame, so many pixels from the borders of what it is given."""

    def __init__(self, pixels):
        super().__init__()
        self.pixels = pixels

    def call(self, images, training=None):
        p = self.pixels
        return tf.pad(images[:, p:-p, p:-p] * 0 + 255, ((0, 0), (p, p), (p, p), (0, 0)))


@pytest.mark.slow
@pytest.mark.parametrize(("margin", "seen"), [(0, False), (8, False), (24, True)])
def test_stability_is_compared_up_to_the_borders_with_a_margin_that_is_wide(margin, seen):
    """A frame two pixels within the borders of the photograph does not move with it."""
    model = trainer(stability_weight=1.0, stability_noise=0.0, stability_shift=3, training_margin=margin)
    model.network = Framing(margin + 2)
    model.compile("sgd")
    photos, found = next(iter(photographs(count=2, side=64))), []
    for step in range(6):
        model.optimizer.iterations.assign(step)
        found.append(float(tf.reduce_mean(model.compute_terms(photos, training=True)["stability"])))
    assert (max(found) > 0) == seen


def test_movement_asks_for_photographs_that_leave_something_to_compare():
    model = trainer(stability_weight=1.0, stability_shift=1)
    model.compile("sgd")
    with pytest.raises(UserError, match=r"stability_shift: expected photographs of at least 48 .*Received: 32x32"):
        model.evaluate(photographs(), verbose=0)


@pytest.mark.parametrize("name", ["stability_shift", "training_margin"])
@pytest.mark.parametrize("value", [-1, 1.5])
def test_pixels_that_are_none(name, value):
    with pytest.raises(UserError, match=f"{name}: expected a whole number of at least 0. Received: {value}"):
        trainer(stability_weight=1.0, **{name: value})


@pytest.mark.slow
def test_with_the_margin_the_objective_in_training_is_that_in_use():
    photos = next(iter(photographs()))
    model = trainer(training_margin=8)
    used, trained = (model.compute_terms(photos, training=training) for training in (False, True))
    for name, term in used.items():
        np.testing.assert_allclose(trained[name], term, rtol=1e-3)
    model.training_margin = 0
    assert np.abs(model.compute_terms(photos, training=True)["tv"] / used["tv"] - 1).max() > 1e-3


def test_a_stability_weight_that_is_negative():
    with pytest.raises(UserError, match=r"stability_weight: expected a number of at least 0\. Received: -1"):
        trainer(stability_weight=-1)


def test_painting_is_read_at_its_style_size():
    """A 32x40 painting at a short side of 16 is 16x20."""
    model = StyleTransfer(painting(), TransformationNetwork(width=4), style_size=16, loss_weights="random", **LAYERS)
    assert model.objective.style_image.shape == (16, 20, 3)


@pytest.mark.parametrize("of_settings", [None, np.zeros((32, 32, 3), np.uint8)])
def test_the_painting_beside_settings_is_used(of_settings):
    settings = StyleSettings(style=of_settings, style_size=32, loss_weights="random", **LAYERS)
    model = StyleTransfer(painting(), TransformationNetwork(width=4), settings=settings)
    np.testing.assert_array_equal(model.objective.style_image, painting())
    assert settings.style is of_settings


def test_the_painting_of_settings():
    settings = StyleSettings(style=painting(), style_size=32, loss_weights="random", **LAYERS)
    model = StyleTransfer(network=TransformationNetwork(width=4), settings=settings)
    np.testing.assert_array_equal(model.objective.style_image, painting())


@pytest.mark.parametrize("options", [{}, {"settings": StyleSettings()}])
def test_no_painting_at_all(options, monkeypatch):
    monkeypatch.setattr("fast_style.objective.build_loss_network", None)
    with pytest.raises(UserError, match=r"style: expected a path or a uint8 array \(height, width, 3\)\. Received: "):
        StyleTransfer(network=TransformationNetwork(width=4), **options)


@pytest.mark.parametrize("settings", [{"style": "a.jpg"}, SuperResolutionSettings()])
def test_settings_of_something_else(settings):
    with pytest.raises(TypeError, match=r"StyleTransfer: expected settings of TrainerSettings\. Received: "):
        StyleTransfer(painting(), TransformationNetwork(width=4), settings=settings)


@pytest.mark.slow
def test_what_is_saved_is_the_network(tmp_path):
    model = trainer()
    model.save(tmp_path / "painted.keras")
    loaded = keras.saving.load_model(tmp_path / "painted.keras")
    assert type(loaded) is TransformationNetwork
    for one, two in zip(loaded.get_weights(), model.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"style_wieght": 1.0}, "StyleTransfer: unknown option style_wieght; did you mean style_weight?"),
        ({"quux": 1.0}, "StyleTransfer: unknown option quux; expected one of loss_network, "),
        (
            {"settings": StyleSettings(), "tv_weight": 1.0},
            "StyleTransfer: expected settings or options, and not both. Received: settings and tv_weight",
        ),
    ],
)
def test_options_that_are_none_are_refused_before_a_loss_network_is_built(options, message, monkeypatch):
    monkeypatch.setattr("fast_style.objective.build_loss_network", None)
    with pytest.raises(TypeError, match=re.escape(message)):
        StyleTransfer(painting(), TransformationNetwork(width=4), **options)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"style_loss": "grma"}, "style_loss: expected one of gram, "),
        ({"style_scaling": "maen"}, "style_scaling: expected one of paper, mean. Received: 'maen'"),
        ({"style_layer_weights": (1.0,)}, "style_layer_weights: expected 4 numbers, one a style layer. Received: 1"),
        (
            {"style_layers": ("relu1_2", "relu1_2")},
            "style_layers: expected layers that differ. Received: ",
        ),
        ({"style_size": 0}, "style_size: expected at least 1. Received: 0"),
        ({"tv_weight": -1.0}, "tv_weight: expected a number of at least 0. Received: -1.0"),
        ({"content_weight": "1"}, "content_weight: expected a number of at least 0. Received: '1'"),
        ({"stability_noise": -1.0}, "stability_noise: expected a number of at least 0. Received: -1.0"),
        ({"stability_motion": -1.0}, "stability_motion: expected a number of at least 0. Received: -1.0"),
        ({"stability_light": 3.0}, "stability_light: expected at most 1. Received: 3.0"),
        ({"style_warmup": -1}, "style_warmup: expected at least 0. Received: -1"),
        ({"style_size": "256"}, "style_size: expected at least 1. Received: '256'"),
        ({"settings": StyleSettings(batch_size=0)}, "batch_size: expected at least 1. Received: 0"),
        ({"stability_light": -1.0}, "stability_light: expected a number of at least 0. Received: -1.0"),
        ({"stability_jpeg": 0.5}, "stability_jpeg: expected a number from 1 to 100. Received: 0.5"),
        ({"stability_shift": 0.5}, "stability_shift: expected a whole number of at least 0. Received: 0.5"),
        ({"network": "starry_night"}, "network: expected a TransformationNetwork; load_network gives one by name or "),
        ({"network": SuperResolutionNetwork(2, width=1)}, "network: expected a TransformationNetwork; load_network "),
    ],
)
def test_values_that_are_none_are_refused_before_a_loss_network_is_built(options, message, monkeypatch):
    monkeypatch.setattr("fast_style.objective.build_loss_network", None)
    with pytest.raises(UserError, match=re.escape(message)):
        StyleTransfer(painting(), **{"network": TransformationNetwork(width=4), **options})


@pytest.mark.parametrize("options", [{"pooling": "min"}, {"loss_network": "vgg61"}, {"content_layers": ("relu9_9",)}])
def test_values_of_the_loss_network_that_are_none_are_refused_before_its_weights_are_loaded(options, monkeypatch):
    monkeypatch.setattr("fast_style.common.networks.loss_network._load_vgg", None)
    with pytest.raises(UserError, match="expected .* Received: "):
        StyleTransfer(painting(), TransformationNetwork(width=4), **options)


def test_an_objective_names_an_option_that_is_none():
    with pytest.raises(TypeError, match=r"StyleObjective: unknown option tv_wight; did you mean tv_weight\?"):
        StyleObjective(painting(), None, tv_wight=1.0)
