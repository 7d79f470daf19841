"""Training runs from start to end on a few small photographs."""

import json

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fast_style.common.errors import UserError
from superres.model import SuperResolution
from superres.settings import SuperResolutionSettings
from superres.srcnn import SRCNN
from superres.task import load_network
from superres.train import build_network, train

pytestmark = pytest.mark.usefixtures("eager_steps")

# Of the options of the paper's network, the tiny run's are not the defaults.
SRCNN_9_1_5 = {"architecture": "srcnn-9-1-5", "width": 64, "residual_blocks": 4}


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(data.astronaut()[80 * number : 80 * number + 36, 200:240]).save(folder / f"{number}.png")
    return folder


def settings(photos, name="run", **changes):
    """Defaults but for size: an x2 network of 2 filters on the pixel loss, 4 iterations."""
    values = {
        "content": str(photos),
        "output": str(photos.parent / name),
        "iterations": 4,
        "batch_size": 1,
        "size": 32,
        "factor": 2,
        "width": 2,
        "residual_blocks": 1,
        "feature_weight": 0.0,
        "pixel_weight": 1.0,
        "precision": "float32",
        "preview_every": 0,
        "checkpoint_every": 2,
        "log_every": 1,
    }
    return SuperResolutionSettings(**{**values, **changes})


def test_run_from_start_to_end(photos):
    """With the feature loss: the network, its record, previews, checkpoints, and that its histogram is matched."""
    cat = photos / "0.png"
    record = train(
        settings(
            photos,
            feature_weight=1.0,
            loss_weights="random",
            pooling="average",
            equivariance_weight=2.0,
            texture_weight=1e-3,
            preview=(str(cat),),
            preview_every=4,
            validation=str(photos),
            validate_every=2,
        )
    )
    run = photos.parent / "run"
    network = load_network(str(run / "network.keras"), 2)
    assert network.histogram_matching is True
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == [
        "checkpoint-00000002.npz",
        "checkpoint-00000004.npz",
    ]
    with Image.open(run / "previews" / "iteration-00000004.png") as preview:
        assert preview.width > 3 * preview.height  # bicubic, network, photograph
    written = json.loads((run / "run.json").read_text())
    assert written["status"] == "finished"
    assert written["settings"]["degradation"] == "blur-bicubic"
    assert (written["loss_network"]["architecture"], written["loss_network"]["pooling"]) == ("vgg16", "average")
    of_layers = {"feature/relu2_2", "texture/relu1_2"}
    assert set(record["losses"]) == {"loss", "feature", "texture", "pixel", "tv", "equivariance", *of_layers}
    assert [entry["iteration"] for entry in written["validation"]] == [2, 4]


@pytest.mark.slow
def test_interrupted_run_ends_as_an_uninterrupted_one(photos):
    """To 1e-6, weights and batch statistics: 2 iterations and 2 more, against 4."""
    for name, iterations, resume in (("whole", 4, False), ("halves", 2, False), ("halves", 4, True)):
        train(settings(photos, name, iterations=iterations, equivariance_weight=1.0), resume=resume)
    whole, halves = (load_network(str(photos.parent / name / "network.keras")) for name in ("whole", "halves"))
    for a, b in zip(whole.get_weights(), halves.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.slow
def test_srcnn_is_trained_by_the_same_code(photos):
    """Without a loss network: the record says that there was none."""
    record = train(settings(photos, **SRCNN_9_1_5, pixel_channels="y", degradation="bicubic"))
    network = load_network(str(photos.parent / "run" / "network.keras"))
    assert type(network) is SRCNN
    assert network.histogram_matching is False
    assert record["loss_network"] is None
    assert set(record["losses"]) == {"loss", "pixel", "tv"}


@pytest.mark.parametrize(
    "changes, expected",
    [
        (SRCNN_9_1_5, {"second_kernel": 1}),
        ({**SRCNN_9_1_5, "architecture": "srcnn-9-5-5", "factor": 8}, {"second_kernel": 5, "factor": 8}),
        ({"normalization": "none", "upsampling": "subpixel", "bicubic_skip": True}, {"bicubic_skip": True}),
        ({"feature_weight": 1.0}, {"normalization": "batch", "upsampling": "transposed"}),
    ],
)
def test_network_of_settings(photos, changes, expected):
    config = build_network(settings(photos, **changes)).get_config()
    assert {name: config[name] for name in expected} == expected
    assert all(config[name] == value for name, value in changes.items() if name in config)


@pytest.mark.parametrize(("name", "value"), [("bicubic_skip", True), ("normalization", "none"), ("width", 3)])
def test_options_that_srcnn_has_not_are_refused(photos, name, value):
    message = f"--{name.replace('_', '-')}: expected with --architecture paper alone. Received: {value} with srcnn"
    with pytest.raises(UserError, match=message):
        train(settings(photos, **{**SRCNN_9_1_5, name: value}))
    assert not (photos.parent / "run").exists()


def test_a_network_without_the_skip_does_not_start_from_one_with_it(photos, network_file):
    """Their weights have the same shapes."""
    with pytest.raises(UserError, match="bicubic_skip=False. Received: SuperResolutionNetwork of .*bicubic_skip=True"):
        train(settings(photos, initialize=str(network_file)))


@pytest.mark.slow
def test_fewer_iterations_than_were_reached_are_refused(photos):
    train(settings(photos))
    with pytest.raises(UserError, match="--iterations: expected at least 4, which the run has reached. Received: 3"):
        train(settings(photos, iterations=3), resume=True)


def test_a_preview_that_is_smaller_than_the_factor_is_refused(photos):
    Image.new("RGB", (9, 1)).save(photos / "line.png")
    with pytest.raises(UserError, match="--preview: expected photographs of at least 2 pixels a side. Received: 9x1"):
        train(settings(photos, preview=(str(photos / "line.png"),)))
    assert not (photos.parent / "run" / "run.json").exists()


@pytest.mark.slow
def test_validation_is_on_photographs_as_they_are_like_training(photos):
    """36x40 at a size of 32: the centre, not shrunk; with --resize-to 32 shrunk to 32x36 first."""
    losses = []
    for name, resize_to in (("as_they_are", 0), ("shrunk", 32)):
        changes = {"validation": str(photos), "learning_rate": 0.0, "iterations": 1, "resize_to": resize_to}
        losses.append(train(settings(photos, name, **changes))["validation"][0]["pixel"])
    network = load_network(str(photos.parent / "as_they_are" / "network.keras"))
    trainer = SuperResolution(network, feature_weight=0, pixel_weight=1)
    crops = [np.asarray(Image.open(path))[2:34, 4:36] for path in sorted(photos.iterdir())]
    expected = np.mean([float(trainer.compute_terms(crop[None], training=False)["pixel"][0]) for crop in crops])
    assert losses[0] == pytest.approx(expected, rel=1e-4)
    assert losses[1] != pytest.approx(expected, rel=5e-4)


def test_initialize_starts_from_a_network(photos, network, network_file):
    """One iteration at a learning rate of 0 leaves the weights; batch statistics move."""
    train(settings(photos, iterations=1, learning_rate=0.0, initialize=str(network_file), bicubic_skip=True))
    trained = load_network(str(photos.parent / "run" / "network.keras"))
    for a, b in zip(trained.trainable_variables, network.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_preview_shows_what_the_network_restores(cat, network):
    trainer = SuperResolution(network, feature_weight=0, pixel_weight=1, degradation="bicubic")
    bicubic, restored, truth = trainer.preview(cat[:, :55])
    assert bicubic.shape == restored.shape == truth.shape == (40, 54, 3)
    assert np.abs(bicubic.astype(int) - truth).mean() < 10
    np.testing.assert_array_equal(truth, cat[:, :54])


def test_size_that_is_no_multiple_of_the_factor(photos):
    with pytest.raises(UserError, match="--size: expected a multiple of --factor, 8. Received: 36"):
        train(settings(photos, size=36, factor=8))
    assert not (photos.parent / "run").exists()


def test_size_that_is_too_small_for_the_layers(photos):
    with pytest.raises(UserError, match="--size: expected at least 16 pixels for relu5_1. Received: 8"):
        train(settings(photos, size=8, feature_weight=1.0, feature_layers=("relu5_1",), loss_weights="random"))
    assert not (photos.parent / "run").exists()


def test_a_margin_that_is_none(photos):
    with pytest.raises(UserError, match="--margin: expected at least 0. Received: -1"):
        train(settings(photos, margin=-1))
    assert not (photos.parent / "run").exists()


def test_size_that_leaves_nothing_to_compare(photos):
    with pytest.raises(UserError, match="--size: expected at least 14 with --equivariance-weight and --factor 2"):
        train(settings(photos, equivariance_weight=1.0, size=12))
    assert not (photos.parent / "run").exists()


def test_size_that_has_no_patch_of_texture(photos):
    """Patches of 16 pixels, and what moving takes away."""
    with pytest.raises(UserError, match="--size: expected at least 18 with --texture-weight. Received: 16"):
        train(settings(photos, equivariance_weight=1.0, texture_weight=1.0, size=16))
    assert not (photos.parent / "run").exists()


def test_paper_values_are_the_defaults():
    """Section 4.2: 288x288 patches, batch 4, 200k iterations, Adam 1e-3, relu2_2 of VGG-16, blur, then bicubic."""
    defaults = SuperResolutionSettings()
    assert (defaults.size, defaults.batch_size, defaults.iterations, defaults.learning_rate) == (288, 4, 200_000, 1e-3)
    assert (defaults.feature_layers, defaults.loss_network) == (("relu2_2",), "vgg16")
    assert (defaults.feature_weight, defaults.pixel_weight, defaults.tv_weight) == (1.0, 0.0, 0.0)
    assert (defaults.degradation, defaults.normalization, defaults.bicubic_skip) == ("blur-bicubic", "batch", False)
