"""Optimises pictures for files: progress, pictures on the way, stopping."""

import contextlib
import dataclasses
import itertools
from pathlib import Path

import numpy as np

from fast_style.common.commands.photo_jobs import run_jobs
from fast_style.common.commands.progress import IterationProgress
from fast_style.common.errors import UserError
from fast_style.common.files import check_names
from fast_style.common.images.geometry import limit_long_side, limit_photo, resize_array
from fast_style.common.images.image_io import Photo, as_rgb, list_images, write_photo
from fast_style.common.images.pixels import to_uint8
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.precision import dtype_policy, resolve_precision
from fast_style.common.settings import check_bounds
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn
from fast_style.objective import StyleObjective
from fast_style.optimization.optimize import optimize, read_start

# Of a folder over which filters are normalised, and their long side: more change the means by little.
NORMALIZING_PHOTOS, NORMALIZING_SIZE = 50, 256


def build_objective(settings):
    """The objective of :class:`fast_style.settings.OptimizationSettings`.

    Where the painting is to be as large as each photograph, it is built at 256 and to be ``resized``.

    Raises:
        UserError: a bad painting, layer, weight, weights file or folder.
    """
    photos = []
    if settings.normalize_filters == "samples":
        # Three photographs in brown would leave filters of other colours nearly without activation, and blow them up
        # 75-fold against 50 photographs; with their channels in all six orders it is 1.5-fold in the first block.
        orders = list(itertools.permutations(range(3)))
        photos = [np.ascontiguousarray(photo[..., order]) for photo in sample_photos().values() for order in orders]
    elif settings.normalize_filters is not None:
        photos = [as_rgb(path) for path in list_images(settings.normalize_filters, warn)[:NORMALIZING_PHOTOS]]
    settings = dataclasses.replace(settings.for_objective(), style_size=settings.style_size or 256)
    options = {"style_blend": settings.style_blend, "scaling": settings.scaling}
    normalize_over = [limit_long_side(photo, NORMALIZING_SIZE) for photo in photos]
    with dtype_policy(optimization_precision(settings.precision)):
        return StyleObjective.for_painting(settings, normalize_over, **options)


def check_settings(settings):
    """Raises UserError for what is bad whatever the photograph: once, and not for each."""
    check_bounds(settings)
    if not 0 < settings.learning_rate < float("inf"):
        raise UserError(f"--learning-rate: expected a positive number. Received: {settings.learning_rate}")
    read_start(settings.start, "--start")


def check_kept_pictures(jobs, settings, overwrite=False):
    """Raises UserError where pictures on the way cannot be kept, or would replace others."""
    for job in jobs if settings.save_every else ():
        if job.target == "-":
            raise UserError("--save-every: expected a file or folder as --output. Received: standard output")
        if not job.problem:
            check_names(_kept_picture(job, settings.iterations * settings.scales), "--save-every")
        if overwrite:
            continue
        # Of very many iterations few have a picture there: these are looked at.
        for path in sorted(Path(job.target).parent.glob("*_iteration-*")):
            text = path.stem.rpartition("-")[2]
            iteration = int(text) if text.isdecimal() else 0
            asked = 0 < iteration <= settings.iterations * settings.scales and iteration % settings.save_every == 0
            if asked and path == _kept_picture(job, iteration):
                raise UserError(f"--save-every: expected new files, or --overwrite. Received: {path}, which exists")


def _kept_picture(job, iteration):
    target = Path(job.target)
    return target.with_name(f"{target.stem}_iteration-{iteration:05d}{target.suffix}")


def optimization_precision(name):
    """As :func:`resolve_precision`; never float16, in which gradients of pixels underflow.

    Raises:
        UserError: float16 was asked for.
    """
    if name == "mixed_float16":
        raise UserError(
            "--precision: expected auto, float32 or mixed_bfloat16, because gradients of pixels underflow in float16. "
            "Received: mixed_float16"
        )
    resolved = resolve_precision(name)
    return "float32" if resolved == "mixed_float16" else resolved


def optimize_files(jobs, settings, quality=95, progress=True, signals=None, watch=None):
    """Runs jobs of :func:`plan_jobs` by optimisation.

    Ctrl-C or SIGTERM ends the picture at hand after its iteration, keeps it, and leaves out the rest.

    Args:
        jobs: list of Job.
        settings: :class:`fast_style.settings.OptimizationSettings`.
        quality: of JPEG and WebP, 1 to 100.
        progress: show a progress bar for each picture, and say where one ended early.
        signals: that are asked whether to stop, an object with ``received``. Default: those of the process.
        watch: function of the iteration, of how many, and the float32 picture (height, width, 3), called behind each.

    Returns:
        (done, failed, signal): as of :func:`run_jobs`, and the number of the signal that stopped it, or None.

    Raises:
        UserError: a bad painting, start, number, layer, weight or weights file.
    """
    check_settings(settings)
    objective = build_objective(settings)
    done, failed = [], []
    with StopSignals() if signals is None else contextlib.nullcontext(signals) as signals:
        for job in jobs:
            if signals.received is not None:
                break
            results = run_jobs(
                [job],
                lambda photo, job: _paint(photo, job, objective, settings, quality, signals, progress, watch),
                quality,
                signals=signals,
            )
            done += results[0]
            failed += results[1]
    return done, failed, signals.received


def _paint(photo, job, objective, settings, quality, signals, progress, watch):
    photo = limit_photo(photo, settings.max_size)
    rgb = photo.rgb
    if not settings.style_size:
        objective = objective.resized(min(rgb.shape[:2]))
    total = settings.iterations * settings.scales

    def on_iteration(iteration, picture, terms):
        bar.update(terms)
        if watch:
            watch(iteration, total, picture)
        if settings.save_every and iteration % settings.save_every == 0:
            write_photo(_kept_picture(job, iteration), _as_photo(picture, photo.alpha), job.file_format, quality)
        return signals.received is not None

    with IterationProgress(total, Path(job.source).name, progress) as bar:
        result = optimize(
            rgb,
            objective,
            iterations=settings.iterations,
            method=settings.method,
            start=settings.start,
            learning_rate=settings.learning_rate,
            seed=settings.seed,
            scales=settings.scales,
            on_iteration=on_iteration,
        )
    if progress and bar.done < total and not result.stopped:
        warn(f"{job.source}: no step helped any more after {bar.done} of {total} iterations")
    return _as_photo(result.picture, photo.alpha)


def _as_photo(picture, alpha):
    """The Photo of a float picture (height, width, 3) and a mask, resized where the picture is of a coarser scale."""
    rgb = to_uint8(picture).numpy()
    return Photo(rgb, None if alpha is None else resize_array(alpha, *rgb.shape[:2]))
