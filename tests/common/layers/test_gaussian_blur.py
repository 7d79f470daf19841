"""GaussianBlur: equal to tensorflow-addons' gaussian_filter2d."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.layers import GaussianBlur
from fast_style.common.layers.gaussian_blur import gaussian_kernel
from tests.common.layers.configuration import assert_mixed, assert_round_trip

# Made by golden/make_tfa_golden.py.
GOLDEN = np.load(Path(__file__).parent / "golden" / "tfa_golden.npz")
CASES = sorted({key.split("/")[0] for key in GOLDEN.files if key.startswith("blur_")})


@pytest.mark.parametrize("case", CASES)
def test_equals_tensorflow_addons(case):
    """Golden values: TFA 0.23 on TensorFlow 2.15.1, padding REFLECT."""
    blur = GaussianBlur(float(GOLDEN[f"{case}/sigma"]), int(GOLDEN[f"{case}/size"]))
    np.testing.assert_allclose(blur(GOLDEN[f"{case}/inputs"]), GOLDEN[f"{case}/outputs"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_equals_tensorflow_addons_where_the_size_is_not_known(case):
    inputs = GOLDEN[f"{case}/inputs"]
    blur = GaussianBlur(float(GOLDEN[f"{case}/sigma"]), int(GOLDEN[f"{case}/size"]))
    function = tf.function(blur, input_signature=[tf.TensorSpec((None, None, None, inputs.shape[-1]), tf.float32)])
    np.testing.assert_allclose(function(inputs), GOLDEN[f"{case}/outputs"], rtol=0, atol=1e-5)


def test_golden_cases_are_all_there():
    assert len(CASES) == 5


def test_kernel_closed_form():
    """Sigma 1, size 3: exp(-1/2) = 0.60653 either side of 1; sum 2.21306; 0.27407, 0.45186, 0.27407."""
    np.testing.assert_allclose(gaussian_kernel(1.0, 3), [0.274069, 0.451863, 0.274069], atol=1e-6)


def test_a_point_becomes_the_outer_product_of_the_kernel():
    image = np.zeros((1, 7, 7, 2), "float32")
    image[0, 3, 3] = [1.0, 10.0]
    kernel = np.exp(-0.5 * (np.arange(-2, 3) / 0.8) ** 2)
    expected = np.zeros((7, 7))
    expected[1:6, 1:6] = np.outer(kernel, kernel) / kernel.sum() ** 2
    blurred = np.asarray(GaussianBlur(0.8, 5)(image))[0]
    np.testing.assert_allclose(blurred[..., 0], expected, atol=1e-6)
    np.testing.assert_allclose(blurred[..., 1], 10 * expected, atol=1e-5)


def test_kernel_larger_than_the_image(rng):
    """A 15-pixel kernel on 3x2: the sum over numpy's own reflection, which bounces to and fro."""
    image = rng.uniform(size=(3, 2)).astype("float32")
    padded = np.pad(image, 7, mode="reflect")
    kernel = np.exp(-0.5 * (np.arange(-7, 8) / 3.0) ** 2)
    kernel /= kernel.sum()
    expected = [[np.sum(np.outer(kernel, kernel) * padded[i : i + 15, j : j + 15]) for j in range(2)] for i in range(3)]
    np.testing.assert_allclose(
        np.asarray(GaussianBlur(3.0, 15)(image[None, ..., None]))[0, ..., 0], expected, atol=1e-6
    )


def test_one_pixel_stays():
    np.testing.assert_allclose(np.ravel(GaussianBlur(2.0)(np.full((1, 1, 1, 3), 200.0, "float32"))), 200.0, rtol=1e-6)


@pytest.mark.parametrize("sigma, size", [(1.0, 7), (0.4, 5), (2.5, 17), (3, 19)])
def test_default_size_holds_three_sigma_a_side(sigma, size):
    """1 + 2 ceil(3 sigma): 1 + 2 * 3, 1 + 2 * 2, 1 + 2 * 8, 1 + 2 * 9."""
    assert GaussianBlur(sigma).size == size


@pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
def test_mixed_policies(compute_dtype, rng):
    layer = GaussianBlur(1.0, dtype=f"mixed_{compute_dtype}")
    assert_mixed(layer, rng.uniform(0, 1, size=(2, 9, 8, 3)).astype("float32"), compute_dtype)


def test_configuration_round_trip(rng):
    assert_round_trip(GaussianBlur(1.5, 7), rng.uniform(size=(1, 9, 8, 3)).astype("float32"))
    assert GaussianBlur(1.5).get_config()["size"] == 11


@pytest.mark.parametrize("sigma", [0, -1.0, float("nan")])
def test_sigma_that_is_not_positive_is_refused(sigma):
    with pytest.raises(UserError, match=r"sigma: expected a positive number of pixels. Received: (0|-1.0|nan)"):
        GaussianBlur(sigma)


@pytest.mark.parametrize("size", [4, 0, -3])
def test_size_that_is_not_odd_and_positive_is_refused(size):
    with pytest.raises(UserError, match=rf"size: expected a positive odd number of pixels. Received: {size}"):
        GaussianBlur(1.0, size)
