"""Stylising as a library: uint8 in, uint8 out."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import fast_style
from fast_style import streaming, stylization
from fast_style.common.commands.photo_jobs import Job, plan_jobs
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import Photo, read_photo, write_photo
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
    assert result.alpha.shape == result.rgb.shape[:2] == (10, 17)
    assert (result.alpha == 77).all()


def shown_on(background, rgba):
    """float (height, width, 3): what a viewer shows of uint8 RGBA on grey of 0..255."""
    opacity = rgba[..., 3:] / 255
    return rgba[..., :3] * opacity + background * (1 - opacity)


@pytest.mark.parametrize("kind", ["RGBA", "LA", "palette", "WEBP", "TIFF"])
def test_strength_0_shows_the_photograph_on_any_background(network, kind, tmp_path):
    """On white and on black, within the level that rounding takes; alpha of 0 to 255, colours unlike black or white."""
    pixels = np.dstack([photo(), np.tile(np.linspace(0, 255, 34).astype(np.uint8), (21, 1))])
    image = Image.fromarray(pixels)
    image = image.convert("LA") if kind == "LA" else image
    options = {"lossless": True} if kind == "WEBP" else {}
    if kind == "palette":
        image = Image.fromarray(np.tile(np.arange(34, dtype=np.uint8), (21, 1)), "P")
        image.putpalette(pixels[0, :, :3].tobytes())
        options["transparency"] = bytes(pixels[0, :, 3])
    suffix = {"WEBP": "webp", "TIFF": "tiff"}.get(kind, "png")
    image.save(tmp_path / f"a.{suffix}", **options)
    with Image.open(tmp_path / f"a.{suffix}") as image:
        source = np.asarray(image.convert("RGBA"))
    jobs = plan_jobs([str(tmp_path / f"a.{suffix}")], "x", "unused", output=str(tmp_path / "out.png"))
    assert len(stylize_files(jobs, network, strength=0.0, progress=False)[0]) == 1
    with Image.open(tmp_path / "out.png") as image:
        result = np.asarray(image)
    for background in (0, 255):
        assert np.abs(shown_on(background, result) - shown_on(background, source)).max() <= 1


def test_jpeg_of_a_transparent_photograph_shows_it_on_white(network, tmp_path):
    """Red at 102 of 255 is (255, 153, 153) there; 3 levels for JPEG."""
    Image.new("RGBA", (16, 16), (255, 0, 0, 102)).save(tmp_path / "a.png")
    jobs = plan_jobs([str(tmp_path / "a.png")], "x", "unused", output=str(tmp_path / "out.jpg"))
    stylize_files(jobs, network, strength=0.0, progress=False)
    shown = read_photo(tmp_path / "out.jpg").rgb.astype(int)
    np.testing.assert_allclose(shown, np.broadcast_to([255, 153, 153], shown.shape), atol=3)


def test_what_a_file_holds_where_nothing_shows_does_not_reach_the_painting(network, tmp_path):
    """Black or noise under a hard mask: the same painting."""
    paintings = []
    for hidden in (np.zeros_like(photo()), 255 - photo()):
        rgb = photo()
        rgb[:, 15:] = hidden[:, 15:]
        alpha = np.zeros((21, 34), np.uint8)
        alpha[:, :15] = 255
        Image.fromarray(np.dstack([rgb, alpha])).save(tmp_path / "a.png")
        paintings.append(stylize_photo(read_photo(tmp_path / "a.png"), network).rgb)
    np.testing.assert_array_equal(*paintings)


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
    monkeypatch.setattr(stylization, "_in_strips", lambda rgb, network, streaming, *_: streaming)
    monkeypatch.setattr(stylization, "physical_memory", lambda: 2**40)
    assert stylization.stylize(np.zeros((1, 70_000, 3), np.uint8), TransformationNetwork(width=32)) == "exact"


def test_a_telephones_photograph_is_painted_whole_in_bfloat16(monkeypatch):
    """4,128 x 3,120 pixels, padding included: 3.61 GB at 280 bytes, 7.73 at 600; 3.5 GiB are 3.76 GB."""
    monkeypatch.setattr(stylization, "_in_strips", lambda rgb, network, streaming, *_: streaming)
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
