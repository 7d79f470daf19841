"""PSNR and SSIM on Y, against closed forms and against the definition written out."""

import math

import numpy as np
import pytest
from scipy.signal import convolve2d
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from fast_style.common.images.pixels import luma
from superres.evaluation.metrics import psnr, ssim


def pair(rng):
    truth = data.chelsea()[60:124, 100:180]
    noisy = np.clip(truth + rng.normal(0, 12, truth.shape), 0, 255).astype("uint8")
    return truth, noisy


def test_psnr_by_hand():
    """Grey 100 against 110: Y differs by 10 * 219 / 255 = 8.588; 20 log10(255 / 8.588) = 29.453 dB."""
    truth, image = (np.full((20, 20, 3), value, "uint8") for value in (100, 110))
    assert psnr(truth, image, 0) == pytest.approx(29.453, abs=1e-3)


def test_ssim_by_hand():
    """Flat images: only the term of means is left, (2ab + C1) / (a^2 + b^2 + C1) with C1 = 6.5025."""
    truth, image = (np.full((20, 20, 3), value, "uint8") for value in (50, 200))
    a, b = 16 + 50 * 219 / 255, 16 + 200 * 219 / 255
    expected = (2 * a * b + 6.5025) / (a * a + b * b + 6.5025)
    assert ssim(truth, image, 0) == pytest.approx(expected, abs=1e-9)


def test_ssim_is_wangs_definition(rng):
    """Wang et al. 2004, as in the authors' Matlab: an 11x11 Gaussian window of sigma 1.5, whole windows only."""
    truth, noisy = pair(rng)
    x, y = luma(truth)[4:-4, 4:-4], luma(noisy)[4:-4, 4:-4]
    axis = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    window = np.outer(axis, axis) / axis.sum() ** 2

    def mean(values):
        return convolve2d(values, window, mode="valid")

    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    expected = ((2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean()
    assert ssim(truth, noisy, 4) == pytest.approx(expected, abs=1e-3)


def test_equal_scikit_images(rng):
    truth, noisy = pair(rng)
    x, y = luma(truth)[4:-4, 4:-4], luma(noisy)[4:-4, 4:-4]
    assert psnr(truth, noisy, 4) == pytest.approx(peak_signal_noise_ratio(x, y, data_range=255), abs=1e-3)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    assert ssim(truth, noisy, 4) == pytest.approx(structural_similarity(x, y, **options), abs=1e-3)


def test_border_does_not_count(rng):
    truth, noisy = pair(rng)
    spoilt = noisy.copy()
    spoilt[:4] = spoilt[-4:] = 0
    spoilt[:, :4] = spoilt[:, -4:] = 255
    assert psnr(truth, spoilt, 4) == psnr(truth, noisy, 4)
    assert ssim(truth, spoilt, 4) == ssim(truth, noisy, 4)
    assert psnr(truth, spoilt, 3) < psnr(truth, noisy, 3)


def test_equal_images():
    truth = data.chelsea()[60:100, 100:140]
    with np.errstate(divide="ignore"):
        assert psnr(truth, truth, 2) == math.inf
    assert ssim(truth, truth, 2) == pytest.approx(1)
