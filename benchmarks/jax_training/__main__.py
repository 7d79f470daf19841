"""Trains networks by Keras' JAX backend, for a machine with a GPU and without TensorFlow.

``KERAS_BACKEND=jax python -m benchmarks.jax_training JOBS.json --output runs``. JOBS.json is a list of settings, of
:class:`fast_style.settings.StyleSettings` where one has a ``style``, of
:class:`superres.settings.SuperResolutionSettings` elsewhere. There, ``output`` is the name of a run; ``initialize``
that of one before it, of a network that ships, or a file; ``share`` instead of ``iterations`` is the part of what is
left of ``--seconds`` that a job takes, next to the shares of those behind it. Each run leaves ``network.keras`` and
``run.json``, as the training commands do. There are no checkpoints and no previews.

The networks, losses, crops, schedule and optimizer are the package's; see :mod:`benchmarks.jax_training.tasks`. Random
numbers are JAX's.
"""

import argparse
import dataclasses
import datetime
import itertools
import json
import os
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import keras
import numpy as np
from jax import numpy as jnp

from benchmarks.jax_training.step import Step
from benchmarks.jax_training.tasks import StyleTask, SuperResolutionTask
from fast_style.common.commands.command_line import check_required, errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.images.crops import Crops, validation_crops
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.json_files import read_json
from fast_style.common.networks.network_files import copy_weights, in_precision
from fast_style.common.settings import check_choices, flag
from fast_style.common.training.learning_rate import learning_rate
from fast_style.common.training.run_record import hardware, versions, write_record

# Seconds from the end of one job to the start of the next, for one that is given a share of the time.
BETWEEN_JOBS = 2.0


class KeptCrops(Crops):
    """Crops of photographs that are decoded and resized once, and kept in memory."""

    kept = {}

    def _read(self, candidates):
        first = next(candidates)
        key = first, self.resize_to
        if key not in self.kept:
            rgb = super()._read(itertools.chain([first], candidates))
            self.kept[key] = resize_short_side(rgb, self.resize_to or max(self.size, min(rgb.shape[:2])))
        return self.kept[key]


class Batches:
    """Batches of crops on the device, made ahead by a thread."""

    def __init__(self, crops, batch_size, count, ahead=16):
        self._queue, self._stop, self._count = queue.Queue(ahead), threading.Event(), count
        self._thread = threading.Thread(target=self._make, args=(crops, batch_size), daemon=True)

    def _make(self, crops, batch_size):
        for number in range(self._count):
            try:
                batch = jax.device_put(batch_of(crops, number, batch_size))
            except UserError as error:
                batch = error
            while not self._stop.is_set():
                try:
                    self._queue.put(batch, timeout=0.5)
                    break
                except queue.Full:
                    continue
            if self._stop.is_set() or isinstance(batch, UserError):
                return

    def __enter__(self):
        self._thread.start()
        return map(self._next, range(self._count))

    def _next(self, number):
        batch = self._queue.get()
        if isinstance(batch, UserError):
            raise batch
        return batch

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()


def _settings(task, given):
    """Settings of a job.

    Raises:
        UserError: what is none of its settings, what is missing, what only TensorFlow's training has.
    """
    unknown = given.keys() - {field.name for field in dataclasses.fields(task.settings_class)}
    if unknown:
        expected = task.settings_class.__name__
        raise UserError(f"JOBS.json: expected fields of {expected}. Received: {', '.join(sorted(unknown))}")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    s = task.settings_class(**{"precision": "mixed_bfloat16", **given})
    check_required(s)
    check_choices(s)
    for name, value in task.ONLY.items():
        if getattr(s, name) != value:
            raise UserError(f"{flag(name)}: expected {value}, the only one here. Received: {getattr(s, name)}")
    return s


def batch_of(crops, number, batch_size):
    """Batch number i: uint8 (batch, size, size, 3)."""
    return np.stack([crops.crop(number * batch_size + i) for i in range(batch_size)])


class Trainer:
    """Runs jobs one after the other; steps are compiled once for all jobs of a structure.

    Args:
        output: folder of run folders.
        deadline: ``time.time()`` at which a job that runs is stopped and saved.
    """

    def __init__(self, output, deadline=float("inf")):
        self.output, self.deadline, self.steps = Path(output), deadline, {}

    def run(self, given, share=None):
        """Runs a job: settings that are given by name; its record.

        Args:
            share: of the time that is left, instead of a number of iterations.
        """
        task = StyleTask if "style" in given else SuperResolutionTask
        s = _settings(task, given)
        s.output = str(self.output / s.output)
        crops = KeptCrops.from_settings(s)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(crops.crop, range(crops.count)))  # decodes every photograph
        keras.utils.set_random_seed(s.seed)
        key = (task, task.structure(s), s.size, s.batch_size, s.precision, s.loss_network, s.loss_weights, s.pooling)
        if key not in self.steps:
            self.steps[key] = Step(task, s)
        step, start_sha256 = self.steps[key], self._initialize(task, self.steps[key].network, s)
        constants = task.constants(s, step.loss_network)
        if share:
            s.iterations = self._iterations(s, step, crops, constants, share)
        record = self._record(s, step, start_sha256)
        record |= self._train(s, step, crops, constants)
        record["bad_photographs"] = sorted(map(str, crops.bad))
        Path(s.output).mkdir(parents=True, exist_ok=True)
        in_precision(step.network, "float32").save(Path(s.output) / "network.keras")
        write_record(s.output, record)
        return record

    def _initialize(self, task, network, s):
        """Sets the weights that a run begins with; the sha256 of the file that they are of, or None."""
        if not s.initialize:
            network.set_weights(task.network(s).get_weights())
            return None
        before = self.output / s.initialize / "network.keras"
        start = str(before) if before.exists() else s.initialize
        copy_weights(task.load(start), network)
        return task.digest(start)

    def _iterations(self, s, step, crops, constants, share):
        """As many as fit into a share of the time that is left, by how long some take."""
        state, batch = step.state(), batch_of(crops, 0, s.batch_size)
        for count in (5, 60):
            began = time.perf_counter()
            for _ in range(count):
                state, _ = step.run(state, step.frozen, batch, np.int32(0), np.float32(0), np.uint32(0), constants)
            jax.block_until_ready(state)
        each = (time.perf_counter() - began) / count
        left = 0.96 * (self.deadline - time.time()) * share - BETWEEN_JOBS
        return max(100, round(left / each / 100) * 100)

    def _train(self, s, step, crops, constants):
        """Trains the network of a step; the fields of the record that come of it."""
        schedule, rates = learning_rate(s), np.full(s.iterations, s.learning_rate, "float32")
        if callable(schedule):
            rates = np.asarray(jax.vmap(schedule)(jnp.arange(s.iterations)))
        validation = ()
        if s.validation:
            validation = validation_crops(s.validation, step.task.validation_size(s), resize=s.resize_to != 0)
        state, losses, history = step.state(), {}, []
        sums, iteration, counted, validating = None, 0, 0, 0.0
        began = time.perf_counter()
        with Batches(crops, s.batch_size, s.iterations) as batches:
            for photos in batches:
                number, rate, seed = np.int32(iteration), rates[iteration], np.uint32(s.seed)
                state, terms = step.run(state, step.frozen, photos, number, rate, seed, constants)
                sums = jax.tree.map(jnp.add, sums, terms) if counted else terms
                counted += 1
                iteration += 1
                late = time.time() > self.deadline
                last = late or iteration == s.iterations
                if last or iteration % s.log_every == 0:
                    losses, counted = {name: float(value) / counted for name, value in sums.items()}, 0
                    seconds = time.perf_counter() - began - validating
                    self._print(s, iteration, seconds, losses)
                if len(validation) and (last or iteration % s.validate_every == 0):
                    since = time.perf_counter()
                    found = self._validate(step, state, validation, constants)
                    history.append({"iteration": iteration, "seconds": round(since - began - validating, 1), **found})
                    validating += time.perf_counter() - since
                if late:
                    break
        step.store(state)
        return {
            "status": "finished" if iteration == s.iterations else "interrupted",
            "iteration": iteration,
            "seconds": round(time.perf_counter() - began - validating, 1),
            "losses": losses,
            "validation": history,
        }

    @staticmethod
    def _validate(step, state, photographs, constants):
        each = [step.measure(state, step.frozen, photo[None], constants) for photo in photographs]
        return {name: float(np.mean([one[name] for one in each])) for name in each[0]}

    @staticmethod
    def _print(s, iteration, seconds, losses):
        shown = ", ".join(f"{name} {value:.4g}" for name, value in losses.items() if "/" not in name)
        name, milliseconds = Path(s.output).name, 1e3 * seconds / iteration
        print(f"{name} {iteration}/{s.iterations}: {shown}, {milliseconds:.2f} ms an iteration", file=sys.stderr)
        if not np.isfinite(losses["loss"]):
            raise UserError(f"{name}: expected losses that are finite. Received: {losses} at iteration {iteration}")

    @staticmethod
    def _record(s, step, start_sha256):
        return {
            "trained_by": "benchmarks.jax_training",
            "initialize_sha256": start_sha256,
            "settings": json.loads(json.dumps(dataclasses.asdict(s))),
            "precision": s.precision,
            "loss_network": step.loss_network and step.loss_network.record(),
            "parameters": step.network.count_params(),
            "versions": versions("jax", "jaxlib"),
            "hardware": hardware([device.device_kind for device in jax.devices() if device.platform == "gpu"]),
            "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.jax_training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("jobs", metavar="JOBS.json", help="a list of settings")
    parser.add_argument("--output", required=True, metavar="DIR", help="folder of run folders")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop and save then (default: at the end)")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        if keras.backend.backend() != "jax":
            raise UserError(f"KERAS_BACKEND: expected jax. Received: {keras.backend.backend()}")
        trainer = Trainer(options.output, time.time() + options.seconds)
        jobs = read_json(options.jobs, "a list of settings")
        shares = [job.pop("share", 0) for job in jobs]
        for number, job in enumerate(jobs):
            if time.time() > trainer.deadline:
                raise UserError(f"--seconds: expected time for {len(jobs)} jobs. Received: {number} of them done")
            trainer.run(job, shares[number] / sum(shares[number:]) if shares[number] else None)


if __name__ == "__main__":
    main()
