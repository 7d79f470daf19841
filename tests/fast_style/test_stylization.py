"""Stylising as a library: uint8 in, uint8 out."""

import numpy as np
import pytest
import tensorflow as tf

import fast_style
from fast_style import streaming, stylization
from fast_style.common.commands.photo_jobs import Job
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import Photo, write_photo
from fast_style.common.networks.rebuilding import in_precision
from fast_style.network import TransformationNetwork
from fast_style.streaming import stylize_in_strips
from fast_style.stylization import stylize_files, stylize_photo


@pytest.fixture(scope="module")
def network():
    return TransformationNetwork(width=4)


def photo(height=21, width=34):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_path_array_and_file_of_network_are_the_same_picture(tmp_path, tiny_network):
    write_photo(tmp_path / "photo.png", photo())
    by_name = fast_style.stylize(str(tmp_path / "photo.png"), str(tiny_network))
    by_object = fast_style.stylize(photo(), fast_style.load_network(str(tiny_network)))
    assert by_name.dtype == np.uint8
    assert by_name.shape == (21, 34, 3)
    np.testing.assert_array_equal(by_name, by_object)


def test_the_picture_is_the_clipped_and_rounded_output_of_the_network(network):
    """Within 1/255: the compiled function and the eager call may round differently."""
    expected = np.clip(np.round(network(photo()[None]).numpy()[0]), 0, 255)
    assert np.abs(fast_style.stylize(photo(), network).astype(float) - expected).max() <= 1


def test_grey_is_taken_as_rgb(network):
    grey = photo()[..., 0]
    np.testing.assert_array_equal(fast_style.stylize(grey, network), fast_style.stylize(np.dstack([grey] * 3), network))


def test_what_is_no_network_is_refused():
    with pytest.raises(UserError, match="network: expected a TransformationNetwork, .* Received: NoneType"):
        fast_style.stylize(photo(), None)


def test_max_size_shrinks_and_never_enlarges(network):
    """34x21 to a long side of 17 is 17x10.5, rounded half to even: 10."""
    assert fast_style.stylize(photo(), network, max_size=17).shape == (10, 17, 3)
    assert fast_style.stylize(photo(), network, max_size=100).shape == (21, 34, 3)


def test_alpha_is_resized_with_the_picture(network):
    result = stylize_photo(Photo(photo(), np.full((21, 34), 77, np.uint8)), network, max_size=17)
    assert result.alpha.shape == result.rgb.shape[:2]
    assert (result.alpha == 77).all()


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4, 3), "float32"), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_other_arrays_are_refused(network, image):
    with pytest.raises(UserError, match="image: expected a path or a uint8 array .height, width, 3."):
        fast_style.stylize(image, network)


def test_a_photograph_larger_than_memory_is_refused(network):
    """100,096 squared at 600 bytes, an eighth of that with 4 instead of 32 filters: 699 GiB."""
    huge = np.broadcast_to(np.uint8(0), (100_000, 100_000, 3))
    with pytest.raises(UserError, match="GiB of memory can hold, .* Received: 100000x100000, .* 699 GiB"):
        fast_style.stylize(huge, network, streaming="off")


def test_photographs_that_take_much_memory_are_painted_in_strips(network, monkeypatch):
    photo = np.random.default_rng(0).integers(0, 256, (30, 40, 3), "uint8")
    whole = fast_style.stylize(photo, network, streaming="off")
    in_strips = []

    def spy(rgb, network, statistics, **options):
        in_strips.append(statistics)
        return stylize_in_strips(rgb, network, statistics, **options)

    monkeypatch.setattr(streaming, "stylize_in_strips", spy)
    fast_style.stylize(photo, network)
    assert in_strips == []
    # 4 filters take 75 bytes a pixel: 126 x 136 of them, padding included, are 1.29 MB.
    monkeypatch.setattr(stylization, "WHOLE_BYTES", 1_280_000)
    result = fast_style.stylize(photo, network)
    assert in_strips == ["exact"]
    assert np.abs(result.astype(int) - whole).max() <= 1


def test_a_line_of_pixels_counts_with_its_padding(monkeypatch):
    """70,000x1 at 600 bytes is 42 MB; with 48 pixels more a side 4.08 GB, and painted in strips."""
    monkeypatch.setattr(stylization, "_in_strips", lambda rgb, network, streaming, progress: streaming)
    monkeypatch.setattr(stylization, "physical_memory", lambda: 2**40)
    assert stylization.stylize(np.zeros((1, 70_000, 3), np.uint8), TransformationNetwork(width=32)) == "exact"


def test_a_telephones_photograph_is_painted_whole_in_bfloat16(monkeypatch):
    """4,128 x 3,120 pixels, padding included: 3.61 GB at 280 bytes, 7.73 at 600; 3.5 GiB are 3.76 GB."""
    monkeypatch.setattr(stylization, "_in_strips", lambda rgb, network, streaming, progress: streaming)
    monkeypatch.setattr(stylization, "physical_memory", lambda: 2**40)
    photo = np.broadcast_to(np.uint8(0), (3024, 4032, 3))
    network = TransformationNetwork(width=32)
    assert stylization.stylize(photo, network) == "exact"
    reduced = in_precision(network, "mixed_bfloat16")
    monkeypatch.setattr(reduced, "render", lambda images: tf.zeros((1, 1, 1, 3), tf.uint8), raising=False)
    assert stylization.stylize(photo, reduced).shape == (1, 1, 3)


def test_a_format_that_cannot_hold_the_result_is_refused_before_it_is_painted(tmp_path):
    write_photo(tmp_path / "wide.png", np.zeros((1, 16_400, 3), np.uint8))
    job = Job(str(tmp_path / "wide.png"), str(tmp_path / "o.webp"), "webp")
    _, failed = stylize_files([job], network=None)  # which nothing is asked of
    assert "webp: expected sides of at most 16383 pixels. Received: 16400x1" in failed[0][1]
    assert not (tmp_path / "o.webp").exists()


def test_memory_that_runs_out_is_one_line(network, monkeypatch):
    def exhausted(images):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(network, "render", exhausted, raising=False)
    with pytest.raises(UserError, match="photo: expected one that memory can hold, --max-size, or --streaming exact"):
        stylization.stylize(np.zeros((8, 8, 3), np.uint8), network)


def test_streaming_by_another_name_is_refused(network):
    with pytest.raises(UserError, match="streaming: expected one of auto, exact, fast, off. Received: 'tiles'"):
        fast_style.stylize(np.zeros((4, 4, 3), np.uint8), network, streaming="tiles")
