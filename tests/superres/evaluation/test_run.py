"""The paper's evaluation, end to end on small images, and its published figures where the images are."""

import os
import shutil
import signal

import keras
import numpy as np
import pytest
from PIL import Image
from skimage.measure import blur_effect

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.images.pixels import luma
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.networks.rebuilding import rebuilt
from superres import upscaling
from superres.degradation import crop_to_multiple, degrade_photo
from superres.evaluation import run as evaluation
from superres.evaluation.metrics import psnr, ssim
from superres.evaluation.run import evaluate
from superres.task import load_network
from superres.upscaling import upscale

pytestmark = pytest.mark.usefixtures("eager_pictures")


def test_bicubic_on_set5_is_as_published(shared_data):
    """x4: 28.43 dB / 0.811, as in the paper's figure 8 (28.43 / 0.8114) and elsewhere."""
    result = evaluate(shared_data / "superres" / "Set5", {}, 4, "bicubic")
    values = result.means("Set5")["bicubic"]
    assert values[0] == pytest.approx(28.43, abs=0.005)
    assert values[1] == pytest.approx(0.811, abs=0.0005)
    assert len(result.images) == 5


@pytest.mark.slow
def test_x4_pixel_on_set5_is_as_docs_superres_says_and_above_srcnn(shared_data):
    """30.48 dB is SRCNN's published figure; 31.30 / 0.8826 is what was measured when the network was shipped."""
    result = evaluate(shared_data / "superres" / "Set5", {"x4_pixel": load_network("x4_pixel")}, 4, "bicubic")
    values = result.means("Set5")["x4_pixel"]
    assert values[0] > 30.48
    assert values[0] == pytest.approx(31.30, abs=0.01)
    assert values[1] == pytest.approx(0.8826, abs=0.0005)


@pytest.mark.slow
def test_x4_feature_on_set5_is_as_docs_superres_says_and_above_the_papers(shared_data):
    """27.09 dB is the paper's feature-loss network; 30.65 / 0.8694 was measured when this one was shipped."""
    result = evaluate(shared_data / "superres" / "Set5", {"x4_feature": load_network("x4_feature")}, 4, "bicubic")
    assert result.methods["x4_feature"] == "histogram matched to the input"
    values = result.means("Set5")["x4_feature"]
    assert values[0] > 27.09
    assert values[0] == pytest.approx(30.65, abs=0.01)
    assert values[1] == pytest.approx(0.8694, abs=0.0005)


@pytest.mark.slow
def test_x4_feature_is_nearer_to_the_truth_in_features_than_x4_pixel_and_sharper(shared_data):
    """In features of length 1 (as Zhang et al. 2018 compare them), over Set14: what the feature loss is for."""
    layers = ("relu1_2", "relu2_2", "relu3_3")
    weights = shared_data / "weights" / "vgg16_conv1_1-conv3_3.npz"
    loss_network = build_loss_network("vgg16", layers, str(weights))

    def features(rgb):
        found = loss_network(rgb[None].astype("float32")).values()
        return [one / np.maximum(np.linalg.norm(one, axis=-1, keepdims=True), 1e-9) for one in map(np.asarray, found)]

    networks = {name: load_network(name) for name in ("x4_pixel", "x4_feature")}
    distances, blurs = ({name: [] for name in networks} for _ in range(2))
    for path in list_images(shared_data / "superres" / "Set14"):
        truth = crop_to_multiple(read_photo(path).on_white(), 4)
        low, of_truth = degrade_photo(truth, 4, "bicubic"), features(truth)
        for name, network in networks.items():
            picture = upscale(low, network)
            pairs = zip(of_truth, features(picture), strict=True)
            distances[name].append(sum(((one - other) ** 2).sum(-1).mean() for one, other in pairs))
            blurs[name].append(blur_effect(luma(picture)))
    assert np.mean(distances["x4_feature"]) < np.mean(distances["x4_pixel"])
    # Measured when it was shipped, histograms matched: 0.418, and 0.427 of x4_pixel.
    assert np.mean(blurs["x4_feature"]) == pytest.approx(0.418, abs=0.002)
    assert np.mean(blurs["x4_feature"]) < np.mean(blurs["x4_pixel"])


@pytest.mark.slow
def test_x4_paper_is_the_papers_layout_and_not_below_its_figures(shared_data):
    """28.40 dB / 0.8205 is the paper's pixel-loss network; 28.88 / 0.8357 was measured when this one was shipped."""
    network = load_network("x4_paper")
    config = network.get_config()
    assert (config["normalization"], config["upsampling"], config["bicubic_skip"]) == ("batch", "transposed", False)
    values = evaluate(shared_data / "superres" / "Set5", {"x4_paper": network}, 4, "bicubic").means("Set5")["x4_paper"]
    assert values[0] == pytest.approx(28.88, abs=0.01)
    assert values[1] == pytest.approx(0.8357, abs=0.0005)
    assert values[0] > 28.40
    assert values[1] > 0.8205


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "psnr", "ssim"),
    [("x4_srcnn", 30.31, 0.8585), ("x8_pixel", 26.08, 0.7329)],
)
def test_others_on_set5_are_as_docs_superres_says(shared_data, name, psnr, ssim):
    """What was measured when they were shipped."""
    factor = load_network(name).factor
    values = evaluate(shared_data / "superres" / "Set5", {name: name}, factor).means("Set5")[name]
    assert values == pytest.approx((psnr, ssim), abs=0.01)
    assert values[1] == pytest.approx(ssim, abs=0.0005)


def test_feature_distance_is_eq_2_between_whole_pictures(folder, cat, network):
    loss_network = build_loss_network("vgg16", ("relu1_1", "relu1_2"), "random")
    result = evaluate(folder, {"tiny": network}, 2, loss_network=loss_network)
    picture = upscale(degrade_photo(cat, 2, "bicubic"), network)
    expected = 0.0
    for layer in ("relu1_1", "relu1_2"):  # squared Euclidean distance over C H W
        truth, made = (loss_network(image[None].astype("float32"))[layer].numpy() for image in (cat, picture))
        expected += np.square(truth - made).sum() / truth.size
    assert result.images[0].values["tiny"][2] == pytest.approx(expected, rel=1e-4)
    assert result.loss_network == "relu1_1 relu1_2 of vgg16"
    assert len(result.means("Set2")["bicubic"]) == 3


@pytest.mark.parametrize("degradation", ["bicubic", "blur-bicubic"])
def test_values_are_those_of_the_steps_by_hand(folder, cat, network, degradation):
    result = evaluate(folder, {"tiny": network}, 2, degradation)
    low = degrade_photo(cat, 2, degradation)
    for name, picture in (("bicubic", resize_array(low, 40, 56)), ("tiny", upscale(low, network))):
        assert result.images[0].values[name] == (psnr(cat, picture, 2), ssim(cat, picture, 2))
    assert (result.factor, result.degradation) == (2, degradation)
    assert result.methods == {"bicubic": "bicubic interpolation", "tiny": "as the network gives it"}


def test_mean_is_over_images(folder, network):
    result = evaluate([folder], {"tiny": network}, 2)
    expected = np.mean([scores.values["tiny"] for scores in result.images], axis=0)
    assert result.datasets == ["Set2"]
    assert result.means("Set2")["tiny"] == pytest.approx(tuple(expected))


def test_datasets_of_one_name_are_kept_apart(tmp_path, folder, network):
    """Set5/HR and Set14/HR: each its own mean, named by its path."""
    other = tmp_path / "other" / folder.name
    other.mkdir(parents=True)
    (folder / "coffee.png").rename(other / "coffee.png")
    result = evaluate([folder, other], {"tiny": network}, 2)
    assert result.datasets == [str(folder), str(other)]
    for name, scores in zip(result.datasets, result.images, strict=True):
        assert result.means(name)["tiny"] == pytest.approx(scores.values["tiny"])


def test_ground_truth_that_is_no_multiple_is_cropped_and_said(folder, network):
    result = evaluate(folder, {"tiny": network}, 2)
    assert result.notes == ["coffee.png: ground truth cropped from 57x41 to 56x40, multiples of 2"]
    assert len(result.images) == 2


def test_histogram_matching_is_named(folder, network):
    result = evaluate(folder, {"tiny": network}, 2, histogram_matching=True)
    assert result.methods["tiny"] == "histogram matched to the input"
    assert result.images[0].values["tiny"] != evaluate(folder, {"tiny": network}, 2).images[0].values["tiny"]


@pytest.mark.slow
def test_self_ensemble_is_measured_and_named(folder, cat, network):
    result = evaluate(folder, {"tiny": network}, 2, self_ensemble=True)
    assert result.methods["tiny"] == "mean of eight orientations, as the network gives it"
    picture = upscale(degrade_photo(cat, 2, "bicubic"), network, self_ensemble=True)
    assert result.images[0].values["tiny"] == (psnr(cat, picture, 2), ssim(cat, picture, 2))


def test_crops_are_of_one_region(folder, cat, network):
    crops = evaluate(folder, {"tiny": network}, 2).images[0].crops
    assert list(crops) == ["ground truth", "input", "bicubic", "tiny"]
    assert {name: crop.shape for name, crop in crops.items()} == {
        "ground truth": (40, 40, 3),
        "input": (20, 20, 3),
        "bicubic": (40, 40, 3),
        "tiny": (40, 40, 3),
    }
    error = np.abs(crops["bicubic"].astype(int) - crops["ground truth"])
    assert error.mean() < 15  # another region would differ by far more


def test_images_that_cannot_be_measured_are_named(folder, network):
    Image.new("RGB", (14, 40)).save(folder / "small.png")
    (folder / "broken.png").write_bytes(b"\x89PNG")
    result = evaluate(folder, {"tiny": network}, 2)
    assert len(result.images) == 2
    assert "broken.png" in result.failed[0]
    assert "small.png: expected at least 15 pixels a side for factor 2. Received: 14x40" in result.failed[1]


def test_an_image_that_a_network_refuses_does_not_stop_the_rest(folder, network, monkeypatch):
    """The two of the folder are measured at 56x40, 2240 pixels: as many as are allowed here."""
    Image.open(folder / "cat.png").resize((56, 42)).save(folder / "a_tall.png")
    monkeypatch.setattr(upscaling, "MAX_OUTPUT_PIXELS", 2240)
    result = evaluate(folder, {"tiny": network}, 2)
    assert [scores.image for scores in result.images] == ["cat", "coffee"]
    assert result.failed == [
        f"{folder / 'a_tall.png'}, tiny: expected an output of at most 0 gigapixels. "
        "Received: 28x21 pixels, to be enlarged 2 times"
    ]
    assert (result.total, result.stopped) == (3, False)


def test_an_image_that_memory_does_not_hold_does_not_stop_the_rest(folder, monkeypatch):
    def crops(truth, *_):
        if truth.shape[0] == 42:
            raise MemoryError
        return {}

    Image.open(folder / "cat.png").resize((56, 42)).save(folder / "a_tall.png")
    monkeypatch.setattr(evaluation, "_crops", crops)
    result = evaluate(folder, {}, 2)
    assert [scores.image for scores in result.images] == ["cat", "coffee"]
    assert result.failed == [
        f"{folder / 'a_tall.png'}: expected a photograph and a result that memory holds. Received: larger ones"
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("times, measured", [(1, ["cat"]), (2, [])])
def test_a_signal_stops_behind_the_image_and_a_second_in_it(number, times, measured, folder, monkeypatch):
    """Sent while the first of two is measured. What was measured is returned, the handler is the one before."""

    def degrade_and_send(*arguments):
        for _ in range(times):
            os.kill(os.getpid(), number)
        return degrade_photo(*arguments)

    before = signal.getsignal(number)
    monkeypatch.setattr(evaluation, "degrade_photo", degrade_and_send)
    result = evaluate(folder, {}, 2)
    assert [scores.image for scores in result.images] == measured
    assert (result.stopped, result.signal, result.total, result.failed) == (True, number, 2, [])
    assert signal.getsignal(number) is before


def test_images_are_named_by_their_paths_within_the_folder(folder):
    """Without suffixes where that is distinct, and where none is called as the row of means."""
    for name in ("HR", "LR"):
        (folder / name).mkdir()
        shutil.copy(folder / "cat.png", folder / name / "baby.png")
    names = [scores.image for scores in evaluate(folder, {}, 2).images]
    assert names == ["HR/baby", "LR/baby", "cat", "coffee"]
    (folder / "coffee.png").rename(folder / "mean.png")
    result = evaluate(folder, {}, 2)
    assert [scores.image for scores in result.images] == ["HR/baby.png", "LR/baby.png", "cat.png", "mean.png"]
    assert result.notes == ["mean.png: ground truth cropped from 57x41 to 56x40, multiples of 2"]


def test_networks_by_name_and_by_file(folder, network, network_file):
    """A path that is none of pathlib's, too, as data and as a network."""
    (entry,), (data,) = os.scandir(network_file.parent), os.scandir(folder.parent)
    networks = {"object": network, "path": network_file, "text": str(network_file), "entry": entry}
    result = evaluate(data, networks, 2)
    values = result.images[0].values
    assert values["path"] == values["text"] == values["entry"] == values["object"]
    assert result.found == {"Set2": 2}
    assert list(evaluate(folder, {"srcnn": "x4_srcnn"}, 4).means("Set2")) == ["bicubic", "srcnn"]


@pytest.mark.parametrize("label", ["bicubic", "input", "ground truth", "mean"])
def test_a_label_takes_the_place_of_nothing(label, folder, network):
    message = f"networks: expected labels other than bicubic, input, ground truth, mean. Received: '{label}'"
    with pytest.raises(UserError, match=message):
        evaluate(folder, {"tiny": network, label: network}, 2)


@pytest.mark.parametrize(
    "value, message",
    [
        (
            None,
            "network tiny: expected a SuperResolutionNetwork or SRCNN, the name of one that ships",
        ),
        (keras.layers.Dense(1), "or a .keras file. Received: Dense"),
        ("nope", "or a .keras file. Received: 'nope' (no such file)"),
        ("x4_pixel", "network tiny: expected one of factor 2. Received: x4_pixel, of factor 4"),
    ],
)
def test_what_is_no_network(value, message, folder):
    with pytest.raises(UserError) as error:
        evaluate(folder, {"tiny": value}, 2)
    assert message in str(error.value)


def test_networks_compute_in_the_precision_asked_for(folder, network):
    """float32 by default, whatever they were trained in; bfloat16 is near and not the same."""
    networks = {"tiny": rebuilt(network, "mixed_bfloat16")}
    full = evaluate(folder, networks, 2)
    low = evaluate(folder, networks, 2, precision="mixed_bfloat16")
    assert (full.precision, low.precision) == ("float32", "mixed_bfloat16")
    assert full.images[0].values == evaluate(folder, {"tiny": network}, 2).images[0].values
    assert low.images[0].values["tiny"] != full.images[0].values["tiny"]
    assert low.images[0].values["tiny"] == pytest.approx(full.images[0].values["tiny"], abs=0.5)
    with pytest.raises(UserError, match="precision: expected one of auto, float32"):
        evaluate(folder, networks, 2, precision="float8")


def test_nothing_to_measure(tmp_path, network):
    Image.new("RGB", (3, 3)).save(tmp_path / "small.png")
    with pytest.raises(UserError, match="--data: expected images that can be measured"):
        evaluate(tmp_path, {"tiny": network}, 2)


def test_network_of_another_factor(folder, network):
    with pytest.raises(UserError, match="network tiny: expected one of factor 4. Received: factor 2"):
        evaluate(folder, {"tiny": network}, 4)
