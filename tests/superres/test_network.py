"""The super-resolution network against the paper's table."""

import json

import keras
import numpy as np
import pytest
from skimage import data

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.networks.precision import dtype_policy
from superres.network import SuperResolutionNetwork

# Supplement, table 2, for a 288x288 output: height (= width) and channels behind each row.
PAPER_TABLE = {
    4: [("first", 72), *((f"residual_{i}", 72) for i in (1, 2, 3, 4)), ("up_1", 144), ("up_2", 288)],
    8: [("first", 36), *((f"residual_{i}", 36) for i in (1, 2, 3, 4)), ("up_1", 72), ("up_2", 144), ("up_3", 288)],
    # Not in the paper: the same rule for 2.
    2: [("first", 144), *((f"residual_{i}", 144) for i in (1, 2, 3, 4)), ("up_1", 288)],
}


def photo(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (1, height, width, 3), np.uint8)


@pytest.mark.parametrize("upsampling", ["transposed", "resize", "bilinear", "subpixel"])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_every_row_of_the_paper_table(factor, upsampling):
    """On a strip that is as high as the paper's input, and 2 pixels wide to be quick."""
    network = SuperResolutionNetwork(factor, upsampling=upsampling)
    x = keras.ops.zeros((1, 288 // factor, 2, 3))
    for layer, (name, side) in zip(network.blocks, PAPER_TABLE[factor], strict=True):
        x = layer(x)
        assert (layer.name, tuple(x.shape)) == (name, (1, side, side * factor // 144, 64))
    assert network.to_rgb(x).shape == (1, 288, 2 * factor, 3)


def test_kernels_of_the_paper_table():
    network = SuperResolutionNetwork(4)
    assert [block.convolution.kernel_size for block in (network.blocks[0], *network.blocks[5:])] == [
        (9, 9),
        (3, 3),
        (3, 3),
    ]
    assert [block.first.convolution.kernel_size for block in network.blocks[1:5]] == [(3, 3)] * 4
    assert network.to_rgb.kernel_size == (9, 9)
    assert isinstance(network.blocks[5].convolution, keras.layers.Conv2DTranspose)
    assert type(network.blocks[0].normalization) is keras.layers.BatchNormalization


@pytest.mark.parametrize("factor, expected", [(2, 365_443), (4, 402_563), (8, 439_683)])
def test_parameter_count(factor, expected):
    """By hand: 9*9*3*64 = 15,552; eight times 3*3*64*64 = 36,864 in residual blocks, and one for each doubling.

    9*9*64*3 + 3 biases = 15,555. Batch normalization: 4 * 64 = 256 behind each of 9 + doublings
    convolutions. For x4: 15,552 + 10 * 36,864 + 15,555 + 11 * 256 = 402,563; 37,120 less or more for x2, x8.
    """
    assert SuperResolutionNetwork(factor).count_params() == expected


@pytest.mark.parametrize("height, width", [(1, 1), (1, 7), (2, 3), (13, 8), (31, 17)])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_output_is_exactly_the_factor_larger(factor, height, width):
    """From one pixel on, which is far below the receptive field of 31."""
    for options in ({}, {"upsampling": "subpixel", "bicubic_skip": True, "normalization": "none", "margin": 4}):
        network = SuperResolutionNetwork(factor, width=2, residual_blocks=1, **options)
        output = network(photo(height, width))
        assert output.shape == (1, height * factor, width * factor, 3)
        assert output.dtype == "float32"
        assert network.compute_output_shape((1, height, width, 3)) == output.shape


def test_the_margin_is_enlarged_and_cut_off():
    """In use; in training there is none, as in the paper."""
    network = SuperResolutionNetwork(4, width=4, normalization="none")
    network.to_rgb.kernel.assign(50 * network.to_rgb.kernel)
    wider = SuperResolutionNetwork(4, width=4, normalization="none", margin=5)
    wider.set_weights(network.get_weights())
    image = photo(11, 9).astype("float32")
    reflected = np.pad(image, ((0, 0), (5, 5), (5, 5), (0, 0)), "reflect")
    np.testing.assert_allclose(wider(image), network(reflected)[:, 20:-20, 20:-20], atol=1e-3)
    np.testing.assert_allclose(wider(image, training=True), network(image), atol=1e-3)
    assert np.abs(wider(image) - network(image)).max() > 1


def test_first_output_is_grey_or_the_bicubic_enlargement():
    image = np.ascontiguousarray(data.chelsea()[64:96, 96:144])
    np.testing.assert_allclose(SuperResolutionNetwork(4, width=8)(image[None]), 127.5, atol=25)
    network = SuperResolutionNetwork(4, width=8, bicubic_skip=True)
    network.to_rgb.kernel.assign(keras.ops.zeros_like(network.to_rgb.kernel))
    bicubic = resize_array(image, 128, 192).astype(int)
    assert np.abs(network.render(image[None]).numpy()[0].astype(int) - bicubic).max() <= 1


def test_skip_can_reach_every_pixel_value():
    """A difference of -150 to 150 passes 127.5 either way, and more is clipped."""
    network = SuperResolutionNetwork(2, width=2, bicubic_skip=True)
    network.to_rgb.bias.assign([10.0, -10.0, 0.0])
    output = network(np.full((1, 8, 8, 3), 100, "uint8")).numpy()
    np.testing.assert_allclose(output[0, :, :, 0], 250, atol=2)
    np.testing.assert_allclose(output[0, :, :, 1], -50, atol=2)
    assert network.render(np.full((1, 8, 8, 3), 100, "uint8")).numpy()[0, :, :, 1].max() == 0


def test_enlarge_is_traced_once():
    network = SuperResolutionNetwork(2, width=2)
    for height, width in ((1, 1), (5, 9), (30, 4)):
        picture = network.render(photo(height, width))
        assert picture.dtype == "uint8"
        assert picture.shape == (1, 2 * height, 2 * width, 3)
    assert network.render.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("options", [{}, {"upsampling": "subpixel"}, {"bicubic_skip": True, "residual_blocks": 0}])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_receptive_radius_is_what_an_output_pixel_depends_on(factor, options):
    """A change of one input pixel reaches no output pixel beyond the radius, and some that are at most 1 nearer.

    Positive kernels, because of which nothing cancels. The skip of an enlargement is not in it: its radius is less.
    """
    network = SuperResolutionNetwork(factor, width=2, normalization="none", **options)
    for variable in network.trainable_variables:
        variable.assign(keras.ops.full_like(variable, 0.05) if "kernel" in variable.path else variable)
    radius = network.receptive_radius
    side = 2 * radius + 5
    image = np.zeros((1, side, side, 3), "float32")
    changed = image.copy()
    changed[0, side // 2, side // 2] = 10

    def before_tanh(x):
        x = keras.ops.convert_to_tensor(x)
        for block in network.blocks:
            x = block(x)
        return np.asarray(network.to_rgb(x))

    rows = np.flatnonzero((before_tanh(changed) != before_tanh(image)).any(axis=(0, 2, 3))) // factor
    reached = max(side // 2 - rows.min(), rows.max() - side // 2)
    assert radius - 1 <= reached <= radius


def test_receptive_radius_by_hand():
    """x4: the last 9x9 reaches 4 pixels, which are 2 of half the size; 1 more for the 3x3 there.

    Those 3 are 2 of the input's, and 1 more; four blocks reach 2 each, the first 9x9 reaches 4.
    """
    assert SuperResolutionNetwork(4, width=1).receptive_radius == 3 + 8 + 4


@pytest.mark.slow
def test_saved_network_gives_the_same_in_a_fresh_process(tmp_path, fresh_processes):
    network = SuperResolutionNetwork(4, width=3, bicubic_skip=True, upsampling="subpixel", histogram_matching=True)
    for variable in network.weights:
        variable.assign(variable + 0.01)
    network.save(tmp_path / "network.keras")
    np.save(tmp_path / "photo.npy", photo(9, 7))
    script = (
        "import json, numpy as np; from superres.task import load_network\n"
        "network = load_network('network.keras', 4)\n"
        "print(json.dumps([network(np.load('photo.npy')).numpy().tolist(), network.histogram_matching]))"
    )
    done = fresh_processes.run(script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    output, histogram_matching = json.loads(done.stdout.splitlines()[-1])
    np.testing.assert_allclose(output, network(photo(9, 7)), atol=1e-3)
    assert histogram_matching is True


def test_config_round_trips():
    network = SuperResolutionNetwork(
        8, width=3, residual_blocks=2, normalization="instance", upsampling="subpixel", bicubic_skip=True
    )
    copy = SuperResolutionNetwork.from_config(network.get_config())
    assert copy.get_config() == network.get_config()
    assert [w.shape for w in copy.weights] == [w.shape for w in network.weights]


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_reduced_precision_computes_the_same_image(policy):
    """The skip stays in float32: bfloat16 has steps of 1 near 255."""
    keras.utils.set_random_seed(0)
    exact = SuperResolutionNetwork(2, width=4, residual_blocks=1, bicubic_skip=True)
    with dtype_policy(policy):
        reduced = SuperResolutionNetwork(2, width=4, residual_blocks=1, bicubic_skip=True)
    reduced.set_weights(exact.get_weights())
    output = reduced(photo(8, 8))
    assert output.dtype == "float32"
    np.testing.assert_allclose(output, exact(photo(8, 8)), atol=0.5)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"factor": 3}, "factor: expected one of 2, 4, 8. Received: 3"),
        ({"width": 0}, "width: expected a whole number from 1 to 256. Received: 0"),
        ({"residual_blocks": -1}, "residual_blocks: expected a whole number from 0 to 32. Received: -1"),
        ({"normalization": "group"}, "normalization: expected one of instance, batch, none. Received: 'group'"),
        (
            {"upsampling": "cubic"},
            "upsampling: expected one of transposed, resize, bilinear, subpixel. Received: 'cubic'",
        ),
    ],
)
def test_options_that_are_none(options, message):
    with pytest.raises(UserError, match=message):
        SuperResolutionNetwork(**options)
