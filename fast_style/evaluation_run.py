"""Runs an evaluation over photographs and sizes, from its start or from where it stopped."""

import dataclasses
import hashlib
from pathlib import Path

from common.errors import UserError
from common.image_io import as_rgb, list_images
from common.precision import dtype_policy
from common.processor import describe_processor
from common.progress import IterationProgress
from common.run_record import hardware, versions
from common.sample_photos import sample_photos
from common.settings import check_least
from common.stop_signals import StopSignals
from fast_style.evaluation import centre_square, compare, warm_up
from fast_style.evaluation_files import EvaluationFolder
from fast_style.objective import StyleObjective
from fast_style.optimization_jobs import optimization_precision
from fast_style.pretrained_networks import load_network, style_entries

# Options of the objective that the loss network's own record tells.
RECORDED = ("architecture", "loss_weights", "pooling")


@dataclasses.dataclass
class Evaluation:
    """The result of :func:`evaluate`.

    Attributes:
        conditions: under what was measured, a dict for JSON.
        sizes: ``{side in pixels: {photograph: Comparison}}``.
        tv_weights: ``{side in pixels: weight of total variation there}``.
        stopped: whether it was asked to stop before the end.
    """

    conditions: dict
    sizes: dict = dataclasses.field(default_factory=dict)
    tv_weights: dict = dataclasses.field(default_factory=dict)
    stopped: bool = False


def check_settings(settings):
    """Raises UserError for lists that do not match and numbers that are too small."""
    for name in ("counts", "iterations"):
        given, sizes = len(getattr(settings, name)), len(settings.sizes)
        if given != sizes:
            raise UserError(f"--{name}: expected {sizes} numbers, one a size. Received: {given}")
    for name, least in (("sizes", 32), ("counts", 1), ("iterations", 1)):
        if min(getattr(settings, name)) < least:
            raise UserError(f"--{name}: expected at least {least}. Received: {min(getattr(settings, name))}")
    check_least(settings, 1, "repeats")
    check_least(settings, 0, "seed")
    if settings.tv_size < 0:
        raise UserError(f"--tv-size: expected at least 0 pixels. Received: {settings.tv_size}")


def evaluate(settings, overwrite=False, progress=True):
    """Measures what :class:`fast_style.settings.EvaluationSettings` say, saving each photograph in its folder.

    What the folder has of the same conditions is not measured again, so that the same call goes on where
    one stopped. Ctrl-C or SIGTERM leaves out the photograph at hand and all behind it.

    Raises:
        UserError: a bad setting, image, network or weights file; a folder of other conditions.
    """
    check_settings(settings)
    photos = _photos(settings.photos)
    precision = optimization_precision(settings.precision)
    with dtype_policy(precision):
        network = load_network(settings.network)
        objective = StyleObjective.for_painting(settings.style, **settings.objective_options())
    result = Evaluation(_conditions(settings, objective, precision))
    folder = EvaluationFolder(settings.output)
    folder.begin(result.conditions, overwrite)
    with StopSignals() as signals:
        for size, count, iterations in zip(settings.sizes, settings.counts, settings.iterations, strict=True):
            sized, warm = objective_at_size(objective, settings, size), False
            result.tv_weights[size], result.sizes[size] = sized.tv_weight, {}
            for number, (name, photo) in enumerate(list(photos.items())[:count], start=1):
                square = centre_square(as_rgb(photo), size)
                found = folder.load(size, name, iterations, square)
                if found is None:
                    if not warm:
                        warm_up(network, sized, size)
                        warm = True
                    label = f"{size} px, {number} of {min(count, len(photos))}, {name}"
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


def _photos(folder):
    """``{name: path or array}``: names are paths within the folder, without suffix where that is enough."""
    if folder is None:
        return sample_photos()
    paths = list_images(folder)
    relative = [path.relative_to(folder) for path in paths]
    if len({path.with_suffix("") for path in relative}) == len(paths):
        relative = [path.with_suffix("") for path in relative]
    return {"_".join(name.parts): path for name, path in zip(relative, paths, strict=True)}


def objective_at_size(objective, settings, size):
    """The objective with total variation weighted for a size, on the same painting."""
    if not settings.tv_size or settings.tv_size == size:
        return objective
    return objective.resized(objective.style_size, sum_factor=(settings.tv_size / size) ** 2)


def _conditions(settings, objective, precision):
    """Under what is measured, as JSON reads it back."""
    entry = style_entries().get(settings.network)
    sha256 = entry["sha256"] if entry else hashlib.sha256(Path(settings.network).read_bytes()).hexdigest()
    options = {k: v for k, v in settings.objective_options().items() if k not in RECORDED}
    conditions = {
        "network": {"name": Path(settings.network).name, "sha256": sha256},
        "painting": {
            "name": Path(settings.style).name,
            "sha256": hashlib.sha256(Path(settings.style).read_bytes()).hexdigest(),
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
