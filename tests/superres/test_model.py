"""SuperResolution in user code: compile, fit, evaluate."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from skimage import data

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.training.adam import Adam
from fast_style.network import TransformationNetwork
from superres.bicubic import bicubic_resize
from superres.degradation import degrade
from superres.enlarging_network import EnlargingNetwork
from superres.model import SuperResolution
from superres.network import SuperResolutionNetwork
from superres.srcnn import SRCNN
from tests.levels import quick_first

TINY = {"width": 4, "residual_blocks": 1}


def trainer(network=None, policy="float32", **options):
    keras.utils.set_random_seed(0)
    with dtype_policy(policy):
        return SuperResolution(network or SuperResolutionNetwork(2, **TINY), **{"loss_weights": "random", **options})


def photographs(side=32, dtype="uint8"):
    cat = data.chelsea()
    crops = np.stack([cat[y : y + side, x : x + side] for y, x in ((60, 100), (80, 200), (120, 150), (90, 260))])
    return tf.data.Dataset.from_tensor_slices(crops.astype(dtype)).batch(2)


@pytest.mark.parametrize(("dtype", "run_eagerly"), quick_first([("uint8", False), ("float32", True)]))
def test_fit_in_user_code(dtype, run_eagerly):
    """The user's own optimizer, callback and validation data; every term is in the history."""
    seen = []
    model = trainer(pixel_weight=1.0)
    model.compile(keras.optimizers.SGD(1e-9), run_eagerly=run_eagerly)
    history = model.fit(
        photographs(dtype=dtype),
        epochs=2,
        validation_data=photographs(dtype=dtype),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))],
        verbose=0,
        shuffle=False,
    ).history
    terms = {"loss", "feature", "feature/relu2_2", "pixel", "tv"}
    assert set(history) == terms | {f"val_{name}" for name in terms}
    assert seen == [0, 1]


def test_terms_are_those_of_the_degraded_photograph():
    """What the step compares: the network's output of ``degrade``, with the photograph itself."""
    model = trainer(feature_weight=0, pixel_weight=1.0, degradation="bicubic")
    photos = next(iter(photographs()))
    photos = tf.cast(photos, "float32")
    expected = tf.reduce_mean((model.network(degrade(photos, 2, "bicubic")) - photos) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(model.compute_terms(photos, training=False)["pixel"], expected, rtol=1e-4)


class Weave(EnlargingNetwork):
    """Bicubic enlargement by two, and 6 more at the first of every 2x2 pixels."""

    def call(self, images, training=None):
        height, width = images.shape[1:3]
        cell = tf.constant([[6.0, 0.0], [0.0, 0.0]])[None, :, :, None]
        return bicubic_resize(images, 2 * height, 2 * width) + tf.tile(cell, (1, height, width, 1))


class Smear(EnlargingNetwork):
    """Bicubic enlargement by two, and of each input pixel what its left neighbour is lower, in all four."""

    def call(self, images, training=None):
        height, width = images.shape[1:3]
        rise = images - tf.roll(images, 1, axis=2)
        return bicubic_resize(images, 2 * height, 2 * width) + tf.repeat(tf.repeat(rise, 2, axis=1), 2, axis=2)


def equivariances(network, photos, steps=48):
    """The unweighted term of the first photograph at each of many steps, and in validation."""
    model = trainer(network, feature_weight=0, pixel_weight=1.0, equivariance_weight=3.0)
    model.compile(keras.optimizers.SGD(0.0))
    found = []
    for step in range(steps + 1):
        model.optimizer.iterations.assign(step)
        terms = model.compute_terms(photos, training=step < steps)
        found.append(float(terms["equivariance"][0]))
        np.testing.assert_allclose(terms["loss"], terms["pixel"] + 3 * terms["equivariance"], rtol=1e-5)
    return np.array(found)


@pytest.mark.slow
def test_equivariance_of_what_is_woven_on_the_grid():
    """By hand: moved or mirrored to another place of the lattice, two of four pixels differ, by 6: 36 / 2."""
    found = equivariances(Weave(2, False), tf.fill((2, 32, 32, 3), 100.0))
    assert set(found.round(3)) == {0, 18}  # 0: at one place of the four, the lattice lies on itself
    assert 18 * 0.5 < found.mean() < 18


def ramp(height=64, width=64):
    """Two levels a pixel to the right, four an input pixel."""
    return tf.tile(2.0 * tf.range(float(width))[None, None, :, None], (1, height, 1, 3))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        # By hand: 4 levels are added; mirrored 4 taken away, a difference of 8; turned, where rows rise, none.
        ((64, 64), {0, 16, 64}),
        ((64, 48), {0, 64}),  # not square: never turned
    ],
)
def test_equivariance_of_what_has_a_direction_of_its_own(size, expected):
    assert set(equivariances(Smear(2, False), ramp(*size)).round(1)) == expected


@pytest.mark.slow
def test_equivariance_of_what_moves_with_the_photograph():
    """A ramp, whose bicubic enlargement is the ramp, but for the rounding of its borders."""
    network = SuperResolutionNetwork(2, bicubic_skip=True, **TINY)
    network.to_rgb.kernel.assign(keras.ops.zeros_like(network.to_rgb.kernel))  # the bicubic enlargement
    # Compared without moving back, columns would differ by 2 or not at all: a mean of up to 4.
    assert equivariances(network, ramp()).max() < 0.01


def test_equivariance_needs_photographs_that_leave_something_to_compare():
    model = trainer(feature_weight=0, pixel_weight=1.0, equivariance_weight=1.0)
    with pytest.raises(UserError, match="equivariance_weight: expected photographs of at least 14 pixels a side"):
        model.compute_terms(tf.zeros((1, 12, 32, 3)), training=False)
    assert np.isfinite(model.compute_terms(tf.zeros((1, 14, 14, 3)), training=False)["equivariance"]).all()


def test_degradations_differ():
    photos = next(iter(photographs()))
    losses = []
    for degradation in ("blur-bicubic", "bicubic"):
        network = SuperResolutionNetwork(2, bicubic_skip=True, **TINY)
        network.to_rgb.kernel.assign(keras.ops.zeros_like(network.to_rgb.kernel))  # the bicubic enlargement
        model = trainer(network, feature_weight=0, pixel_weight=1.0, degradation=degradation)
        losses.append(float(model.compute_terms(photos, training=False)["loss"][0]))
    assert losses[0] > losses[1]  # the blurred one is further from the photograph


@pytest.mark.slow
@pytest.mark.parametrize("policy", quick_first(["mixed_bfloat16", "float32", "mixed_float16"]))
def test_loss_falls_under_each_policy(policy):
    model = trainer(policy=policy, feature_weight=0, pixel_weight=1.0)
    model.compile(Adam(5e-3))
    history = model.fit(photographs().repeat(10), epochs=2, verbose=0, shuffle=False).history["loss"]
    assert history[1] < 0.8 * history[0]


@pytest.mark.slow
@pytest.mark.parametrize("network", [SRCNN(2), SuperResolutionNetwork(2, normalization="none", **TINY)])
def test_any_network_and_feature_loss(network, eager_steps):
    model = trainer(network, feature_layers=("relu1_1",))
    before = network.get_weights()
    model.compile(Adam(1e-3))
    model.fit(photographs(), verbose=0, shuffle=False)
    changed = [bool((a != b).any()) for a, b in zip(before, network.get_weights(), strict=True)]
    assert all(changed)


def test_pixel_loss_needs_no_loss_network():
    model = trainer(feature_weight=0, pixel_weight=1.0, loss_weights="/no/such/file.npz")
    assert model.objective.loss_network is None


def test_photographs_that_are_no_multiples_are_cropped(eager_steps):
    model = trainer(SuperResolutionNetwork(4, **TINY), feature_weight=0, pixel_weight=1.0)
    model.compile("adam")
    assert np.isfinite(model.fit(photographs(side=31), verbose=0, shuffle=False).history["loss"]).all()


def test_default_network_is_the_papers():
    model = SuperResolution(loss_weights="random")
    config = model.network.get_config()
    assert (config["factor"], config["width"], config["normalization"]) == (4, 64, "batch")
    assert model.objective.term_names == ("loss", "feature", "pixel", "tv", "feature/relu2_2")
    assert model.degradation == "blur-bicubic"


@pytest.mark.parametrize(
    ("given", "feature_weight", "expected"), [(None, 1.0, True), (None, 0, False), (False, 1.0, False)]
)
def test_histograms_are_matched_behind_the_feature_loss_where_nothing_else_is_said(given, feature_weight, expected):
    network = SuperResolutionNetwork(2, histogram_matching=given, **TINY)
    trainer(network, feature_weight=feature_weight, pixel_weight=1.0)
    assert network.get_config()["histogram_matching"] is expected


def test_unknown_degradation_is_refused():
    with pytest.raises(UserError, match="degradation: expected one of"):
        trainer(degradation="nearest")


def test_an_option_that_is_none_is_refused_before_a_loss_network_is_built(monkeypatch):
    monkeypatch.setattr("superres.objective.build_loss_network", None)
    with pytest.raises(TypeError, match=r"SuperResolution: unknown option pixel_weigth; did you mean pixel_weight\?"):
        SuperResolution(SuperResolutionNetwork(2, **TINY), pixel_weigth=1.0)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"pixel_channels": "rbg"}, "pixel_channels: expected one of rgb, y. Received: 'rbg'"),
        ({"pixel_weight": -1.0}, "pixel_weight: expected a number of at least 0. Received: -1.0"),
        ({"texture_layers": ("relu9_9",)}, "texture_layers: expected names of vgg16 among "),
        ({"degradation": "blur"}, "degradation: expected one of blur-bicubic, bicubic. Received: 'blur'"),
        (
            {"network": "x4_pixel"},
            "network: expected a SuperResolutionNetwork or SRCNN; load_network gives one by name",
        ),
        (
            {"network": TransformationNetwork(width=1)},
            "network: expected a SuperResolutionNetwork or SRCNN; load_network ",
        ),
    ],
)
def test_values_that_are_none_are_refused_before_a_loss_network_is_built(options, message, monkeypatch):
    monkeypatch.setattr("superres.objective.build_loss_network", None)
    with pytest.raises(UserError, match=re.escape(message)):
        SuperResolution(**{"network": SuperResolutionNetwork(2, **TINY), **options})


@pytest.mark.slow
@pytest.mark.parametrize("factor", [2, 8])
def test_photographs_smaller_than_the_factor(factor, eager_steps):
    model = trainer(SuperResolutionNetwork(factor, **TINY), feature_weight=0, pixel_weight=1.0)
    model.compile("sgd")
    for call in (model.fit, model.evaluate):
        with pytest.raises(
            UserError, match=f"^x: expected photographs of at least {factor} pixels a side\\. Received: "
        ):
            call(np.zeros((1, factor - 1, factor, 3), np.uint8), verbose=0)
    smallest = np.zeros((1, factor, factor, 3), np.uint8)
    assert np.isfinite(model.fit(smallest, verbose=0).history["loss"]).all()
