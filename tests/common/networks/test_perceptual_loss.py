"""The loss between images for any Keras model: eqs. 2 and 4 on the features of a loss network within."""

import doctest
import inspect
import os

import keras
import numpy as np
import PIL.Image
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import write_photo
from fast_style.common.losses import feature_loss, pixel_loss, style_loss
from fast_style.common.networks import perceptual_loss
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.networks.perceptual_loss import PerceptualLoss
from fast_style.common.networks.precision import dtype_policy

FEATURE_LAYERS, STYLE_LAYERS = ("relu1_2", "relu2_1"), ("relu1_1", "relu1_2")
SMALL = {"feature_layers": FEATURE_LAYERS, "style_layers": STYLE_LAYERS, "loss_weights": "random"}


@pytest.fixture(scope="module")
def features():
    """The same random loss network, by itself."""
    return build_loss_network("vgg16", (*STYLE_LAYERS, "relu2_1"), "random")


@pytest.fixture
def targets(rng):
    return rng.integers(0, 256, (2, 12, 16, 3), np.uint8)


@pytest.fixture
def outputs(rng):
    return rng.uniform(0.0, 255.0, (2, 12, 16, 3)).astype("float32")


@pytest.fixture
def painting(rng):
    return rng.integers(0, 256, (20, 24, 3), np.uint8)


def by_hand(features, targets, outputs, painting):
    """(eq. 2, eq. 4 against the targets, eq. 4 against a painting), each summed over its layers, (batch,)."""
    of_target, of_output = features(targets.astype("float32")), features(outputs)
    of_painting = features(painting[None].astype("float32"))
    return (
        sum(np.asarray(feature_loss(of_target[name], of_output[name])) for name in FEATURE_LAYERS),
        sum(np.asarray(style_loss(of_target[name], of_output[name])) for name in STYLE_LAYERS),
        sum(np.asarray(style_loss(of_painting[name], of_output[name])) for name in STYLE_LAYERS),
    )


@pytest.mark.slow
def test_it_is_the_weighted_sum_of_eq_2_and_eq_4(features, targets, outputs, painting):
    feature, style, _ = by_hand(features, targets, outputs, painting)
    loss = PerceptualLoss(feature_weight=3.0, style_weight=0.5, pixel_weight=2.0, reduction=None, **SMALL)
    expected = 3.0 * feature + 0.5 * style + 2.0 * np.asarray(pixel_loss(targets, outputs))
    assert keras.backend.standardize_dtype(loss(targets, outputs).dtype) == "float32"
    np.testing.assert_allclose(loss(targets, outputs), expected, rtol=1e-5)
    loss = PerceptualLoss(feature_weight=3.0, style_weight=0.5, pixel_weight=2.0, **SMALL)
    np.testing.assert_allclose(loss(targets, outputs), expected.mean(), rtol=1e-5)


def test_each_part_alone(features, targets, outputs, painting):
    feature, style, _ = by_hand(features, targets, outputs, painting)
    np.testing.assert_allclose(PerceptualLoss(**SMALL)(targets, outputs), feature.mean(), rtol=1e-5)
    loss = PerceptualLoss(feature_weight=0.0, style_weight=1.0, **SMALL)
    np.testing.assert_allclose(loss(targets, outputs), style.mean(), rtol=1e-5)
    # Gram matrices do not ask for the output's size.
    np.testing.assert_allclose(loss(targets[:, :8, :10], outputs), loss(targets[:, :8, :10], outputs[:, :, :]))


@pytest.mark.slow
def test_the_style_may_be_a_painting_s(features, targets, outputs, painting, tmp_path):
    feature, _, style = by_hand(features, targets, outputs, painting)
    options = {"style_weight": 1.0, "style_size": None, **SMALL}
    loss = PerceptualLoss(style=painting, **options)
    np.testing.assert_allclose(loss(targets, outputs), (feature + style).mean(), rtol=1e-5)
    path = tmp_path / "painting.png"
    write_photo(path, painting)
    np.testing.assert_allclose(
        PerceptualLoss(style=path, **options)(targets, outputs), loss(targets, outputs), rtol=1e-6
    )
    *_, style = by_hand(features, targets, outputs, resize_short_side(painting, 12))
    loss = PerceptualLoss(style=path, feature_weight=0.0, **{**options, "style_size": 12})
    np.testing.assert_allclose(loss(targets, outputs), style.mean(), rtol=1e-5)


def small_model():
    """A convolution that hands its input on, so that it begins with a little to learn."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, None, 3))
    scaled = keras.layers.Rescaling(1 / 255)(inputs)
    outputs = keras.layers.Conv2D(3, 3, padding="same")(scaled)
    return keras.Model(inputs, keras.layers.Rescaling(255.0, dtype="float32")(outputs))


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_a_model_learns_by_it(policy, rng):
    """float16 holds numbers up to 65504, so factors are small, and its first steps are skipped until they fit."""
    images = rng.integers(0, 256, (4, 16, 16, 3), np.uint8)
    with dtype_policy(policy):
        model = small_model()
        loss = PerceptualLoss(feature_weight=1e-4, style_weight=1e-10, **SMALL)
        model.compile(keras.optimizers.Adam(3e-2), loss=loss)
        losses = model.fit(images, images, batch_size=2, epochs=6, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0] / 2


@pytest.mark.slow
def test_it_comes_back_from_its_configuration_and_from_a_compiled_model(targets, outputs, painting, tmp_path):
    loss = PerceptualLoss(style=painting, style_weight=1e-3, pixel_weight=0.1, pooling="average", **SMALL)
    twin = PerceptualLoss.from_config(loss.get_config())
    expected = loss(targets, outputs)
    np.testing.assert_allclose(twin(targets, outputs), expected, rtol=1e-6)
    model = small_model()
    model.compile("sgd", loss=loss)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").loss
    np.testing.assert_allclose(loaded(targets, outputs), expected, rtol=1e-6)
    np.testing.assert_array_equal(loaded.get_config().pop("style"), painting)


def test_paintings_of_any_kind_are_kept_in_files_of_models(painting, tmp_path):
    image = PIL.Image.fromarray(painting)
    image.save(tmp_path / "painting.png")
    for style in (image, (tmp_path / "painting.png").read_bytes()):
        model = small_model()
        model.compile("sgd", loss=PerceptualLoss(style=style, style_weight=1.0, style_size=None, **SMALL))
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras").loss
        np.testing.assert_array_equal(loaded.get_config()["style"], painting)


@pytest.mark.parametrize(
    "options, error",
    [
        ({"feature_weight": 0.0}, "feature_weight, style_weight: expected one above 0"),
        ({"style_weight": -1.0}, "style_weight: expected a number of at least 0"),
        ({"feature_layers": ()}, "layers: expected names of vgg16"),
        ({"feature_layers": "relu2_2"}, "feature_layers: expected a list of layers. Received: 'relu2_2'"),
        ({"feature_layers": ("relu9_9",)}, "Received: relu9_9"),
        ({"loss_network": "alexnet"}, "loss network: expected one of vgg16, vgg19"),
        ({"style": np.zeros((8, 8, 3)), "style_weight": 1.0}, "style: expected a path or a uint8 array"),
        ({"style": np.zeros((8, 8, 3), np.uint8), "style_weight": 1.0, "style_size": 1}, "style: expected at least 2"),
        ({"style": np.zeros((8, 8, 3), np.uint8), "style_size": 0}, "style_size: expected a whole number of"),
        ({"style_layers": ("nonsense",)}, "style_layers: expected names of vgg16 among .* Received: nonsense"),
        ({"style": "none.jpg", "style_weight": 1.0}, "none.jpg"),
    ],
)
def test_what_it_cannot_be_made_of(options, error):
    with pytest.raises(UserError, match=error):
        PerceptualLoss(**{**SMALL, "style_layers": ("relu2_1",), **options})


@pytest.mark.slow
@pytest.mark.parametrize(
    "target, output, error",
    [
        ((2, 8, 8, 1), (2, 8, 8, 3), r"target images: expected RGB \(batch, height, width, 3\)"),
        ((2, 8, 8, 3), (8, 8, 3), "output images: expected RGB"),
        ((2, 8, 8, 3), (2, 8, 6, 3), "must have one"),
        ((2, 8, 1, 3), (2, 8, 1, 3), "target images: expected at least 2 pixels a side for relu2_2. Received: 1x8"),
    ],
)
def test_images_it_refuses(target, output, error):
    loss = PerceptualLoss(loss_weights="random")
    with pytest.raises(UserError, match=error):
        loss(np.zeros(target, "float32"), np.zeros(output, "float32"))


def test_example_in_its_docstring_runs():
    assert doctest.testmod(perceptual_loss).failed == 0


@pytest.mark.slow
def test_jax_gives_the_same_numbers_and_trains(targets, outputs, painting, tmp_path, fresh_processes):
    pytest.importorskip("jax")
    options = {"style_weight": 1e-6, **SMALL}
    expected = PerceptualLoss(style=painting, **options)(targets, outputs)
    np.savez(tmp_path / "images.npz", targets=targets, outputs=outputs, painting=painting)
    script = f"""
import keras, numpy as np
from fast_style.losses import PerceptualLoss
{inspect.getsource(small_model)}
assert keras.backend.backend() == "jax"
images = np.load({str(tmp_path / "images.npz")!r})
loss = PerceptualLoss(style=images["painting"], **{options})
np.save({str(tmp_path / "loss.npy")!r}, loss(images["targets"], images["outputs"]))
model = small_model()
model.compile(keras.optimizers.Adam(3e-2), loss=loss)
losses = model.fit(images["targets"], images["targets"], epochs=5, verbose=0).history["loss"]
assert losses[-1] < losses[0] / 2, losses
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = fresh_processes.run(script, env=environment)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.load(tmp_path / "loss.npy"), expected, rtol=1e-4)
