"""The field of noise: what it is as a function of position, and the layer that adds it."""

import numpy as np
import pytest
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.plane_waves import noise_field, place_of, plane_waves
from fast_style.common.layers import NoiseField
from tests.common.layers.configuration import assert_round_trip


def line(start, stop, step=4):
    return np.arange(start, stop, step, dtype="float32")[None]


def test_a_field_is_the_sum_of_its_plane_waves():
    """In float64, wave by wave: ``sqrt(2 / K)`` times the sum of sines, at places as far off as seeds go."""
    rows, columns, waves = line(16000, 16400), line(-200, 200), plane_waves(3)
    field, half = noise_field(rows, columns, 3), waves.down.shape[1] // 2
    down, right, phases = (one[:, :half].astype("float64") for one in (waves.down, waves.right, waves.row_phases))
    angles = (
        down[:, None, None] * rows[0][:, None, None]
        + right[:, None, None] * columns[0][:, None]
        + phases[:, None, None]
    )
    np.testing.assert_allclose(field[0], 8 * np.sqrt(2 / half) * np.sin(angles).sum(-1).transpose(1, 2, 0), atol=4e-2)


def test_channels_are_of_one_deviation_and_from_fine_to_coarse():
    """Mean wavelengths by the power spectrum of 1200x1200 pixels: bands of an octave of 16 to 128 pixels."""
    field = noise_field(line(0, 1200), line(0, 1200), 3)[0]
    np.testing.assert_allclose(field.std((0, 1)), 8, atol=0.4)
    assert np.abs(field.mean((0, 1))).max() < 0.4
    power = np.abs(np.fft.fft2(field, axes=(0, 1))) ** 2
    frequencies = np.fft.fftfreq(300, 4)
    frequency = np.hypot(frequencies[:, None], frequencies)[..., None]
    lengths = power.sum((0, 1)) / (power * frequency).sum((0, 1))
    assert all(16 * 2**number < length < 32 * 2**number for number, length in enumerate(lengths)), lengths


# By the shortest wave.
FIRST = {
    8: [[-3.061464, -10.680904], [-1.19628, -5.798544]],
    16: [[-3.061461, -11.968317], [-1.676286, -8.354721]],
}


def test_the_field_is_that_which_networks_were_trained_on():
    """Values of the days when it was made: with others, every trained network would paint something else."""
    for finest, values in FIRST.items():
        np.testing.assert_allclose(noise_field(line(0, 8), line(0, 8), 2, finest=finest)[0, :, :, 0], values, atol=1e-4)
    assert [place_of(seed) for seed in (0, 1, 2**32 - 1)] == [(0, 0), (9471, 10342), (15775, 2050)]


def test_keras_and_numpy_make_the_same_field():
    rows, columns = line(-48, 100), line(4000, 4080)
    of_keras = noise_field(ops.convert_to_tensor(rows), ops.convert_to_tensor(columns), 5, ops)
    np.testing.assert_allclose(of_keras, noise_field(rows, columns, 5), atol=1e-2)


@pytest.fixture
def layer():
    made = NoiseField(3)
    made.build((None, None, None, 5))
    made.set_weights([np.random.default_rng(0).normal(0, 1, (1, 1, 3, 5))])
    return made


def test_it_adds_nothing_at_first():
    features = np.random.default_rng(0).normal(0, 1, (2, 6, 7, 5)).astype("float32")
    np.testing.assert_array_equal(NoiseField(3)(features), features)


def test_a_place_of_so_many_pixels_is_one_of_the_features(layer):
    features = np.zeros((1, 12, 16, 5), "float32")
    here, down, right = (np.asarray(layer(features, place=place)) for place in ((0, 0), (4, 0), (0, 4)))
    np.testing.assert_array_equal(down[:, :-1], here[:, 1:])
    np.testing.assert_array_equal(right[:, :, :-1], here[:, :, 1:])
    assert np.abs(here[:, 1:] - here[:, :-1]).min() > 0


def test_a_border_in_front_lies_before_the_place(layer):
    few, many = np.zeros((1, 12, 16, 5), "float32"), np.zeros((1, 14, 18, 5), "float32")
    np.testing.assert_array_equal(layer(many, before=8)[:, 2:, 2:], layer(few))


def test_photographs_of_a_batch_have_places_of_their_own(layer):
    features = np.zeros((2, 6, 7, 5), "float32")
    both = np.asarray(layer(features, place=np.array([[3, 900], [77, 5]])))
    for number, place in enumerate(((3, 900), (77, 5))):
        np.testing.assert_allclose(both[number], layer(features[:1], place=place)[0], atol=1e-5)


def test_places_are_kept_in_reduced_precision():
    """In bfloat16, 4096 and 4100 would be one number."""
    layer = NoiseField(3, dtype="mixed_bfloat16")
    features = np.zeros((1, 6, 7, 5), "float32")
    layer(features)
    layer.set_weights([np.ones((1, 1, 3, 5))])
    here, there = (np.asarray(ops.cast(layer(features, place=place), "float32")) for place in ((4096, 0), (4100, 0)))
    np.testing.assert_array_equal(there[:, :-1], here[:, 1:])
    assert layer(features).dtype == "bfloat16"


def test_it_is_made_again_from_its_configuration():
    layer, features = NoiseField(3, pixels=2, name="noise"), np.ones((1, 6, 7, 5), "float32")
    layer(features)
    layer.set_weights([np.ones((1, 1, 3, 5))])
    assert_round_trip(layer, features)


@pytest.mark.parametrize("bad", [{"channels": 0}, {"channels": 1.5}, {"channels": 1, "pixels": 0}])
def test_numbers_that_are_none_are_refused(bad):
    with pytest.raises(UserError, match=r"expected a whole number of at least 1\. Received"):
        NoiseField(**bad)
