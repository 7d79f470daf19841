"""Runs an evaluation over photographs and sizes, from its start or from where it stopped."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np

from fast_style.common.commands.progress import IterationProgress
from fast_style.common.errors import UserError
from fast_style.common.files import file_digest
from fast_style.common.images.image_io import as_rgb, list_images
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import find_network
from fast_style.common.processor import describe_processor
from fast_style.common.settings import check_bounds
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn
from fast_style.common.training.run_record import hardware, versions
from fast_style.conditions import mixed
from fast_style.evaluation.comparison import centre_square, compare, warm_up
from fast_style.evaluation.folder import EvaluationFolder
from fast_style.evaluation.measured_style import measured_style
from fast_style.objective import StyleObjective
from fast_style.optimization.jobs import optimization_precision
from fast_style.task import TASK


@dataclasses.dataclass
class Evaluation:
    """The result of :func:`evaluate`.

    Attributes:
        conditions: under what was measured, a dict for JSON.
        sizes: ``{side in pixels: {photograph: Comparison}}``.
        tv_weights: ``{side in pixels: weight of total variation there}``.
        painting: uint8 RGB (height, width, 3), or None where it is not at hand.
        stopped: whether it was asked to stop before the end.
    """

    conditions: dict
    sizes: dict = dataclasses.field(default_factory=dict)
    tv_weights: dict = dataclasses.field(default_factory=dict)
    painting: np.ndarray | None = None
    stopped: bool = False


def check_settings(settings):
    """Raises UserError for lists that do not match, and numbers that are too small."""
    for name in ("counts", "iterations"):
        given, sizes = len(getattr(settings, name)), len(settings.sizes)
        if given != sizes:
            raise UserError(f"--{name}: expected {sizes} numbers, one a size. Received: {given}")
    check_bounds(settings)


def evaluate(settings, overwrite=False, progress=True):
    """Measures what :class:`fast_style.settings.EvaluationSettings` say, saving each photograph in its folder.

    What the folder has of the same conditions is not measured again, so that the same call goes on where
    one stopped. Ctrl-C or SIGTERM leaves out the photograph at hand and all behind it.

    Raises:
        UserError: a bad setting, image, network or weights file; a folder of other conditions.
    """
    check_settings(settings)
    source = find_network(settings.network, TASK, "--network")
    measured = measured_style(source, settings)
    squares = _squares(settings)
    folder = EvaluationFolder(settings.output)
    # Not measured again: on a busy machine another would come out, and be refused.
    recorded = settings.precision == "auto" and not overwrite
    precision = optimization_precision(folder.precision() if recorded else settings.precision)
    with dtype_policy(precision):
        # A .keras file has a policy of its own.
        network = in_precision(source.load(), precision)
        if measured:
            network = mixed(network, measured.row)
        objective = StyleObjective.for_painting(settings)
    conditions = _conditions(settings, source, objective, precision)
    if measured:
        conditions["network"] |= {"painting": measured.shares, "stroke": measured.stroke}
    result = Evaluation(conditions, painting=as_rgb(settings.style))
    folder.begin(result.conditions, overwrite)
    with StopSignals() as signals:
        for size, chosen, iterations in zip(settings.sizes, squares, settings.iterations, strict=True):
            sized, warm = objective_at_size(objective, settings, size), False
            result.tv_weights[size], result.sizes[size] = sized.settings.tv_weight, {}
            for number, (name, square) in enumerate(chosen.items(), start=1):
                found = folder.load(size, name, iterations, square)
                if found is None:
                    if not warm:
                        warm_up(network, sized, size)
                        warm = True
                    label = f"{size} px, {number} of {len(chosen)}, {name}"
                    with IterationProgress(iterations, label, progress) as bar:
                        found = compare(
                            square,
                            network,
                            sized,
                            iterations,
                            settings.repeats,
                            settings.seed,
                            lambda _, picture, terms, bar=bar: bar.update(terms) or signals.received is not None,
                        )
                    if found is None:
                        result.stopped = True
                        return result
                    folder.save(size, name, found)
                result.sizes[size][name] = found
    return result


def _squares(settings):
    """For each size ``{name: square}``: read before anything is measured, so that a bad photograph is told at once."""
    squares = [{} for _ in settings.sizes]
    for number, (name, photo) in enumerate(itertools.islice(_photos(settings.photos).items(), max(settings.counts))):
        rgb = as_rgb(photo)
        for chosen, size, count in zip(squares, settings.sizes, settings.counts, strict=True):
            if number < count:
                chosen[name] = centre_square(rgb, size)
    return squares


def _photos(folder):
    """``{name: path or array}``: names are paths within the folder, without suffix where that is enough."""
    if folder is None:
        return sample_photos()
    paths = list_images(folder, warn)
    relative = [path.relative_to(folder) for path in paths]
    if len({path.with_suffix("") for path in relative}) == len(paths):
        relative = [path.with_suffix("") for path in relative]
    photos = {}
    for path, within in zip(paths, relative, strict=True):
        name = "_".join(within.parts)
        while name in photos:  # a_b.jpg beside a/b.jpg
            name += "_"
        photos[name] = path
    return photos


def objective_at_size(objective, settings, size):
    """The objective with total variation weighted for a size, on the same painting."""
    if not settings.tv_size or settings.tv_size == size:
        return objective
    return objective.resized(objective.style_size, sum_factor=(settings.tv_size / size) ** 2)


def _conditions(settings, source, objective, precision):
    """Under what is measured, as JSON reads it back."""
    options = {name: getattr(settings, name) for name in settings.objective_names()}
    if settings.style_scaling == "paper":  # evaluations of before there was another say nothing of it
        del options["style_scaling"]
    conditions = {
        "network": {"name": source.name, "sha256": source.sha256},
        "painting": {
            "name": Path(settings.style).name,
            "sha256": file_digest(settings.style),
        },
        "loss_network": objective.loss_network.record(),
        "objective": {**options, "tv_size": settings.tv_size},
        "photographs": Path(settings.photos).resolve().name if settings.photos else "samples of scikit-image",
        "baseline": {"method": "L-BFGS-B within 0..255", "start": "white noise", "seed": settings.seed},
        "precision": precision,
        "versions": versions(),
        "processor": describe_processor(),
        "gpus": hardware()["gpus"],
    }
    return {k: _lists(v) for k, v in conditions.items()}


def _lists(value):
    """Tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {name: _lists(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value
