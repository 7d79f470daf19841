"""What ships as a graph for LiteRT: it is of the weights beside it, and paints what TensorFlow paints."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.litert_network import LiteRTNetwork, enlarged
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import Source, shipped_sources
from fast_style.export.comparison import psnr
from fast_style.stylization import stylize
from fast_style.task import TASK
from superres.bicubic import bicubic_resize
from superres.upscaling import upscale
from tests.export.test_shipped_networks import KINDS
from tests.fast_style.tiny_paintings import SIZED, photograph, trained
from tests.levels import quick_first

FLOOR = 45  # dB, what is promised; photographs are at 67 and more
SHIPPED = shipped_sources()
# No side a multiple of 4, a side of one pixel, and sides shorter than what is reflected.
SIZES = [(45, 63), (1, 1), (1, 9), (7, 2)]


def test_every_network_ships_with_a_graph():
    assert all(source.graph for source in SHIPPED.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", quick_first(SHIPPED, 3))
def test_pictures_are_those_of_tensorflow(name):
    """Which a graph of other weights, or made before a change of layers, would not give."""
    network, quick = SHIPPED[name].load(), LiteRTNetwork(SHIPPED[name])
    photo = sample_photos()["chelsea"][100:, 120:]
    for height, width in SIZES if name in ("wave_fast", "x4_pixel", "x4_srcnn") else SIZES[:1]:
        image = np.ascontiguousarray(photo[:height, :width])[None]
        painted = quick.render(image)
        assert painted.dtype == np.uint8
        expected = network.render(image).numpy()
        assert painted.shape == expected.shape
        assert psnr(expected[0], painted[0]) >= FLOOR


@pytest.mark.slow
def test_a_photograph_of_one_colour_is_that_of_tensorflow():
    """Its variances are next to nothing, and of the size of what rounding leaves of squares."""
    image = np.full((1, 200, 300, 3), (20, 60, 200), np.uint8)
    source = SHIPPED["wave_fast"]
    assert psnr(source.load().render(image).numpy()[0], LiteRTNetwork(source).render(image)[0]) >= FLOOR


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_a_graph_made_again_computes_the_same(name, tmp_path):
    """Of one network of each kind; pictures of all are compared above."""
    from tools.litert_graph import make_graph

    source = SHIPPED[name]
    graph, facts = make_graph(source.load())
    (tmp_path / source.graph["file"]).write_bytes(graph)
    (tmp_path / source.file).write_bytes(source.path.read_bytes())
    assert facts == {key: value for key, value in source.graph.items() if key not in ("file", "sha256")}
    again = {**source.graph, "sha256": hashlib.sha256(graph).hexdigest()}
    path = tmp_path / source.file
    made = LiteRTNetwork(Source(name, source.task, path, source.config, True, source.licence, again))
    image = sample_photos()["coffee"][None, :24, :32]
    assert np.array_equal(made.render(image), LiteRTNetwork(source).render(image))


def shipped(folder, network):
    """Source of a network as of one that ships, with its graph."""
    from tools.litert_graph import write_graph

    task = dataclasses.replace(TASK, folder=folder)
    presets = Presets(task)
    presets.folder.mkdir()
    facts = {"title": "Tiny", "summary": "", "recipe": "tiny.json", "licence": "none"}
    presets.add("tiny", network, **facts)
    write_graph(presets, "tiny")
    return shipped_sources(task)["tiny"]


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """(source of a network of two paintings at three sizes, that has a graph)."""
    # Of 200 rows, so that scales and shifts are among what lies beside the graph.
    return shipped(tmp_path_factory.mktemp("package"), trained(conditions=[*SIZED, *map(str, range(200))]))


@pytest.mark.slow
def test_a_field_of_noise_and_a_seed_are_taken_by_position(tmp_path):
    """With conditions, whose weights are an input beside it; as many channels as a picture has."""
    made = trained(conditions=["a", "b"], noise_channels=3, margin=5)
    made.noise.set_weights([np.random.default_rng(0).normal(0, 0.5, (1, 1, 3, made.width * 4)).astype("float16")])
    source = shipped(tmp_path, made)
    network, quick = source.load(), LiteRTNetwork(source)
    image, mixture = photograph(30, 41)[None], np.array([[0.3, 0.7]])
    for seed in (0, 3):
        expected = network.with_seed(seed).render(image, mixture).numpy()[0]
        assert psnr(expected, quick.with_seed(seed).render(image, mixture)[0]) >= FLOOR
        photo = photograph(9, 50)
        assert psnr(stylize(photo, network, seed=seed), stylize(photo, quick, seed=seed)) >= FLOOR
    assert psnr(quick.render(image)[0], quick.with_seed(3).render(image)[0]) < 30


@pytest.mark.slow
def test_weights_of_conditions_mix_scales_and_shifts(several):
    network, quick = several.load(), LiteRTNetwork(several)
    stored = [array.shape for array in network.get_weights()]
    assert any(len(stored[number]) == 2 for number in several.graph["weights"])
    image = photograph(30, 41)[None]
    mixture = np.random.default_rng(0).dirichlet(np.ones(len(network.conditions)), 1)
    for weights in ([], [mixture]):
        assert psnr(network.render(image, *weights).numpy()[0], quick.render(image, *weights)[0]) >= FLOOR
    assert psnr(quick.render(image, mixture)[0], quick.render(image)[0]) < 30


def test_styles_and_strokes_are_painted_without_tensorflow_and_regions_are_not(several):
    photo, asked = photograph(30, 41), {"style": "wave:0.6 + udnie:0.4", "stroke": 3}
    network, quick = several.load(), LiteRTNetwork(several)
    assert psnr(stylize(photo, network, **asked), stylize(photo, quick, **asked)) >= FLOOR
    sky = np.linspace(0, 1, 41) * np.ones((30, 1))
    with pytest.raises(UserError, match="engine: expected TensorFlow for regions of several paintings"):
        stylize(photo, quick, style="wave", masks=[(sky, "udnie")])
    assert stylize(photo, quick, masks=[(sky, "photograph")]).shape == photo.shape


def test_a_graph_that_was_changed_is_refused(tmp_path):
    source = SHIPPED["wave_fast"]
    for part in (source.path, source.path.with_name(source.graph["file"])):
        (tmp_path / part.name).write_bytes(part.read_bytes())
    damaged = tmp_path / source.graph["file"]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    changed = Source("wave_fast", source.task, tmp_path / source.file, source.config, True, None, source.graph)
    with pytest.raises(UserError, match=r"network wave_fast: expected wave_fast.litert with sha256 \w{64}"):
        LiteRTNetwork(changed)


def test_it_enlarges_as_networks_do():
    image = np.random.default_rng(0).integers(0, 256, (9, 14, 3), np.uint8)
    expected = np.asarray(bicubic_resize(image[None].astype("float32"), 36, 56))[0]
    np.testing.assert_allclose(enlarged(image, 4), expected, atol=1e-3)


def test_functions_take_it_as_a_network():
    photo = sample_photos()["coffee"][:20, :30]
    network = LiteRTNetwork(SHIPPED["wave_fast"])
    assert np.array_equal(stylize(photo, network), network.render(photo[None])[0])
    with pytest.raises(UserError, match="engine: expected TensorFlow for strips of a photograph of 30x20"):
        stylize(photo, network, streaming="exact")
    small = LiteRTNetwork(SHIPPED["x4_pixel"])
    assert psnr(upscale(photo, small, tile=12), upscale(photo, small)) >= 60


def test_the_manifest_names_files_that_are_there():
    for source in SHIPPED.values():
        entry = json.loads((source.path.parent / "manifest.json").read_text())[source.name]["graph"]
        content = (source.path.parent / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
