"""Trains a list of networks in one process, each structure compiled once: for a GPU that is lent for minutes.

``KERAS_BACKEND=jax python -m tools.train_many JOBS.json --output runs --seconds 800``

JOBS.json is a list of settings, each of the one task that has them all. ``output`` is the name of a run below
``--output``; ``like`` that of a job before it, whose settings hold where a job says nothing else; ``initialize`` may be
that of a job before it; ``share`` instead of ``iterations`` is the part of what is left of ``--seconds`` that a job
takes, next to the shares of those behind it. Runs are those of the training commands: checkpoints, previews, record.
What was done is passed over when the same command is given again.
"""

import argparse
import dataclasses
import math
import sys
import time
from pathlib import Path

import keras
from keras import ops

from fast_style.common.commands.command_line import check_required, errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.networks.source import RUN_NETWORK
from fast_style.common.settings import RESUMABLE
from fast_style.common.spelling import did_you_mean
from fast_style.common.startup import start_backend
from fast_style.common.task import tasks
from fast_style.common.training.run import Interrupted, make_trainer, run_training
from fast_style.common.training.run_record import RUN_RECORD, read_record
from tools.job_list import read_jobs

# Settings that say what a run is of and how far it goes, or are values of variables: one compiled step serves all.
OF_A_RUN = {
    *RESUMABLE,
    *("content", "style", "style_size", "initialize", "seed", "learning_rate", "warmup", "schedule"),
    *("resize_to", "resize_up_to", "squash", "flip", "initial_share"),
}
# Iterations that are timed for a share, behind those that compile.
TIMED = 40
# Of the time that a share gives, what checkpoints, previews and the next job's start take.
OVERHEAD = 0.06


class Schedule:
    """The learning rate over a run, of variables: the numbers of :func:`learning_rate`.

    Args:
        settings: :class:`TrainingSettings`.
    """

    def __init__(self, settings):
        numbers = (settings.learning_rate, settings.warmup, settings.iterations, settings.schedule == "cosine")
        self.variables = [keras.Variable(float(number), trainable=False, autocast=False) for number in numbers]

    def __call__(self, step):
        rate, warmup, iterations, cosine = (ops.convert_to_tensor(variable) for variable in self.variables)
        step = ops.cast(step, "float32")
        rising = ops.where(warmup > 0, ops.minimum(step / ops.maximum(warmup, 1.0), 1.0), 1.0)
        falling = ops.clip((step - warmup) / ops.maximum(iterations - warmup, 1.0), 0.0, 1.0)
        return rate * rising * ops.where(cosine > 0, 0.5 * (1.0 + ops.cos(math.pi * falling)), 1.0)


class Trainers:
    """Compiled trainers by the structure of settings: a job takes over that of the job before, with its own values.

    Args:
        deadline: ``time.time()`` at which the last job is to be done.
    """

    def __init__(self, deadline=float("inf")):
        self.deadline, self.share, self._kept = deadline, None, {}

    def make(self, task, settings):
        """As :func:`make_trainer`; where a share of the time is given, the settings get the iterations that fit."""
        fresh, schedule = make_trainer(task, settings, rate=settings.learning_rate), Schedule(settings)
        key = (task.name, structure(settings))
        trainer = self._kept.setdefault(key, fresh)
        trainer.start = None  # where the job before began
        state = self._values(fresh)
        if trainer is fresh:
            trainer.use_schedule(schedule)
        if self.share:
            self._put(trainer, state)
            settings.iterations = self._iterations(trainer, settings)
            schedule = Schedule(settings)
        self._put(trainer, state)
        for variable, value in zip(trainer.schedule.variables, schedule.variables, strict=True):
            variable.assign(value)
        return trainer

    @staticmethod
    def _variables(trainer):
        return [*trainer.network.variables, *trainer.objective.variables, *trainer.optimizer.variables, *trainer.state]

    def _values(self, trainer):
        return [ops.convert_to_numpy(variable) for variable in self._variables(trainer)]

    def _put(self, trainer, values):
        for variable, value in zip(self._variables(trainer), values, strict=True):
            variable.assign(value)

    def _iterations(self, trainer, settings):
        """As many as fit into a share of the time that is left, by how long some take."""
        batch = keras.random.uniform((settings.batch_size, settings.size, settings.size, 3), 0, 255, seed=0)
        batch = ops.convert_to_numpy(ops.cast(batch, "uint8"))

        def seconds(count):
            began = time.perf_counter()
            trainer.fit(((batch,) for _ in range(count)), steps_per_epoch=count, verbose=0)
            return time.perf_counter() - began

        seconds(1)  # compiles
        each = seconds(TIMED) / TIMED
        left = (1 - OVERHEAD) * (self.deadline - time.time()) * self.share
        return max(100, round(left / each / 100) * 100)


def structure(settings):
    """What a compiled step depends on: settings without those of a run; of weights, which are above 0."""
    names = {f"{row.name}_weight" for row in settings.terms}
    values = {name: value for name, value in vars(settings).items() if name not in OF_A_RUN}
    return tuple((name, value > 0 if name in names else value) for name, value in sorted(values.items()))


def task_of(job):
    """The one task whose settings have all that a job names.

    Raises:
        UserError: none has, or several have.
    """
    found = [task for task in tasks() if job.keys() <= {field.name for field in dataclasses.fields(task.settings)}]
    if len(found) != 1:
        fitting = ", ".join(task.name for task in found) or "none"
        raise UserError(f"JOBS.json: expected settings of one task. Received: {', '.join(job)}, of {fitting}")
    return found[0]


def settings_of(job, output):
    """(task, settings) of a job whose run lies below a folder.

    Raises:
        UserError: what is none of a task's settings, or missing.
    """
    task = task_of(job)
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in job.items()}
    settings = task.settings(**given)
    check_required(settings)
    settings.output = str(output / settings.output)
    return task, settings


def train_many(jobs, output, seconds=float("inf"), only=()):
    """Trains jobs one after the other; see the module.

    Args:
        jobs: list of dicts.
        output: folder of run folders.
        seconds: that all of them may take.
        only: names of jobs; default all.

    Raises:
        UserError: a job that is none, a bad setting, a name that no job has, one that begins at a run that is not there
            and is not trained.
    """
    names, output = [job["output"] for job in jobs], Path(output)
    for name in only:
        if name not in names:
            raise UserError(f"--only: expected some of {', '.join(names)}. Received: {name}{did_you_mean(name, names)}")
    jobs = [dict(job) for job in jobs if not only or job["output"] in only]
    shares = [job.pop("share", 0) for job in jobs]
    planned, runs = [settings_of(job, output) for job in jobs], set()
    for job, (_, settings) in zip(jobs, planned, strict=True):
        # Names of runs may be those of networks that ship, too.
        if settings.initialize in names:
            before = output / settings.initialize / RUN_NETWORK
            if settings.initialize not in runs and not before.is_file():
                raise UserError(f"{job['output']}, initialize: expected {before}. Received: no such file")
            settings.initialize = str(before)
        runs.add(job["output"])
    trainers = Trainers(time.time() + seconds)
    for number, (task, settings) in enumerate(planned):
        begun = (Path(settings.output) / RUN_RECORD).is_file()
        if begun and read_record(settings.output)["status"] == "finished":
            print(f"{settings.output}: finished before", file=sys.stderr)
            continue
        trainers.share = shares[number] and not begun and shares[number] / sum(shares[number:])
        run_training(task, settings, resume=begun, make=trainers.make)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m tools.train_many", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jobs", metavar="JOBS.json", help="a list of settings")
    parser.add_argument("--output", required=True, metavar="DIR", help="folder of run folders")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="of the list; default all")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="that shares are of")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        start_backend()
        if keras.backend.backend() != "jax":
            raise UserError(f"KERAS_BACKEND: expected jax. Received: {keras.backend.backend()}")
        try:
            train_many(read_jobs(options.jobs), options.output, options.seconds, options.only)
        except Interrupted as stop:
            print(f"{parser.prog}: {stop}; the same command goes on", file=sys.stderr)
            sys.exit(128 + stop.signal)


if __name__ == "__main__":
    main()
