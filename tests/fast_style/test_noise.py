"""Networks with a field of noise: where it lies, how it is trained, and what a seed changes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.cli import main
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.model import StyleTransfer
from fast_style.multi_style import MultiStyleTransfer
from fast_style.network import TransformationNetwork, begun_as
from fast_style.painter import Painter
from fast_style.stylization import stylize
from fast_style.task import load_network
from fast_style.video import frame_painter
from tests.fast_style.test_streaming import photograph, trained

pytestmark = pytest.mark.usefixtures("eager_steps", "eager_pictures")

LOCAL = {"normalization": "none", "upsampling": "resize", "noise_channels": 3}
FLAT = np.full((1, 64, 64, 3), 90, np.uint8)


def trainer(network, **options):
    layers = {"content_layers": ("relu1_1",), "style_layers": ("relu1_1",)}
    return StyleTransfer(photograph(32, 40), network, style_size=32, loss_weights="random", **{**layers, **options})


@pytest.mark.parametrize(
    "options", [{}, {"conditions": ["a", "b"]}, {"upsampling": "resize", "normalization": "batch"}]
)
def test_a_fresh_field_changes_nothing(options):
    plain = trained(**options)
    network = begun_as(plain, TransformationNetwork(noise_channels=4, width=2, upsampling=plain.upsampling))
    rgb = photograph(41, 30)[None]
    assert network.noise_channels == 4
    assert len(network.weights) == len(plain.weights) + 1
    np.testing.assert_array_equal(network(rgb), plain(rgb))
    np.testing.assert_array_equal(network(rgb, training=True), plain(rgb, training=True))


@pytest.mark.parametrize("before, after", [("resize", "bilinear"), ("bilinear", "resize")])
def test_a_network_may_begin_at_one_that_interpolates_otherwise(before, after):
    """Weights of the two fit: on a flat photograph, where there is nothing to interpolate, they paint the same."""
    plain = trained(upsampling=before, normalization="none")
    network = begun_as(plain, TransformationNetwork(width=2, upsampling=after, normalization="none"))
    assert (network.upsampling, network.noise_channels) == (after, 0)
    inner = slice(16, -16)
    flat, varied = FLAT, photograph(64, 64)[None]
    np.testing.assert_allclose(network(flat)[0, inner, inner], plain(flat)[0, inner, inner], atol=1e-3)
    assert np.abs(network(varied) - plain(varied)).max() > 0.1


def test_a_network_begins_at_one_of_another_field_with_the_strengths_of_the_nearest_waves():
    """Four bands of 8 to 128 pixels are octaves; three of 16 to 128 are the coarser three of them."""
    before = trained(noise_channels=4, noise_finest=8)
    after = begun_as(before, TransformationNetwork(width=2, noise_channels=3))
    assert (after.noise_channels, after.noise_finest) == (3, 16)
    kernels = [each.noise.convolution.kernel.numpy() for each in (before, after)]
    np.testing.assert_array_equal(kernels[1], kernels[0][:, :, 1:])
    assert begun_as(after, TransformationNetwork(width=2, noise_channels=3)) is after


def test_networks_that_do_not_say_how_fine_their_field_is_keep_theirs():
    """Those of before 2026-11-29 had waves from 8 pixels on."""
    network = trained(noise_channels=2, noise_finest=8)
    config = network.get_config()
    assert config.pop("noise_finest") == 8
    twin = TransformationNetwork.from_config(config)
    twin.set_weights(network.get_weights())
    np.testing.assert_array_equal(twin(FLAT), network(FLAT))
    assert TransformationNetwork(width=2, noise_channels=2).noise_finest == 16


@pytest.mark.parametrize("finest", [4, 65, float("nan"), "fine", None])
def test_a_finest_wave_that_is_none(finest):
    with pytest.raises(UserError, match="noise_finest: expected 8 to 64 pixels. Received: "):
        TransformationNetwork(width=2, noise_channels=1, noise_finest=finest)


def test_a_network_of_transposed_convolutions_is_no_beginning_of_one_that_interpolates():
    with pytest.raises(UserError, match="expected weights of the architecture"):
        trainer(TransformationNetwork(width=2, upsampling="bilinear")).initialize(trained(upsampling="transposed"))


def test_networks_without_a_field_are_described_as_before():
    assert not {"noise_channels", "noise_seed"} & TransformationNetwork(width=2).get_config().keys()


def test_a_flat_photograph_is_painted_by_the_field_and_a_place_moves_it():
    """Away from borders, and without normalization, which looks at the whole picture."""
    network = trained(**LOCAL)
    here, down = (np.asarray(network(FLAT, place=place)) for place in ((0, 0), (4, 0)))
    inner = slice(8, -12)
    assert here[0, inner, inner].std() > 1
    np.testing.assert_allclose(down[:, 8:-12], here[:, 12:-8], atol=1e-3)


def test_margin_padding_and_training_do_not_move_the_field():
    """The middle of a picture, beyond the receptive field of its borders."""
    network = trained(**LOCAL)
    rgb = np.full((1, 160, 160, 3), 90, np.uint8)
    middle = (slice(None), slice(76, 84), slice(76, 84))
    expected = np.asarray(network(rgb))[middle]
    assert np.ptp(expected) > 1
    np.testing.assert_allclose(np.asarray(network(rgb, training=True))[middle], expected, atol=1e-2)
    for changed in ({"margin": 24}, {"reflection_padding": 0}):
        other = type(network).from_config({**network.get_config(), **changed})
        other.set_weights(network.get_weights())
        np.testing.assert_allclose(np.asarray(other(rgb))[middle], expected, atol=1e-2)


def test_photographs_of_a_batch_lie_elsewhere():
    network, places = trained(noise_channels=2), np.array([[0, 0], [12000, 77]])
    both = np.asarray(network(np.repeat(FLAT, 2, 0), place=places))
    for made, place in zip(both, places, strict=True):
        np.testing.assert_allclose(made, np.asarray(network(FLAT, place=place))[0], atol=1e-2)
    assert np.abs(both[0] - both[1]).mean() > 1


@pytest.mark.slow
def test_a_seed_is_another_part_of_the_field():
    network, rgb = trained(noise_channels=2), photograph(20, 30)[None]
    pictures = [np.asarray(network.with_seed(seed).render(rgb)).astype(int) for seed in (0, 5, 5, 6)]
    np.testing.assert_array_equal(pictures[0], network.render(rgb))
    np.testing.assert_array_equal(pictures[1], pictures[2])
    assert np.abs(pictures[0] - pictures[1]).mean() > 1
    assert np.abs(pictures[1] - pictures[3]).mean() > 1
    assert network.get_config()["noise_seed"] == 0  # what is saved does not know of them


def test_a_network_of_a_seed_has_the_weights_of_now():
    network = trained(noise_channels=2)
    before = network.with_seed(5)
    assert network.with_seed(5) is before
    network.to_rgb.bias.assign([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(network.with_seed(5).to_rgb.bias, [1.0, 2.0, 3.0])


def test_saved_and_loaded(tmp_path):
    network, rgb = trained(noise_channels=2, noise_seed=9, conditions=["a", "b"]), photograph(20, 30)[None]
    network.save(tmp_path / "network.keras")
    loaded = load_network(str(tmp_path / "network.keras"))
    assert (loaded.noise_channels, loaded.noise_seed) == (2, 9)
    weights = np.array([[0.3, 0.7]], "float32")
    np.testing.assert_array_equal(loaded(rgb, weights), network(rgb, weights))


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_reduced_precision(policy):
    """A place far out: in half precision it would be no place of its own."""
    network, rgb = trained(noise_channels=2), photograph(48, 40)[None]
    twin = type(network).from_config({**network.get_config(), "dtype": policy})
    twin.set_weights(network.get_weights())
    place = np.array([[12345, 8000]])
    difference = np.asarray(twin(rgb, place=place)) - np.asarray(network(rgb, place=place))
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"noise_channels": -1}, "noise_channels: expected a whole number from 0 to 64. Received: -1"),
        ({"noise_channels": 65}, "noise_channels: expected a whole number from 0 to 64. Received: 65"),
        ({"noise_channels": 2, "noise_seed": 2**32}, "noise_seed: expected a whole number from 0 to 4294967295"),
        ({"noise_seed": 1}, "noise_seed: expected 0 of a network without noise. Received: 1"),
    ],
)
def test_bad_options_are_one_line(bad, message):
    with pytest.raises(UserError, match=f"^{message}"):
        TransformationNetwork(width=2, **bad)


def test_bad_places_are_one_line():
    for place in ((1, 2, 3), np.zeros((2, 2)), 4.0):
        with pytest.raises(UserError, match=r"^place: expected \(2,\) or \(batch, 2\). Received"):
            trained(noise_channels=1)(FLAT, place=place)
    with pytest.raises(UserError, match="^place: expected none, of a network without noise"):
        trained()(FLAT, place=(0, 0))


class Placed:
    """A network's calls, of which the places are kept."""

    def __init__(self, monkeypatch, network):
        self.places, call = [], network.call

        def kept(images, weights=None, place=None, training=None):
            self.places.append(np.asarray(place))
            return call(images, weights, place=place, training=training)

        monkeypatch.setattr(network, "call", kept)


@pytest.mark.slow
def test_each_photograph_of_each_step_lies_elsewhere_and_validation_does_not(monkeypatch):
    network = trained(noise_channels=2)
    model, photos = trainer(network), np.repeat(FLAT, 4, 0)
    model.compile("sgd")
    placed = Placed(monkeypatch, network)
    model.fit(photos, batch_size=2, verbose=0)
    model.evaluate(photos, batch_size=2, verbose=0)
    first, second, *measured = placed.places
    assert len({tuple(place) for place in np.concatenate([first, second])}) == 4
    assert min(first.min(), second.min()) >= 0
    assert max(first.max(), second.max()) < 2**14
    assert not np.any(measured)
    monkeypatch.undo()
    again = Placed(monkeypatch, network)
    model.optimizer.iterations.assign(0)
    model.train_on_batch(photos[:2])
    np.testing.assert_array_equal(again.places[0], first)


def test_a_replica_draws_the_places_of_its_photographs():
    model = trainer(trained(noise_channels=2))
    model.compile("sgd")
    whole = np.asarray(model.options(3, True)["place"])
    model.shares = [(1, 3)]
    np.testing.assert_array_equal(
        tf.distribute.MirroredStrategy(["CPU:0"]).run(lambda: model.options(2, True)["place"]), whole[1:]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "moving", [{"stability_shift": 3}, {"stability_motion": 3.0}, {"stability_shift": 2, "stability_light": 0.1}]
)
def test_views_are_compared_under_the_field_moved_along(moving):
    """By as much as the views say, but for the rounding of float32 far out."""
    model = trainer(trained(noise_channels=2), stability_weight=1.0, stability_noise=0.0, **moving)
    model.compile("sgd")
    photos = np.zeros((2, 64, 64, 3), "float32")
    *_, moved, _ = model.objective.consistency.views(photos, lambda number: model.step_seed(True, number), 0)
    place = np.asarray(model.options(2, True, moved)["place"])
    np.testing.assert_allclose(place[2:] - place[:2], np.broadcast_to(np.asarray(moved), (2, 2)), atol=2e-3)
    assert np.abs(place[2:] - place[:2]).max() > 0


def test_stability_of_the_field_alone_is_perfect_where_the_views_are_shifted_by_its_grid(monkeypatch):
    """Shifts of whole features: what is made of the second view, put back, is what is made of the first."""
    network = trained(**LOCAL)
    monkeypatch.setattr(
        keras.random, "randint", lambda shape, *limits, seed=None, **options: np.full(shape, 4, "int32")
    )
    model = trainer(network, stability_weight=1.0, stability_noise=0.0, stability_shift=4)
    model.compile("sgd")
    rgb = np.full((1, 96, 96, 3), 90, np.uint8)
    assert float(model.compute_terms(rgb, True)["stability"][0]) < 1e-3
    monkeypatch.setattr(StyleTransfer, "options", lambda self, count, training, moved=None: {})
    assert float(model.compute_terms(rgb, True)["stability"][0]) > 1


@pytest.mark.slow
def test_a_network_without_a_field_is_one_to_begin_with():
    """The losses are the same, to the bit; one with a field is none of one without."""
    plain, photos = trained(), np.repeat(FLAT, 2, 0)
    noisy = TransformationNetwork(width=4, noise_channels=2)
    found = []
    for network in (noisy, TransformationNetwork(width=4)):
        model = trainer(network)
        model.compile("sgd")
        model.initialize(plain)
        found.append({name: np.asarray(value) for name, value in model.compute_terms(photos, True).items()})
    for name, value in found[0].items():
        np.testing.assert_array_equal(value, found[1][name])
    model = trainer(TransformationNetwork(width=4))
    with pytest.raises(UserError, match=r"^network: expected weights of the architecture .*\. Received: .*noise_chan"):
        model.initialize(noisy)


@pytest.mark.slow
def test_many_paintings_have_a_field():
    """Begun from a network of one painting without one."""
    paintings = {"a": photograph(40, 40), "b": photograph(40, 44, 1)}
    conditions = [("a", 32), ("b", 32), "photograph"]
    network = TransformationNetwork(width=4, conditions=conditions, noise_channels=2)
    layers = {"content_layers": ("relu1_1",), "style_layers": ("relu1_1",), "loss_weights": "random"}
    model = MultiStyleTransfer(paintings, network, **layers, stability_weight=1.0, stability_shift=3)
    plain, rgb = trained(), photograph(24, 30)[None]
    model.initialize(plain)
    np.testing.assert_allclose(network(rgb), plain(rgb), atol=1e-3)
    model.compile("adam")
    assert np.isfinite(model.fit(np.repeat(FLAT, 2, 0), batch_size=2, verbose=0).history["loss"]).all()
    assert np.abs(network.noise.get_weights()[0]).max() > 0


def paint(arguments, capsys):
    """(exit code, last line of standard error) of ``fast-style stylize``."""
    capsys.readouterr()
    try:
        code = main(["stylize", *map(str, arguments)]) or 0
    except SystemExit as stop:
        code = stop.code or 0
    return code, capsys.readouterr().err.strip().splitlines()[-1:]


def test_stylize_with_a_seed(tmp_path, capsys):
    network, photo = trained(noise_channels=2), photograph(30, 24)
    network.save(tmp_path / "noisy.keras")
    write_photo(tmp_path / "photo.png", photo)
    found = []
    for number, seed in enumerate(([], ["--seed", 0], ["--seed", 7], ["--seed", 7])):
        target = tmp_path / f"{number}.png"
        options = ["--network", tmp_path / "noisy.keras", "--precision", "float32", "-o", target, *seed]
        assert paint([tmp_path / "photo.png", *options], capsys)[0] == 0
        found.append(read_photo(target).rgb.astype(int))
    assert np.abs(found[0] - stylize(photo, network)).max() <= 1
    assert np.abs(found[2] - stylize(photo, network, seed=7)).max() <= 1
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[2], found[3])
    assert np.abs(found[0] - found[2]).mean() > 1


def test_strips_and_frames_have_the_seed():
    network, photo = trained(noise_channels=2), photograph(30, 24)
    whole = stylize(photo, network, seed=7).astype(int)
    assert np.abs(stylize(photo, network, seed=7, streaming="exact") - whole).max() <= 1
    paint_frames, _ = frame_painter(Painter(network, seed=7), 30, 24)
    # Where a clip moves, the field stands still.
    assert np.abs(paint_frames(np.stack([photo]))[0] - whole).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("channels", "seed", "message"),
    [
        (0, 1, "seed: expected 0 of a network without a field of noise. Received: 1"),
        (2, -1, "seed: expected a whole number from 0 to 4294967295. Received: -1"),
        (2, 2**32, "seed: expected a whole number from 0 to 4294967295. Received: 4294967296"),
        (2, 1.0, "seed: expected a whole number from 0 to 4294967295. Received: 1.0"),
    ],
)
def test_bad_seeds_are_one_line(channels, seed, message):
    with pytest.raises(UserError, match=f"^{message}$"):
        stylize(photograph(8, 8), trained(noise_channels=channels), seed=seed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--style", "paintings_fast", "--seed", "3"],
            "--seed: expected 0 for paintings_fast, without a field of noise. Received: 3",
        ),
        (
            ["--style", "paintings_fast", "--seed", "-3"],
            "argument --seed: expected 0 to 4294967295. Received: -3",
        ),
    ],
)
def test_bad_seeds_of_the_command_are_one_line(tmp_path, capsys, options, message):
    write_photo(tmp_path / "photo.png", photograph(8, 8))
    code, (line,) = paint([tmp_path / "photo.png", "-o", tmp_path / "out.png", *options], capsys)
    assert code == 2
    assert line.endswith(message)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.slow
def test_regions_lie_on_the_field_of_the_seed():
    network = trained(noise_channels=2, conditions=["a", "b"])
    photo, sky = photograph(24, 30), np.ones((24, 30))
    painted = [stylize(photo, network, style="a", masks=[(sky, "b")], seed=seed).astype(int) for seed in (0, 3)]
    assert np.abs(painted[0] - painted[1]).mean() > 1
    assert np.abs(stylize(photo, network, style="b", seed=3) - painted[1]).max() <= 1
