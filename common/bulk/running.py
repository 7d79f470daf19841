"""Paints what is planned by Ray Data: windows of photographs to processes on every machine, and outcomes back."""

import dataclasses
import pickle
import time

from fast_style.common.bulk.cluster import process_resources, ray_cluster
from fast_style.common.bulk.painting import MOST_TRIES, PaintingProcess, Tries, Window
from fast_style.common.commands.photo_jobs import how_to_go_on
from fast_style.common.commands.progress import CountProgress
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow
from fast_style.common.stop_signals import StopSignals

# A window is painted again as a whole where its machine dies; of a few photographs, each is one.
LARGEST_WINDOW, WINDOWS = 32, 64
DIED = f"{{}}: expected a photograph that a process outlives. Received: one at which {MOST_TRIES} processes died"


class _Run:
    """What is done of all jobs of a command, and what has failed."""

    def __init__(self, ray, plan, resources, processes, signals, bar):
        self._ray, self._plan, self._signals, self._bar = ray, plan, signals, bar
        self._resources, self._processes = resources, processes
        self.done, self.failed = [], []

    def paint(self, jobs, order):
        """Paints by one network. What no outcome came of is tried once more, each photograph by itself."""
        jobs = [job for job in jobs if not self._refused(job)]
        size = min(LARGEST_WINDOW, max(1, len(jobs) // WINDOWS))
        left = self._pass(jobs, size, order)
        if left and size > 1 and self._signals.received is None:
            there = self._plan.written_since(left)
            for job in there:
                self._done(job, 0.0)
            left = self._pass([job for job in left if job not in set(there)], 1, order)
        if self._signals.received is None:
            for job in left:
                self._fail(job, DIED.format(job.source))

    def _refused(self, job):
        if job.problem:
            self._fail(job, job.problem)
        return bool(job.problem)

    def _done(self, job, seconds):
        self.done.append((job, seconds))
        self._bar.update()

    def _fail(self, job, reason):
        self.failed.append((job, reason))
        self._bar.update()

    def _pass(self, jobs, size, order):
        """Paints jobs in windows of a size; returns those that no outcome came of."""
        if not jobs:
            return []
        windows = [jobs[start : start + size] for start in range(0, len(jobs), size)]
        left = dict.fromkeys(jobs)
        for outcome in self._outcomes(windows, order):
            number = int(outcome["number"])
            job = windows[outcome["window"]][number] if number >= 0 else None
            if number < 0 and outcome["reason"]:
                raise UserError(outcome["reason"])
            if job in left:
                del left[job]
                if outcome["reason"]:
                    self._fail(job, outcome["reason"])
                else:
                    self._done(job, float(outcome["seconds"]))
            if self._signals.received is not None:
                break
        return list(left)

    def _outcomes(self, windows, order):
        """Rows of :class:`PaintingProcess`, in the order in which they come."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        data, table, plan = self._ray.data, self._plan.table, self._plan
        here = NodeAffinitySchedulingStrategy(self._ray.get_runtime_context().get_node_id(), soft=False)
        tries = self._ray.remote(num_cpus=0, scheduling_strategy=here)(Tries).remote()
        rows = [
            {
                "index": index,
                "window": pickle.dumps(Window(some, [*map(plan.source, some)], [*map(plan.target, some)], table)),
            }
            for index, some in enumerate(windows)
        ]
        # A block for each window, which comes back when it is painted.
        dataset = data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            PaintingProcess,
            fn_constructor_args=(pickle.dumps(order), tries),
            batch_size=1,
            compute=data.ActorPoolStrategy(size=min(self._processes, len(rows))),
            **self._resources,
        )
        return dataset.iter_rows()


def run_bulk(options, plan, orders):
    """Paints jobs on a cluster.

    Args:
        options: what was parsed.
        plan: :class:`BulkPlan`.
        orders: ``{label: PaintingOrder}``, of which a precision may be ``"auto"``.

    Returns:
        (done, failed, note, signal, processes, seconds): lists as of :func:`run_jobs`, a line where it was stopped
        and by what; how many processes painted, and for how long.

    Raises:
        UserError: no cluster; machines that cannot paint.
    """
    jobs = [job for some in plan.jobs.values() for job in some]
    with ray_cluster(options) as ray:
        resources, processes = process_resources(ray, options)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1  # windows that are lost are noticed here
        began = time.monotonic()
        with StopSignals("photograph") as signals, CountProgress(len(jobs), "photographs") as bar:
            run = _Run(ray, plan, resources, processes, signals, bar)
            try:
                for label, order in orders.items():
                    if plan.jobs[label] and signals.received is None:
                        run.paint(plan.jobs[label], _measured(ray, order, resources))
            except KeyboardInterrupt:
                if signals.received is None:
                    raise
            except UserError:
                raise
            except Exception as error:  # whatever Ray raises: a package that machines lack, a head that is gone
                raise UserError(f"--ray: expected a cluster that works. Received: {_line(error)}") from error
        seconds = time.monotonic() - began
    note = how_to_go_on(jobs, run.done, run.failed, options.overwrite)
    return run.done, run.failed, note, signals.received, processes, seconds


def _measured(ray, order, resources):
    """The order with the precision that is quickest on the machines that paint, measured once: one for all of them."""
    if order.engine != "tensorflow" or order.precision != "auto":
        return order
    return dataclasses.replace(order, precision=ray.get(ray.remote(**resources)(quickest_precision).remote()))


def quickest_precision():
    """What ``--precision auto`` takes here."""
    start_tensorflow()
    from fast_style.common.networks.precision import resolve_precision

    return resolve_precision("auto", training=False)


def _line(error):
    """What is at the bottom of it: Ray's errors hold tracebacks of other machines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1] if lines else 'no reason':.300}"
