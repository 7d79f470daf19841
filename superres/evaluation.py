"""Measures networks as the paper does: degrade the ground truth, enlarge it, compare (section 4.2)."""

import dataclasses
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter

from common.errors import UserError
from common.geometry import resize_array
from common.image_io import list_images, read_photo
from common.labels import distinct_labels
from common.pixels import luma
from superres.degradation import check_degradation, crop_to_multiple, degrade_photo
from superres.metrics import SSIM_WINDOW, psnr, ssim
from superres.upscaling import upscale

CROP = 96  # side in pixels of the crops that are shown


@dataclasses.dataclass
class Scores:
    """What was measured on one image.

    Attributes:
        dataset: name of the folder; its path, where two have one name.
        image: file name without its suffix.
        values: ``{method: (PSNR in dB, SSIM)}``.
        crops: ``{method: uint8 (96, 96, 3) or smaller}``, with ``"input"`` (smaller by the factor)
            and ``"ground truth"`` in front: the region with the most detail.
    """

    dataset: str
    image: str
    values: dict
    crops: dict


@dataclasses.dataclass
class Evaluation:
    """The result of :func:`evaluate`.

    Attributes:
        factor, degradation: what was measured.
        methods: ``{label: remark}``: bicubic, then the networks, with what comes behind them.
        images: list of Scores.
        notes: lines on what was cropped.
        failed: lines on images that could not be measured.
    """

    factor: int
    degradation: str
    methods: dict
    images: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    failed: list = dataclasses.field(default_factory=list)

    @property
    def datasets(self):
        """Names of the datasets, in order."""
        return list(dict.fromkeys(scores.dataset for scores in self.images))

    def means(self, dataset):
        """``{method: (mean PSNR in dB, mean SSIM)}`` over the images of a dataset."""
        rows = [scores.values for scores in self.images if scores.dataset == dataset]
        return {name: tuple(np.mean([row[name] for row in rows], axis=0).tolist()) for name in self.methods}


def evaluate(data, networks, factor=4, degradation="bicubic", histogram_matching=None, progress=None):
    """PSNR and SSIM on Y of networks and of bicubic interpolation, on folders of ground truth.

    Sides that are no multiples of the factor are cropped; a border as wide as the factor does not count.

    Args:
        data: a folder of images, or a list of such; each is a dataset and is searched recursively.
        networks: ``{label: network}``, each a :class:`SuperResolutionNetwork`, :class:`SRCNN`, or any
            other :class:`superres.enlarging_network.EnlargingNetwork`.
        factor: of all networks.
        degradation: how inputs are made: ``"bicubic"`` (the standard benchmark) or
            ``"blur-bicubic"`` (the paper).
        histogram_matching: see :func:`superres.upscale`.
        progress: wraps the list of images, such as ``tqdm.tqdm``.

    Returns:
        Evaluation. Images that do not decode or are too small are named in it.

    Raises:
        UserError: no images, none that can be measured, an unknown degradation, a network of another factor.
    """
    check_degradation(degradation)
    methods = {"bicubic": "bicubic interpolation"}
    for label, network in networks.items():
        if network.factor != factor:
            raise UserError(f"network {label}: expected one of factor {factor}. Received: factor {network.factor}")
        matched = network.histogram_matching if histogram_matching is None else histogram_matching
        methods[label] = "histogram matched to the input" if matched else "as the network gives it"
    folders = [data] if isinstance(data, str | Path) else list(data)
    datasets = distinct_labels(folders, lambda folder: Path(folder).resolve().name)
    paths = [(name, path) for name, folder in datasets.items() for path in list_images(folder)]
    result = Evaluation(factor, degradation, methods)
    for dataset, path in progress(paths) if progress else paths:
        try:
            truth = _ground_truth(path, factor, result.notes)
        except UserError as error:
            result.failed.append(str(error))
            continue
        low = degrade_photo(truth, factor, degradation)
        pictures = {"bicubic": resize_array(low, *truth.shape[:2])}
        for label, network in networks.items():
            pictures[label] = upscale(low, network, histogram_matching)
        values = {name: (psnr(truth, p, factor), ssim(truth, p, factor)) for name, p in pictures.items()}
        result.images.append(Scores(dataset, path.stem, values, _crops(truth, low, pictures, factor)))
    if not result.images:
        raise UserError(f"--data: expected images that can be measured. Received: none; {result.failed[0]}")
    return result


def _ground_truth(path, factor, notes):
    photo = read_photo(path).rgb
    truth = crop_to_multiple(photo, factor)
    least = SSIM_WINDOW + 2 * factor
    if min(truth.shape[:2]) < least:
        raise UserError(
            f"{path}: expected at least {least} pixels a side for factor {factor}. "
            f"Received: {photo.shape[1]}x{photo.shape[0]}"
        )
    if truth.shape != photo.shape:
        notes.append(
            f"{path.name}: ground truth cropped from {photo.shape[1]}x{photo.shape[0]} to "
            f"{truth.shape[1]}x{truth.shape[0]}, multiples of {factor}"
        )
    return truth


def _crops(truth, low, pictures, factor):
    """The same region of everything: the one of the ground truth whose luma varies most."""
    y = luma(truth)
    side = min(CROP // factor, *low.shape[:2])  # in pixels of the input
    variance = uniform_filter(y * y, side * factor) - uniform_filter(y, side * factor) ** 2
    row, column = np.unravel_index(np.argmax(variance), y.shape)
    top, left = (
        int(np.clip(centre // factor - side // 2, 0, length - side))
        for centre, length in zip((row, column), low.shape[:2], strict=True)
    )
    fine = (slice(top * factor, (top + side) * factor), slice(left * factor, (left + side) * factor))
    return {
        "ground truth": truth[fine].copy(),
        "input": low[top : top + side, left : left + side].copy(),
        **{name: picture[fine].copy() for name, picture in pictures.items()},
    }
