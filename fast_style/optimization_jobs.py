"""Optimises pictures for files: progress, pictures on the way, stopping."""

from pathlib import Path

from tqdm import tqdm

from common.geometry import limit_long_side, resize_array
from common.image_io import Photo, write_photo
from common.photo_jobs import run_jobs
from common.pixels import to_uint8
from common.precision import dtype_policy, resolve_precision
from common.stop_signals import StopSignals
from fast_style.objective import StyleObjective
from fast_style.optimization import optimize


def optimize_files(jobs, settings, quality=95, progress=True):
    """Runs jobs of :func:`common.photo_jobs.plan_jobs` by optimisation.

    Ctrl-C or SIGTERM ends the picture at hand after its iteration, keeps it, and leaves out the rest.

    Args:
        jobs: list of Job.
        settings: :class:`fast_style.settings.OptimizationSettings`.
        quality: of JPEG and WebP, 1 to 100.
        progress: show a progress bar for each picture.

    Returns:
        (done, failed, stopped): as of :func:`common.photo_jobs.run_jobs`, and whether it was stopped.

    Raises:
        UserError: a bad painting, layer, weight or weights file.
    """
    with dtype_policy(resolve_precision(settings.precision)):
        objective = StyleObjective.for_painting(settings.style, **settings.objective_options())
    done, failed = [], []
    with StopSignals() as signals:
        for job in jobs:
            if signals.received is not None:
                break
            results = run_jobs(
                [job], lambda photo, job: _paint(photo, job, objective, settings, signals, progress), quality
            )
            done += results[0]
            failed += results[1]
    return done, failed, signals.received is not None


def _paint(photo, job, objective, settings, signals, progress):
    rgb = limit_long_side(photo.rgb, settings.max_size)
    bar = tqdm(total=settings.iterations, unit="it", desc=Path(job.source).name, disable=None if progress else True)

    def on_iteration(iteration, picture, terms):
        bar.update(1)
        bar.set_postfix({name: f"{terms[name]:.3g}" for name in ("loss", "content", "style", "tv")})
        if settings.save_every and iteration % settings.save_every == 0 and job.target != "-":
            target = Path(job.target)
            path = target.with_name(f"{target.stem}_iteration-{iteration:05d}{target.suffix}")
            write_photo(path, to_uint8(picture).numpy(), job.file_format)
        return signals.received is not None

    with bar:
        result = optimize(
            rgb,
            objective,
            iterations=settings.iterations,
            method=settings.method,
            start=settings.start,
            learning_rate=settings.learning_rate,
            seed=settings.seed,
            on_iteration=on_iteration,
        )
    alpha = None if photo.alpha is None else resize_array(photo.alpha, *rgb.shape[:2])
    return Photo(to_uint8(result.picture).numpy(), alpha)
