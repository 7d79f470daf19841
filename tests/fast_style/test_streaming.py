"""Strips give the picture that the whole network gives, at sizes and strip heights of all kinds."""

import os

import keras
import numpy as np
import pytest

from fast_style import streaming
from fast_style.common.errors import UserError
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.layers import ConvolutionBlock
from fast_style.common.networks.rebuilding import in_precision
from fast_style.network import TransformationNetwork
from fast_style.streaming import stylize_in_strips
from fast_style.task import load_network
from tests.levels import quick_first

pytestmark = pytest.mark.usefixtures("eager_pictures")


def trained(seed=0, **options):
    """A network with weights of the size that training leaves, so that pictures have contrast."""
    keras.utils.set_random_seed(seed)
    network = TransformationNetwork(width=4, **options)
    generator = np.random.default_rng(seed)
    for variable in network.variables:
        if variable.path.endswith(("gamma", "moving_variance")):
            variable.assign(generator.uniform(0.5, 1.5, variable.shape))
        elif variable.path.endswith(("beta", "moving_mean", "bias")):
            variable.assign(generator.normal(0, 0.3, variable.shape))
    network.to_rgb.kernel.assign(network.to_rgb.kernel * 10)
    if network.noise:
        network.noise.set_weights([generator.normal(0, 0.5, one.shape) for one in network.noise.get_weights()])
    return network


def photograph(height, width, seed=0):
    """Smooth colours with noise, brighter to one side, so that strips differ in their statistics."""
    generator = np.random.default_rng(seed)
    ramp = np.linspace(0, 1, height)[:, None, None] * np.array([200, 100, 50])
    noise = generator.normal(0, 40, (height, width, 3))
    return np.clip(ramp + noise + 30, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"upsampling": "resize", "margin": 24},
        {"upsampling": "bilinear", "margin": 3},
        {"upsampling": "bilinear", "normalization": "none", "reflection_padding": 0, "margin": 0},
        {"reflection_padding": 0},
        {"normalization": "batch"},
        {"normalization": "none", "upsampling": "resize"},
        {"noise_channels": 3, "noise_seed": 5, "margin": 5},
    ],
    ids=str,
)
@pytest.mark.parametrize(("height", "width"), quick_first([(61, 47), (3, 90)]))
def test_exact_strips_equal_the_whole(options, height, width):
    network = trained(**options)
    rgb = photograph(height, width)
    whole = network.render(rgb[None]).numpy()[0]
    # 4 rows of features a strip, the least: dozens of borders between strips.
    strips = stylize_in_strips(rgb, network, strip_pixels=1)
    assert np.ptp(whole.astype(int)) > 60  # there is a picture to differ from
    assert strips.shape == whole.shape
    assert strips.dtype == np.uint8
    assert np.abs(strips.astype(int) - whole).max() <= 1  # rounding


@pytest.mark.slow
def test_fast_strips_are_close_and_have_no_seams():
    network = trained(upsampling="resize")
    # 1100 pixels are reduced to 1024, so that other statistics than the picture's own are used.
    columns, rows = np.meshgrid(np.arange(1100), np.arange(24))
    waves = [np.sin(columns / 31 + channel) + np.cos(rows / 9 + columns / 50) for channel in range(3)]
    rgb = np.uint8(127.5 + 60 * np.stack(waves, axis=-1))
    one, many = (stylize_in_strips(rgb, network, "fast", strip_pixels=pixels) for pixels in (1 << 20, 1 << 12))
    # The same numbers however the picture is cut: no seam is possible.
    assert np.abs(one.astype(int) - many).max() <= 1
    exact = stylize_in_strips(rgb, network, "exact").astype(int)
    assert 0 < np.abs(one - exact).mean() < 8  # of 255: the copy is a little smoother


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    quick_first(
        [{"upsampling": "bilinear", "reflection_padding": 0}, {"upsampling": "resize"}, {}, {"noise_channels": 3}]
    ),
    ids=str,
)
def test_strips_of_a_panorama_are_of_columns(options, monkeypatch):
    """2x900: rows of it would be the whole; and the same picture."""
    network, most = trained(margin=24, **options), []
    rows = streaming._Convolved.rows

    def counted(self, start, stop):
        result = rows(self, start, stop)
        most.append(result.shape[1] * result.shape[2])
        return result

    monkeypatch.setattr(streaming._Convolved, "rows", counted)
    rgb = photograph(2, 900)
    whole = network.render(rgb[None]).numpy()[0]
    strips = stylize_in_strips(rgb, network, strip_pixels=1 << 12)
    assert np.abs(strips.astype(int) - whole).max() <= 1  # rounding
    assert max(most) < 50 * 950 / 4  # a quarter of the picture with its margin


@pytest.mark.slow
def test_progress_rises_to_one():
    shares = []
    stylize_in_strips(photograph(40, 40), trained(), strip_pixels=400, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert shares[0] < 0.2
    assert len(shares) > 40


def test_fast_is_exact_where_a_photograph_is_no_larger_than_the_copy():
    network, rgb = trained(), photograph(20, 30)
    np.testing.assert_array_equal(stylize_in_strips(rgb, network, "fast"), stylize_in_strips(rgb, network))


@pytest.mark.slow
@pytest.mark.parametrize(("statistics", "maps"), [("exact", 3), ("fast", 2)])
@pytest.mark.parametrize("options", quick_first([{"reflection_padding": 0}, {}]), ids=str)
def test_temporary_files_take_no_more_than_was_checked_and_have_no_name(
    statistics, maps, options, tmp_path, monkeypatch
):
    """That many maps at a quarter of the padded photograph, with four times as many channels as the first layer."""
    monkeypatch.setattr(streaming.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(streaming, "REDUCED_SIDE", 16)
    network, rgb = trained(**options), photograph(50, 70)
    padded = streaming._Photograph(network, rgb)
    real, open_files, sizes = streaming._Stored.append, set(), []

    def append(stored, rows):
        real(stored, rows)
        if stored.file not in open_files:
            open_files.add(stored.file)
        sizes.append(sum(os.fstat(file.fileno()).st_size for file in open_files if not file.closed))
        assert list(tmp_path.iterdir()) == []

    monkeypatch.setattr(streaming._Stored, "append", append)
    stylize_in_strips(rgb, network, statistics, strip_pixels=1)
    checked = maps * (padded.height // 4) * (padded.width // 4) * network.width * 4 * 4
    assert 0.6 * checked < max(sizes) <= checked
    assert all(file.closed for file in open_files)


def test_a_folder_for_temporary_files_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(streaming.tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="expected temporary files that can be written.* No such file or directory"):
        stylize_in_strips(photograph(20, 20), trained())


def test_a_disk_that_gets_full_is_one_line(monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(streaming._Stored, "append", full)
    with pytest.raises(UserError, match="expected temporary files that can be written.* No space left on device"):
        stylize_in_strips(photograph(20, 20), trained())


def test_too_little_room_is_said_before_any_work(monkeypatch):
    usage = type("usage", (), {"free": 1000})
    monkeypatch.setattr(streaming.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(UserError, match="MiB free for temporary files"):
        stylize_in_strips(photograph(20, 20), trained())


def test_unknown_statistics():
    with pytest.raises(UserError, match="expected one of exact, fast"):
        stylize_in_strips(photograph(20, 20), trained(), "other")


@pytest.mark.slow
def test_strips_of_a_network_in_bfloat16_are_its_whole_picture():
    """Its own, not float32's; the moments are of strips that are merged, which is one of 256 levels at most."""
    network = in_precision(load_network("wave_fast"), "mixed_bfloat16")
    rgb = sample_photos()["chelsea"][:150, :200]
    strips, whole = stylize_in_strips(rgb, network, strip_pixels=1), network.render(rgb[None]).numpy()[0]
    assert np.abs(strips.astype(int) - whole).max() <= 2
    assert (strips != stylize_in_strips(rgb, load_network("wave_fast"))).any()


class Deeper(TransformationNetwork):
    """A network with a layer more, at a quarter of the resolution."""

    def __init__(self, layer, **kwargs):
        super().__init__(width=4, **kwargs)
        layer.build((None, None, None, 16))
        self._tracker.unlock()
        self.blocks.insert(3, layer)


@pytest.mark.slow
def test_a_layer_more_works_in_strips():
    """One that states what it is; the picture is the whole one's up to rounding."""
    keras.utils.set_random_seed(0)
    network, rgb = Deeper(ConvolutionBlock(16, 3, name="more")), photograph(60, 50)
    strips, whole = stylize_in_strips(rgb, network, strip_pixels=1), np.asarray(network.render(rgb[None]))[0]
    assert np.abs(strips.astype(int) - whole).max() <= 1
    assert network.receptive_radius == trained().receptive_radius + 4  # a pixel there is four of the photograph


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (keras.layers.Conv2D(16, 3, padding="same", name="mystery"), "expected layers that are blocks .* a Conv2D"),
        (
            ConvolutionBlock(16, 3, name="odd"),
            "expected enlargement by transposed convolution, nearest neighbour or interpolation",
        ),
    ],
)
def test_a_layer_that_strips_cannot_be_made_of_is_refused_in_one_line(layer, message):
    if layer.name == "odd":
        layer.normalization = keras.layers.LayerNormalization()
    with pytest.raises(UserError, match=message):
        stylize_in_strips(photograph(20, 20), Deeper(layer))
