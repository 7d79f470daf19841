"""What paints on each machine: a process with one network, to which windows of photographs come."""

import collections
import dataclasses
import functools
import gc
import os
import pickle
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fast_style.common.bulk.tables import TableFolder
from fast_style.common.commands.photo_jobs import Job, run_jobs
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.opening import picture_sides
from fast_style.common.networks.engine import network_loader
from fast_style.common.networks.source import find_network
from fast_style.common.task import tasks
from fast_style.common.version import __version__

# How often a window is begun. Ray begins it again where its process dies, by its photographs or with its machine.
MOST_TRIES = 2
READERS = 8  # of one process, for stores: what they wait for is the network


@dataclasses.dataclass(frozen=True)
class PaintingOrder:
    """How photographs are painted, as it travels to other machines.

    Attributes:
        network: the name that it ships under, or the path of its file, of which two parts are part of its name.
        task: name of its task.
        make: function from the network to what :func:`run_jobs` paints by.
        engine, precision: of :func:`network_loader`.
        quality: of JPEG and WebP.
        content: bytes of a network's file; None for one that ships.
        version: of the package.
    """

    network: str
    task: str
    make: functools.partial
    engine: str
    precision: str
    quality: int
    content: bytes | None = None
    version: str = __version__

    @classmethod
    def of(cls, source, make, engine, precision, quality):
        """The order of a network by its :class:`Source`."""
        network, content = source.name, None
        if not source.ships:
            network, content = os.path.abspath(source.path), source.path.read_bytes()
        return cls(network, source.task.name, make, engine, precision, quality, content)

    def load(self):
        """What paints a photograph, on this machine.

        Raises:
            UserError: another version of the package is installed here; the network does not load.
        """
        if self.version != __version__:
            raise UserError(
                f"--ray: expected fast-style {self.version} on every machine. Received: {__version__} on one"
            )
        task = next(one for one in tasks() if one.name == self.task)
        load = network_loader(self.engine, self.precision)
        if self.content is None:
            return self.make(load(find_network(self.network, task)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, *Path(self.network).parts[1:][-2:])
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self.content)
            return self.make(load(find_network(path, task)))


@dataclasses.dataclass(frozen=True)
class Window:
    """Photographs that are painted one after the other, by one process.

    Attributes:
        jobs: list of Job.
        sources: where each lies.
        targets: the Place of each result; None where they go into a table.
        table: of the results, or None.
    """

    jobs: list[Job]
    sources: list
    targets: list
    table: TableFolder | None = None


class Tries:
    """Counts how often each window is begun, beside the command, which outlives the machines that paint."""

    def __init__(self):
        self._counts = collections.Counter()

    def begin(self, window):
        """The number of this try."""
        self._counts[window] += 1
        return self._counts[window]


class PaintingProcess:
    """A process of Ray Data that paints windows by a network, which is loaded once.

    Args:
        order: pickled :class:`PaintingOrder`.
        tries: handle of :class:`Tries`.
    """

    def __init__(self, order, tries):
        self._tries, self._settled = tries, False
        # Several processes may share a GPU, of which TensorFlow would take all memory.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        self._problem = ""
        try:
            self._order = pickle.loads(order)
            self._transform = self._order.load()
        except UserError as error:  # Ray would start another process, and another
            self._problem = str(error)

    def __call__(self, batch):
        """Columns of what became of each photograph: its window, its number in that, seconds, and a reason.

        Of a window that is given up, and with a reason of all of them, the number is -1.
        """
        import ray

        (index,), (window,) = batch["index"], map(pickle.loads, batch["window"])
        if self._problem or ray.get(self._tries.begin.remote(index)) > MOST_TRIES:
            return {"window": [index], "number": [-1], "seconds": [0.0], "reason": [self._problem]}
        numbers = {job: number for number, job in enumerate(window.jobs)}
        done, failed = self.paint(window)
        if not self._settled:
            # Ray has garbage collected every half minute while a process waits for room, as where a machine has died:
            # it need not look through TensorFlow's objects each time, for seconds.
            gc.collect()
            gc.freeze()
            self._settled = True
        outcomes = [(job, seconds, "") for job, seconds in done] + [(job, 0.0, reason) for job, reason in failed]
        return {
            "window": [index] * len(outcomes),
            "number": [numbers[job] for job, _, _ in outcomes],
            "seconds": [seconds for _, seconds, _ in outcomes],
            "reason": [reason for _, _, reason in outcomes],
        }

    def paint(self, window):
        """(done, failed) of :func:`run_jobs`."""
        sources = dict(zip([job.source for job in window.jobs], window.sources, strict=True))
        targets = dict(zip([job.target for job in window.jobs], window.targets, strict=True))
        with ThreadPoolExecutor(READERS) as readers:
            found = dict(zip(sources, readers.map(_content, sources.values()), strict=True))
        results = {}

        def read(source):
            if isinstance(found[source], UserError):
                raise found[source]
            return read_photo(found[source], name=source)

        def write(target, content):
            if window.table is None:
                targets[target].write(content)
            else:
                results[target] = content

        # Neighbours of one size: a GPU's kernels are chosen, and LiteRT's memory is laid out, for each size anew.
        jobs = sorted(window.jobs, key=lambda job: _sides(found[job.source]))
        done, failed = self._run(jobs, read, write)
        if window.table is not None:
            window.table.write(results)
        return done, failed

    def _run(self, jobs, read, write):
        try:
            return run_jobs(jobs, self._transform, self._order.quality, progress=False, read=read, write=write)
        except Exception as error:  # of a million photographs, one may do what nobody foresaw
            if len(jobs) == 1:
                reason = " ".join(str(error).split())
                return [], [(jobs[0], f"{jobs[0].source}: {type(error).__name__}: {reason:.300}")]
        done, failed = [], []
        for job in jobs:
            one = self._run([job], read, write)
            done += one[0]
            failed += one[1]
        return done, failed


def _content(source):
    try:
        return source.source()
    except UserError as error:
        return error


def _sides(content):
    return (0, 0) if isinstance(content, UserError) else picture_sides(content) or (0, 0)
