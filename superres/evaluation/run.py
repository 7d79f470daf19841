"""Measures networks as the paper does: degrade the ground truth, enlarge it, compare (section 4.2)."""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from keras import ops
from scipy.ndimage import uniform_filter

from fast_style.common.commands.photo_jobs import TOO_LARGE
from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.images.pixels import luma
from fast_style.common.labels import distinct_labels
from fast_style.common.losses import feature_loss
from fast_style.common.memory import memory_errors
from fast_style.common.networks.loss_network import LossNetwork
from fast_style.common.networks.precision import resolve_precision
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import as_network
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn
from superres.degradation import check_degradation, crop_to_multiple, degrade_photo
from superres.enlarging_network import EnlargingNetwork
from superres.evaluation.metrics import SSIM_WINDOW, psnr, ssim
from superres.task import TASK
from superres.upscaling import upscale

CROP = 96  # side in pixels of the crops that are shown
MEAN = "mean"  # what reports call the row of means, and so no image
# What results have themselves, and so no network is called: a network of such a label would take its place.
RESERVED_LABELS = ("bicubic", "input", "ground truth", MEAN)


@dataclasses.dataclass
class Scores:
    """What was measured on one image.

    Attributes:
        dataset: name of the folder; its path, where two have one name.
        image: path within the folder without its suffix; with it, where two would have one name or one be "mean".
        values: ``{method: (PSNR in dB, SSIM)}``, and a third, the feature distance, where it was measured.
        crops: ``{method: uint8 (96, 96, 3) or smaller}``, with ``"input"`` (smaller by the factor)
            and ``"ground truth"`` in front: the region with the most detail.
    """

    dataset: str
    image: str
    values: dict
    crops: dict


@dataclasses.dataclass
class Failure:
    """An image that could not be measured, and a line on why; names as of :class:`Scores`."""

    dataset: str
    image: str
    reason: str


@dataclasses.dataclass
class Evaluation:
    """The result of :func:`evaluate`.

    Attributes:
        factor, degradation: what was measured.
        methods: ``{label: remark}``: bicubic, then the networks, with what comes behind them.
        precision: the dtype policy that the networks computed under.
        loss_network: what measured the feature distance, in words, or "" where it was not.
        found: ``{dataset: number of images in it}``, measured or not.
        images: list of Scores.
        notes: lines on what was cropped.
        failures: list of Failure.
        signal: number of the signal that asked to stop, or None.
    """

    factor: int
    degradation: str
    methods: dict
    precision: str
    found: dict
    images: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    failures: list = dataclasses.field(default_factory=list)
    signal: int | None = None
    loss_network: str = ""

    @property
    def datasets(self):
        """Names of the datasets of which something was measured, in order."""
        return list(dict.fromkeys(scores.dataset for scores in self.images))

    @property
    def failed(self):
        """Lines on images that could not be measured."""
        return [failure.reason for failure in self.failures]

    @property
    def total(self):
        """Number of images found."""
        return sum(self.found.values())

    @property
    def stopped(self):
        """Whether it ended before the last image."""
        return len(self.images) + len(self.failures) < self.total

    def measured(self, dataset):
        """Number of images of a dataset that the means are over."""
        return sum(scores.dataset == dataset for scores in self.images)

    def means(self, dataset):
        """``{method: (mean PSNR in dB, mean SSIM, ...)}``, as of :class:`Scores`, over the images of a dataset."""
        rows = [scores.values for scores in self.images if scores.dataset == dataset]
        return {name: tuple(np.mean([row[name] for row in rows], axis=0).tolist()) for name in self.methods}


def evaluate(
    data: str | os.PathLike | Sequence[str | os.PathLike],
    networks: Mapping[str, EnlargingNetwork | str | os.PathLike],
    factor: int = 4,
    degradation: str = "bicubic",
    *,
    histogram_matching: bool | None = None,
    progress: Callable[[Iterable], Iterable] | None = None,
    precision: str = "float32",
    loss_network: LossNetwork | None = None,
    self_ensemble: bool = False,
) -> Evaluation:
    """PSNR and SSIM on Y of networks and of bicubic interpolation, on folders of ground truth (section 4.2).

    Sides that are no multiples of the factor are cropped; a border as wide as the factor does not count.
    Ctrl-C or SIGTERM leaves out all behind the image at hand, a second one that image too.

    >>> import os, tempfile, superres, numpy as np
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.mkdir(f"{folder}/Set1")
    ...     noise = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    ...     Image.fromarray(noise).save(f"{folder}/Set1/noise.png")
    ...     found = superres.evaluate(f"{folder}/Set1", {"srcnn": "x4_srcnn"}, factor=4)
    >>> for method, (psnr, ssim) in found.means("Set1").items():
    ...     print(f"{method}: {psnr:.0f} dB, {ssim:.1f}")
    bicubic: ... dB, 0...
    srcnn: ... dB, 0...

    Args:
        data: a folder of images, or a list of such; each is a dataset and is searched recursively.
        networks: ``{label: network}``, each a :class:`SuperResolutionNetwork`, :class:`SRCNN`, or any
            network that enlarges, the name of one that ships, or a ``.keras`` file. A label is none of ``"bicubic"``,
            ``"input"``, ``"ground truth"`` and ``"mean"``, which results have themselves.
        factor: of all networks: 2, 4 (default) or 8.
        degradation: how inputs are made: ``"bicubic"`` (the standard benchmark, default) or
            ``"blur-bicubic"`` (the paper).
        histogram_matching: see :func:`superres.upscale`. Default: as each network was meant.
        progress: wraps the list of images, such as ``tqdm.tqdm``. Default: None.
        precision: ``"float32"`` (default), whose figures compare between machines, ``"mixed_bfloat16"``,
            ``"mixed_float16"``, or ``"auto"`` for what this machine runs fastest.
        loss_network: a :class:`LossNetwork`: measure, too, the feature distance, eq. 2 summed over
            its layers, between whole pictures; lower is closer. It sees sharpness, which PSNR and SSIM punish.
        self_ensemble: see :func:`superres.upscale`; of all networks. Default: False.

    Returns:
        Evaluation: ``means(dataset)`` is ``{method: (PSNR in dB, SSIM)}``, whose methods are ``"bicubic"`` and the
        labels; ``datasets`` are the names of the folders, ``images`` the scores of each image. Images that do not
        decode, are too small, or larger than a network takes are named in it, and count for no method. Where it was
        stopped, it may have no images.

    Raises:
        UserError: no images, none that can be measured, an unknown degradation or precision, a bad network or
            label, a network of another factor.
    """
    if taken := [label for label in RESERVED_LABELS if label in networks]:
        raise UserError(f"networks: expected labels other than {', '.join(RESERVED_LABELS)}. Received: {taken[0]!r}")
    check_degradation(degradation)
    precision = resolve_precision(precision, training=False)
    networks = {
        label: in_precision(as_network(network, TASK, f"network {label}", factor), precision)
        for label, network in networks.items()
    }
    methods = {"bicubic": "bicubic interpolation"}
    for label, network in networks.items():
        matched = network.histogram_matching if histogram_matching is None else histogram_matching
        remark = "histogram matched to the input" if matched else "as the network gives it"
        methods[label] = f"mean of eight orientations, {remark}" if self_ensemble else remark
    folders = [os.fspath(one) for one in ([data] if isinstance(data, str | os.PathLike) else data)]
    datasets = distinct_labels(folders, lambda folder: Path(folder).resolve().name)
    images = {dataset: _images(folder) for dataset, folder in datasets.items()}
    found = {dataset: len(paths) for dataset, paths in images.items()}
    result = Evaluation(factor, degradation, methods, precision, found)
    if loss_network is not None:
        result.loss_network = f"{' '.join(loss_network.model.output)} of {loss_network.architecture}"
    paths = [(dataset, image, path) for dataset in images for image, path in images[dataset].items()]
    with StopSignals() as signals, contextlib.suppress(KeyboardInterrupt):  # a second signal loses one image, not all
        for dataset, image, path in progress(paths) if progress else paths:
            if signals.received is not None:
                break
            try:
                truth = _ground_truth(path, image, factor, result.notes)
                low = degrade_photo(truth, factor, degradation)
                pictures = {"bicubic": resize_array(low, *truth.shape[:2])}
                for label, network in networks.items():
                    pictures[label] = _enlarged(
                        low,
                        network,
                        f"{path}, {label}",
                        histogram_matching=histogram_matching,
                        self_ensemble=self_ensemble,
                    )
                values = {name: (psnr(truth, p, factor), ssim(truth, p, factor)) for name, p in pictures.items()}
                if loss_network is not None:
                    values = {k: (*v, _feature_distance(loss_network, truth, pictures[k])) for k, v in values.items()}
                result.images.append(Scores(dataset, image, values, _crops(truth, low, pictures, factor)))
            except UserError as error:
                result.failures.append(Failure(dataset, image, str(error)))
            except memory_errors():
                result.failures.append(Failure(dataset, image, TOO_LARGE.format(path)))
    result.signal = signals.received
    if not result.images and not result.stopped:
        raise UserError(f"--data: expected images that can be measured. Received: none; {result.failed[0]}")
    return result


def _feature_distance(loss_network, truth, picture):
    """Eq. 2, summed over the layers, of uint8 pictures of one size."""
    features = loss_network(np.stack([truth, picture]).astype("float32"))
    return float(sum(feature_loss(*ops.split(found, 2))[0] for found in features.values()))


def _images(folder):
    """``{name: path}`` of the images in a folder, named as :class:`Scores` says."""
    relative = [path.relative_to(folder) for path in list_images(folder, warn)]
    names = distinct_labels(relative, lambda path: path.with_suffix("").as_posix(), taken=(MEAN,))
    return {name: Path(folder) / path for name, path in names.items()}


def _enlarged(low, network, name, **options):
    """:func:`superres.upscale`, with errors that say of what they are."""
    try:
        return upscale(low, network, **options)
    except UserError as error:
        raise UserError(f"{name}: {str(error).removeprefix('image: ')}") from error


def _ground_truth(path, image, factor, notes):
    photo = read_photo(path).on_white()
    truth = crop_to_multiple(photo, factor)
    least = SSIM_WINDOW + 2 * factor
    if min(truth.shape[:2]) < least:
        raise UserError(
            f"{path}: expected at least {least} pixels a side for factor {factor}. "
            f"Received: {photo.shape[1]}x{photo.shape[0]}"
        )
    if truth.shape != photo.shape:
        name = image.removesuffix(path.suffix) + path.suffix
        notes.append(
            f"{name}: ground truth cropped from {photo.shape[1]}x{photo.shape[0]} to "
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
