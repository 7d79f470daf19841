"""Runs contestants in turn, each in a process of its own, and compares them.

Machines are noisy and drift: every round asks each contestant for one repetition, one after the
other, so that all of them see the same weather. A process that waits takes no processor time.
"""

import contextlib
import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile


@dataclasses.dataclass
class Result:
    """What a contestant showed: seconds of every round and what it is made of."""

    name: str
    seconds: list
    parameters: int
    multiply_adds: int
    first_seconds: float
    peak_mib: int

    @property
    def median(self):
        return statistics.median(self.seconds)


def compete(task, names, rounds, **options):
    """Lets contestants of :mod:`benchmarks.worker` do a task in turn.

    Args:
        task: ``"training_step"`` or ``"inference"``.
        names: of contestants, as ``benchmarks.worker`` knows them.
        rounds: repetitions of each, behind one that is not counted.
        options: of the task, the same for all.

    Returns:
        (list of Result, list of (name, reason) of those that could not take part).

    Raises:
        RuntimeError: contestants that do not compute the same network.
    """
    workers, absent = [], []
    try:
        for name in names:
            worker = _Worker(name, task, options)
            try:
                worker.start()
            except _Absent as reason:
                worker.stop()
                absent.append((name, str(reason)))
                print(f"  {name}: not here: {reason}", file=sys.stderr)
            else:
                workers.append(worker)
                print(f"  {name}: ready after {worker.ready['first_seconds']:.1f} s", file=sys.stderr)
        sizes = {(w.ready["parameters"], w.ready["multiply_adds"]) for w in workers}
        if len(sizes) > 1:
            raise RuntimeError(f"not the same network: {[(w.name, w.ready) for w in workers]}")
        seconds = {worker.name: [] for worker in workers}
        running = list(workers)
        for _ in range(rounds):
            for worker in list(running):
                try:
                    seconds[worker.name].append(worker.ask("run")["seconds"])
                except _Absent as reason:
                    running.remove(worker)
                    absent.append((worker.name, str(reason)))
                    print(f"  {worker.name}: lost: {reason}", file=sys.stderr)
        results = [
            Result(worker.name, seconds[worker.name], **worker.ready, peak_mib=worker.ask("peak")["peak_mib"])
            for worker in running
        ]
    finally:
        for worker in workers:
            worker.stop()
    return results, absent


def table(results, baseline):
    """A Markdown table of medians, spread, peak memory and the ratio to the baseline's median."""
    reference = next((r.median for r in results if r.name == baseline), None)
    lines = [f"| | median s | min to max | times as fast as {baseline} | peak MiB |", "|---|---|---|---|---|"]
    for r in results:
        ratio = f"{reference / r.median:.2f} x" if reference else ""
        lines.append(
            f"| {r.name} | {r.median:.3f} | {min(r.seconds):.3f} to {max(r.seconds):.3f} | {ratio} | {r.peak_mib} |"
        )
    return "\n".join(lines)


class _Absent(Exception):
    pass


class _Worker:
    def __init__(self, name, task, options):
        self.name = name
        command = [sys.executable, "-m", "benchmarks.worker", name, task, json.dumps(options)]
        # A file: a pipe that nobody reads fills up, and then the worker waits for ever.
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in stop)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        self.ready = None

    def start(self):
        self.ready = self._answer()

    def ask(self, request):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(request + "\n")
            self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            errors = self.errors.read().strip().splitlines()
            raise _Absent(errors[-1] if errors else f"exit code {self.process.wait()}")
        return json.loads(line)

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
