"""PSNR and SSIM as super-resolution is compared: on Y, without the border (section 4.2)."""

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from fast_style.common.images.pixels import luma

SSIM_WINDOW = 11


def psnr(truth, image, border):
    """Peak signal-to-noise ratio of Y in dB; higher is closer, infinite where nothing differs.

    Args:
        truth: uint8 (height, width, 3).
        image: the same shape.
        border: pixels of each side that do not count, by convention as many as the factor.

    Y is that of BT.601, 16..235, not rounded; the peak is 255 all the same, as in the Matlab code
    that published figures come from.
    """
    with np.errstate(divide="ignore"):  # nothing differs
        return float(peak_signal_noise_ratio(_inner(truth, border), _inner(image, border), data_range=255))


def ssim(truth, image, border):
    """Structural similarity of Y, at most 1 (Wang et al. 2004); arguments as of :func:`psnr`.

    As in the authors' Matlab code: Gaussian window of 11x11 with sigma 1.5, population covariances,
    K1 = 0.01, K2 = 0.03, a range of 255, the mean over whole windows only.
    """
    return float(
        structural_similarity(
            _inner(truth, border),
            _inner(image, border),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=255,
        )
    )


def _inner(image, border):
    y = luma(image)
    return y[border : y.shape[0] - border, border : y.shape[1] - border]
