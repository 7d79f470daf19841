"""Enlarging arrays, and files in and files out."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from fast_style.common.commands.photo_jobs import Job, plan_jobs
from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import Photo, read_photo
from superres import upscaling
from superres.degradation import degrade_photo
from superres.enlarging_network import EnlargingNetwork
from superres.histograms import match_histograms
from superres.network import SuperResolutionNetwork
from superres.self_ensemble import enlarge_by_ensemble
from superres.upscaling import upscale, upscale_files, upscale_photo


def test_array_path_and_grey_in_uint8_out(cat, network, network_file, tmp_path):
    Image.fromarray(cat).save(tmp_path / "cat.png")
    result = upscale(cat, network)
    assert (result.dtype, result.shape) == (np.uint8, (80, 112, 3))
    np.testing.assert_array_equal(result, network.render(cat[None]).numpy()[0])
    np.testing.assert_array_equal(upscale(tmp_path / "cat.png", network_file), result)
    assert upscale(cat[..., 0], network).shape == (80, 112, 3)


@pytest.mark.parametrize("height, width", [(1, 1), (1, 5), (3, 2)])
def test_images_smaller_than_the_receptive_field(height, width, network):
    assert upscale(np.full((height, width, 3), 9, "uint8"), network).shape == (2 * height, 2 * width, 3)


def test_grey_stays_grey(cat, network):
    grey = np.repeat(cat[..., :1], 3, axis=-1)
    assert (network.render(grey[None]).numpy()[0].std(axis=-1) > 0).any()  # the network itself tints
    result = upscale(grey, network)
    assert (result == result[..., :1]).all()
    assert result.std() > 10


@pytest.mark.slow
def test_tiles_are_taken_by_themselves_where_a_photograph_is_large(cat, network, monkeypatch):
    whole = upscale(cat, network)
    calls = []
    monkeypatch.setattr(upscaling, "default_tile", lambda factor: calls.append(factor) or 16)
    np.testing.assert_allclose(upscale(cat, network).astype(int), whole, atol=1)
    assert calls == [2]
    np.testing.assert_array_equal(upscale(cat, network, tile=0), whole)


def test_histogram_matching_is_on_where_the_network_was_meant_so(cat, network):
    plain = network.render(cat[None]).numpy()[0]
    matched = match_histograms(plain, cat)
    assert (matched != plain).any()
    np.testing.assert_array_equal(upscale(cat, network, histogram_matching=True), matched)
    meant = type(network).from_config({**network.get_config(), "histogram_matching": True})
    meant.set_weights(network.get_weights())
    np.testing.assert_array_equal(upscale(cat, meant), matched)
    np.testing.assert_array_equal(upscale(cat, meant, histogram_matching=False), plain)


@pytest.mark.parametrize("low, high", [(100, 140), (64, 192)])
@pytest.mark.parametrize("degrees", [0, 30, 45])
def test_x4_feature_overshoots_by_at_most_a_twentieth_of_a_step(low, high, degrees):
    """As it is used. The network alone goes a fifth of 40 levels beyond, for the input itself rings by a twentieth."""
    angle, at = np.deg2rad(degrees), np.arange(192) - 96
    beyond = at * np.cos(angle) + at[:, None] * np.sin(angle)
    step = np.rint(low + (high - low) * np.clip(beyond + 0.5, 0, 1))
    truth = np.repeat(step[..., None], 3, axis=2).astype(np.uint8)
    inner = upscale(degrade_photo(truth, 4, "bicubic"), "x4_feature")[24:-24, 24:-24].astype(int)
    assert max(inner.max() - high, low - inner.min()) <= 0.05 * (high - low)
    assert inner.max() - inner.min() > 0.95 * (high - low)


@pytest.mark.slow
def test_self_ensemble(cat, network, tmp_path):
    """The mean of eight orientations, in front of whatever comes behind the network; off by default."""
    mean = enlarge_by_ensemble(network, cat[None])[0]
    assert (mean != upscale(cat, network)).any()
    np.testing.assert_array_equal(upscale(cat, network, self_ensemble=True), mean)
    matched = upscale(cat, network, histogram_matching=True, self_ensemble=True)
    np.testing.assert_array_equal(matched, match_histograms(mean, cat))
    Image.fromarray(cat).save(tmp_path / "cat.png")
    job = Job(str(tmp_path / "cat.png"), str(tmp_path / "large.png"), "png")
    upscale_files([job], network, progress=False, self_ensemble=True)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "large.png")), mean)


@pytest.mark.parametrize("outscale, expected", [(1.5, (60, 84)), (2, (80, 112)), (3, (120, 168)), (0.01, (1, 1))])
def test_any_scale(cat, network, outscale, expected):
    """What the network gives, resized; by its own factor as it is."""
    result = upscale(cat, network, outscale=outscale)
    assert result.shape == (*expected, 3)
    np.testing.assert_array_equal(result, resize_array(upscale(cat, network), *expected))


@pytest.mark.parametrize("outscale", [1e308, 1e5, 10**9, np.float32(3e38)])
def test_a_scale_beyond_all_outputs(cat, network, outscale):
    """Of 1e308 and a side there is no float, of the others an output that is too large."""
    with pytest.raises(UserError, match="image: expected an output of at most 2 gigapixels. Received: 56x40 pixels"):
        upscale(cat, network, outscale=outscale)


def test_both_what_the_network_gives_and_the_output_are_limited(cat, network, monkeypatch):
    """A photograph of 40x56, times 2 and times 3."""
    monkeypatch.setattr(upscaling, "MAX_OUTPUT_PIXELS", 40 * 56 * 4)
    assert upscale(cat, network).shape == (80, 112, 3)
    with pytest.raises(UserError, match="to be enlarged 3 times"):
        upscale(cat, network, outscale=3)
    monkeypatch.setattr(upscaling, "MAX_OUTPUT_PIXELS", 40 * 56)
    with pytest.raises(UserError, match="to be enlarged 2 times"):
        upscale(cat, network, outscale=1)


@pytest.mark.parametrize(
    "outscale", [0.0, -1, float("nan"), float("inf"), "2", True, 10**400], ids=lambda one: f"{one!r:.9}"
)
def test_what_is_no_scale(cat, network, outscale):
    with pytest.raises(UserError, match="outscale: expected a positive number. Received: "):
        upscale(cat, network, outscale=outscale)


def test_output_of_more_than_two_gigapixels_is_refused(network):
    """22,361 * 22,361 * 4 is 2,000,057,284; the image takes no memory and the error no time."""
    image = np.broadcast_to(np.uint8(0), (22_361, 22_361, 3))
    with pytest.raises(UserError, match="at most 2 gigapixels. Received: 22361x22361 pixels, to be enlarged 2 times"):
        upscale(image, network)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"network": None}, "network: expected a SuperResolutionNetwork or SRCNN, .* Received: NoneType"),
        ({"tile": 1.5}, "tile: expected a whole number of at least 0. Received: 1.5"),
    ],
)
def test_what_is_no_network_or_tile_is_refused(cat, network, options, message):
    with pytest.raises(UserError, match=message):
        upscale(cat, **{"network": network} | options)


@pytest.mark.parametrize("error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM")])
def test_output_that_memory_does_not_hold_is_refused(cat, network, monkeypatch, error):
    """As numpy says it of the canvas, and TensorFlow of an activation."""

    def full(*arguments):
        raise error

    monkeypatch.setattr(upscaling, "enlarge_in_tiles", full)
    with pytest.raises(UserError, match="an output that memory holds. Received: 56x40 pixels"):
        upscale(cat, network)


@pytest.mark.slow
def test_what_memory_will_not_hold_is_refused_before_it_is_tried(cat, network, monkeypatch):
    """Of 56x40 pixels at x2, 2 filters of 8 bytes and a canvas of 3: 170,240 bytes; in tiles of 4, less."""
    monkeypatch.setattr(upscaling, "physical_memory", lambda: 170_239)
    with pytest.raises(UserError, match="memory can hold, or a smaller --tile than 56. Received: 56x40 pixels"):
        upscale(cat, network, tile=0)
    assert upscale(cat, network, tile=4).shape == (80, 112, 3)
    monkeypatch.setattr(upscaling, "physical_memory", lambda: 170_240)
    assert upscale(cat, network, tile=0).shape == (80, 112, 3)


def test_networks_that_look_at_the_whole_photograph_are_not_tiled_by_themselves(cat, monkeypatch):
    network = SuperResolutionNetwork(2, width=2, residual_blocks=1, normalization="instance")
    monkeypatch.setattr(upscaling, "default_tile", lambda factor: 16)
    np.testing.assert_array_equal(upscale(cat, network), network.render(cat[None]).numpy()[0])


def test_bad_tile_and_bad_image(cat, network):
    with pytest.raises(UserError, match="tile: expected a whole number of at least 0. Received: -1"):
        upscale(cat, network, tile=-1)
    with pytest.raises(UserError, match="Received: float64 array"):
        upscale(cat / 255, network)


def test_alpha_is_enlarged_too(cat, network):
    alpha = np.zeros(cat.shape[:2], "uint8")
    alpha[10:30] = 255
    result = upscale_photo(Photo(cat, alpha), network)
    assert result.alpha.shape == result.rgb.shape[:2] == (80, 112)
    assert (result.alpha[30:50] == 255).all()
    assert (result.alpha[:10] == 0).all()


def test_a_mask_gets_no_fringe(cat, network, tmp_path):
    """Under a hard mask black or white in the file are the same enlarged: neither reaches across the edge."""
    results = []
    for behind in (0, 255):
        rgb = np.full_like(cat, behind)
        rgb[:, :20] = cat[:, :20]
        alpha = np.zeros(cat.shape[:2], np.uint8)
        alpha[:, :20] = 255
        Image.fromarray(np.dstack([rgb, alpha])).save(tmp_path / "a.png")
        results.append(upscale_photo(read_photo(tmp_path / "a.png"), network))
    np.testing.assert_array_equal(results[0].rgb, results[1].rgb)


def test_colours_are_enlarged_without_their_mask(network, tmp_path):
    """Red that fades is red everywhere; composed over white it would be pink, and white again where it is shown."""
    rgba = np.full((12, 16, 4), [255, 0, 0, 0], np.uint8)
    rgba[..., 3] = np.linspace(1, 255, 16)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    result = upscale_photo(read_photo(tmp_path / "a.png"), network)
    np.testing.assert_array_equal(result.rgb, upscale(np.ascontiguousarray(rgba[..., :3]), network))


def test_files(cat, network, tmp_path):
    """A whole one, one with alpha, one that does not decode: that one is named, and nothing of it is written."""
    Image.fromarray(cat).save(tmp_path / "cat.png")
    Image.fromarray(np.dstack([cat, cat[..., 0]])).save(tmp_path / "mask.png")
    (tmp_path / "text.jpg").write_text("no image")
    jobs = plan_jobs([str(tmp_path)], "tiny", "unused", output=str(tmp_path / "out"))
    done, failed = upscale_files(jobs, network, progress=False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cat_tiny.png", "mask_tiny.png"]
    with Image.open(tmp_path / "out" / "mask_tiny.png") as mask:
        assert (mask.mode, mask.size) == ("RGBA", (112, 80))
    assert len(done) == 2
    assert "text.jpg" in failed[0][1]


def test_format_that_cannot_hold_the_result_is_refused_before_it_is_computed(tmp_path):
    class Never(EnlargingNetwork):
        receptive_radius = 1

        @property
        def enlarge(self):
            raise AssertionError

    buffer = io.BytesIO()
    Image.new("RGB", (8200, 1)).save(buffer, "png")
    (tmp_path / "wide.png").write_bytes(buffer.getvalue())
    _, failed = upscale_files([Job(str(tmp_path / "wide.png"), str(tmp_path / "o.webp"), "webp")], Never(2))
    assert "webp: expected sides of at most 16383 pixels. Received: 16400x2" in failed[0][1]
    assert not (tmp_path / "o.webp").exists()
