"""Runs a training from start, or from where it stopped, to its end: what both tasks' `train` call."""

import contextlib
import dataclasses
import datetime
import json
import shutil
import signal
import tempfile
import time
from pathlib import Path

import keras

from fast_style.common.errors import UserError
from fast_style.common.files import check_names, check_writable, existing_folder, write_bytes
from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.memory import memory_errors
from fast_style.common.networks.loss_network import least_side
from fast_style.common.networks.precision import dtype_policy, resolve_precision
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import find_network
from fast_style.common.settings import RESUMABLE, check_settings, flag, plain
from fast_style.common.startup import stderr_closed
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn
from fast_style.common.training.adam import Adam
from fast_style.common.training.batches import open_photographs, validation_data
from fast_style.common.training.callbacks import (
    CountIterations,
    NonFiniteError,
    Previews,
    Report,
    SaveCheckpoints,
    StopOnNonFinite,
    StopOnSignal,
    Validate,
)
from fast_style.common.training.checkpoint import Checkpoints
from fast_style.common.training.learning_rate import learning_rate
from fast_style.common.training.lock import LOCK, locked
from fast_style.common.training.run_record import RUN_RECORD, hardware, read_record, versions, write_record
from fast_style.common.training.tensorboard import TensorBoard
from fast_style.common.training.workers import Alone

FREE_BYTES = 200 * 2**20  # checkpoints of the largest network, thrice, with room


class Interrupted(Exception):
    """Training was stopped by a signal and saved; `signal` is its number, `iteration` the last that was done."""

    def __init__(self, number, iteration, folder):
        super().__init__(f"stopped after iteration {iteration} and saved; continue with --resume --output {folder}")
        self.signal, self.iteration = number, iteration


def check_output(folder):
    """Finds out before training whether the output folder can be written.

    Raises:
        UserError: it is a file, cannot be written, is nearly full.
    """
    folder = Path(folder)
    check_names(folder)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--output: expected a folder. Received: {folder} (a file)")
    check_writable(folder)
    free = shutil.disk_usage(existing_folder(folder)).free
    if free < FREE_BYTES:
        raise UserError(
            f"--output: expected at least {FREE_BYTES >> 20} MiB free in {folder}. Received: {free >> 20} MiB"
        )


def check_content(folder, resume):
    """Raises UserError for an output folder with something in it, or, of a run to resume, without its record."""
    if resume:
        read_record(folder)
    elif any(path.name != LOCK for path in Path(folder).iterdir()):
        kind = (
            "a folder with a run in it; --resume continues it"
            if (Path(folder) / RUN_RECORD).exists()
            else "a folder with files in it"
        )
        raise UserError(f"--output: expected a new or empty folder. Received: {folder} ({kind})")


def resumed_settings(settings_class, folder, given):
    """The settings of the run in a folder, with those that were given now where that is harmless.

    Raises:
        UserError: no run there, a record with settings that are none, or a given setting would change what is trained.
    """
    record = read_record(folder)
    stored = record["settings"]
    try:
        check_settings(settings_class, stored)
    except UserError as error:
        raise UserError(f"{Path(folder) / RUN_RECORD}: {error}") from error
    resumable = RESUMABLE - {"iterations"} if stored.get("schedule") == "cosine" else RESUMABLE
    for name, value in given.items():
        before = tuple(stored[name]) if isinstance(stored.get(name), list) else stored.get(name)
        if name not in resumable and value != before and (name, value) != ("precision", "auto"):
            raise UserError(f"{flag(name)}: expected {before!r}, as the run was begun. Received: {value!r}")
    names = {field.name for field in dataclasses.fields(settings_class)}
    merged = {**{name: tuple(v) if isinstance(v, list) else v for name, v in stored.items() if name in names}, **given}
    settings = settings_class(**merged)
    if settings.precision == "auto":
        # Not measured again: on a busy machine another would come out, in the middle of a run.
        settings.precision = record["precision"]
    return settings


def check_size(size, layers):
    """Raises UserError for squares in which a layer of the loss network has no features.

    Args:
        size: side of the squares in pixels.
        layers: in the paper's words.
    """
    if size < least_side(layers):
        raise UserError(
            f"--size: expected at least {least_side(layers)} pixels for {' '.join(dict.fromkeys(layers))}. "
            f"Received: {size}"
        )


def make_trainer(task, settings, rate=None):
    """A compiled trainer of a network with new weights, in the precision that the settings ask for.

    Args:
        task: :class:`Task`.
        settings: of the class that the task names.
        rate: the learning rate, a number or a schedule; default that of the settings.
    """
    with dtype_policy(resolve_precision(settings.precision)):
        trainer = task.build_trainer(settings, task.build_network(settings))
    trainer.compile(Adam(learning_rate(settings) if rate is None else rate))
    return trainer


def run_training(task, settings, resume=False, make=make_trainer, workers=None):
    """Trains a network and leaves a run folder: network, checkpoints, previews, record.

    Files in ``settings.output``: ``network.keras`` (what was trained), ``run.json`` (the record),
    ``checkpoints/``, ``previews/``, ``tensorboard/``.

    Args:
        task: :class:`Task`.
        settings: of the class that the task names.
        resume: continue from the newest checkpoint.
        make: what makes the trainer, as :func:`make_trainer` does.
        workers: of :func:`common.training.workers.start_workers`; default this process alone. All call this, and the
            chief alone reads and writes the folder.

    Returns:
        The run record, a dict; of a worker that is not the chief, its status and iteration.

    Raises:
        UserError: a bad setting, image, weights file or folder; another training in that folder; too many photographs
            that do not decode; checkpoints none of which is whole, or of these settings.
        NonFiniteError: a loss or weight is NaN or infinite. The last good checkpoint stays.
        Interrupted: Ctrl-C or SIGTERM, of any worker; everything is saved.
        WorkerLost: another worker ended. The last good checkpoint stays.
    """
    workers = workers or Alone()
    check_settings(type(settings), vars(settings))
    settings = plain(settings)
    if settings.initial_share and not settings.initialize:
        raise UserError(f"--initial-share: expected 0 without --initialize. Received: {settings.initial_share:g}")
    task.check_settings(settings)
    with contextlib.ExitStack() as held:

        def hold():
            check_output(settings.output)
            held.enter_context(locked(settings.output))
            check_content(settings.output, resume)

        workers.agree(hold)
        return _begin(task, settings, resume, make, workers)


def _begin(task, settings, resume, make, workers):
    photographs = workers.together(lambda: open_photographs(settings))
    with stderr_closed():  # it imports TensorFlow, whatever the backend
        keras.utils.set_random_seed(settings.seed)
    # A run that goes on has all that it began with in its checkpoint, and the start may be gone.
    checkpoints = Checkpoints(Path(settings.output) / "checkpoints")
    begins = workers.is_chief and settings.initialize and not (resume and checkpoints.saved())
    source = workers.together(lambda: find_network(settings.initialize, task, "--initialize") if begins else None)
    trainer = workers.together(lambda: workers.make(make, task, settings))
    prepared = []

    def prepare():
        if source:
            try:
                trainer.initialize(source.load())
            except UserError as error:
                raise UserError(f"--initialize: {error}") from error
        if settings.initial_share:
            trainer.keep_start(settings.initial_share)
        start, record = 0, _new_record(settings, trainer, source and source.sha256, workers.names)
        if resume:
            start, record = _resume(trainer, checkpoints, record, read_record(settings.output))
            if start > settings.iterations:
                raise UserError(
                    f"--iterations: expected at least {start}, which the run has reached. "
                    f"Received: {settings.iterations}"
                )
        # What may be refused comes first, so that nothing is left of a run that cannot begin.
        batches = validation_data(settings, task.validation_size(settings))
        picture = _preview_picture(trainer, settings.preview)
        write_record(settings.output, record)
        prepared.extend((record, batches, picture))
        return start

    start = workers.agree(prepare)
    if settings.initial_share and not workers.is_chief:
        trainer.keep_start(settings.initial_share)
    workers.share_state([*trainer.network.weights, *trainer.optimizer.variables, *trainer.state])
    if workers.is_chief:
        return _train(workers, trainer, photographs, settings, checkpoints, start, *prepared)
    return _follow(workers, trainer, photographs, settings, start)


def _follow(workers, trainer, photographs, settings, start):
    """Trains as the chief does, which alone reads and writes the folder."""
    stop = StopOnNonFinite(start)
    with StopSignals() as signals:
        _fit(workers, trainer, photographs, start, settings.iterations, [stop, StopOnSignal(signals)])
        _end(workers, photographs)
    if stop.iteration < settings.iterations:
        raise Interrupted(signals.received or signal.SIGINT, stop.iteration, settings.output)
    return {"status": "finished", "iteration": stop.iteration}


def _end(workers, photographs):
    """Waits for all workers; names the photographs that did not decode, and returns those of all workers."""
    for path, reason in photographs.bad.items():
        warn(f"skipped {path}: {reason}")
    return {path for bad in workers.gather(list(map(str, photographs.bad))) for path in bad}


def _train(workers, trainer, photographs, settings, checkpoints, start, record, batches, picture):
    folder = Path(settings.output)
    board = TensorBoard(folder / "tensorboard")
    began, seconds_before = time.perf_counter(), record["seconds"]

    def elapsed():
        return seconds_before + time.perf_counter() - began

    report = Report(settings.iterations, start, settings.batch_size, settings.log_every, board)
    validate = None
    if batches is not None:
        validate = Validate(
            batches, settings.validate_every, settings.iterations, start, board, elapsed, report.exclude, workers.alone
        )
        validate.history = record["validation"]

    def update_record(iteration, status="running"):
        record.update(
            status=status,
            iteration=iteration,
            seconds=round(elapsed(), 1),
            losses=report.last or record["losses"],
            **trainer.measured(),
            bad_photographs=sorted({*record["bad_photographs"], *map(str, photographs.bad)}),
        )
        write_record(folder, record)

    saver = SaveCheckpoints(checkpoints, settings.checkpoint_every, start, update_record)
    previews = Previews(picture, folder / "previews", settings.preview_every, start, board)
    with StopSignals() as signals, board, contextlib.closing(report):
        count = CountIterations(start)
        callbacks = [count, StopOnNonFinite(start), report, validate, saver, previews, StopOnSignal(signals)]
        try:
            callbacks = [callback for callback in callbacks if callback is not None]
            if validate is not None:
                validate.set_model(trainer)
                validate.catch_up()
            _fit(workers, trainer, photographs, start, settings.iterations, callbacks)
            saver.save()
        except NonFiniteError as error:
            update_record(saver.saved, "not finite")
            advice = "a lower --learning-rate or a longer --warmup usually helps"
            restored, _ = checkpoints.restore(trainer.network, trainer.optimizer, trainer.state)
            if restored is not None:
                _save_network(trainer.result(), folder)
                advice = (
                    f"what was learnt by iteration {restored} is in {folder / 'network.keras'}, to go on "
                    f"from with --initialize and another --output: {advice}"
                )
            raise NonFiniteError(f"{error}; {advice}") from error
        except Exception as error:
            # Photographs that stopped decoding, a preview that cannot be written, a fault: what was learnt stays. Not
            # in the midst of a step, as where a worker is lost: some weights are the next iteration's there. A step of
            # TensorFlow's has begun when it asks for photographs.
            with contextlib.suppress(Exception):
                if count.is_whole or error is photographs.error:
                    saver.iteration = count.iteration
                    saver.save()
                update_record(saver.saved, "stopped by an error")
            raise
        _save_network(trainer.result(), folder)
        record["bad_photographs"] = sorted({*record["bad_photographs"], *_end(workers, photographs)})

    if saver.iteration < settings.iterations:
        update_record(saver.iteration, "interrupted")
        raise Interrupted(signals.received or signal.SIGINT, saver.iteration, folder)
    update_record(saver.iteration, "finished")
    return record


def _fit(workers, trainer, photographs, start, iterations, callbacks):
    """Trains from iteration `start` on; an error of the photographs comes out as it was raised."""
    if start == iterations:
        return
    try:
        workers.fit(trainer, photographs, start, iterations, callbacks)
    except memory_errors() as error:
        raise UserError(
            "--batch-size, --size: expected batches that memory can hold. "
            f"Received: {photographs.batch_size} of {photographs.size}x{photographs.size}"
        ) from error
    except Exception as error:
        if told := photographs.told(error):
            raise told from error
        raise


def _new_record(settings, trainer, start_sha256, devices):
    return {
        "status": "running",
        "initialize_sha256": start_sha256,
        "settings": json.loads(json.dumps(dataclasses.asdict(settings))),  # as it will be read back
        "iteration": 0,
        "seconds": 0.0,
        "losses": {},
        "validation": [],
        "bad_photographs": [],
        "precision": trainer.network.dtype_policy.name,
        # None for an objective of pixels alone.
        "loss_network": trainer.objective.record(),
        "parameters": trainer.network.count_params(),
        "versions": versions(*(["jax"] if keras.backend.backend() == "jax" else [])),
        "hardware": hardware() | ({"devices": list(devices)} if devices else {}),
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _resume(trainer, checkpoints, new, stored):
    """(iteration, record) after putting back the newest whole checkpoint, where there is one."""
    kept = {name: stored[name] for name in ("started", "seconds", "losses", "validation", "bad_photographs")}
    iteration, damaged = checkpoints.restore(trainer.network, trainer.optimizer, trainer.state)
    if iteration is None:
        return 0, {**new, **kept, "validation": []}
    kept["initialize_sha256"] = stored.get("initialize_sha256")
    kept["validation"] = [entry for entry in kept["validation"] if entry["iteration"] <= iteration]
    passed_over = f"; newer checkpoints that are damaged are passed over: {'; '.join(damaged)}" if damaged else ""
    warn(f"resuming after iteration {iteration}{passed_over}")
    return iteration, {**new, **kept, "iteration": iteration}


def _preview_picture(trainer, paths):
    photos = [limit_long_side(as_rgb(path), 512) for path in paths] or [
        limit_long_side(photo, 384) for photo in sample_photos().values()
    ]
    for photo in photos:
        trainer.check_preview(photo)
    return lambda: trainer.preview_picture(photos)


def _save_network(network, folder):
    """Saves ``network.keras`` in float32, whole or not at all.

    Raises:
        UserError: the disk is full, or cannot be written.
    """
    path = folder / "network.keras"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".network.") as temporary:
            in_precision(network, "float32").save(Path(temporary) / path.name)
            write_bytes(path, (Path(temporary) / path.name).read_bytes())
    except OSError as error:
        raise UserError(f"{path}: expected a place that can be written. Received: {error.strerror or error}") from error
