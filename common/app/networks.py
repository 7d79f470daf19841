"""Networks that are ready to make pictures: each is read once, and TensorFlow starts behind the page."""

import contextlib
import os
import threading
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.installed import installed
from fast_style.common.networks.engine import obstacle
from fast_style.common.networks.litert_network import LiteRTNetwork
from fast_style.common.networks.source import find_network
from fast_style.common.startup import start_tensorflow

KERAS_FILE = ".keras"
SIDE = 64  # of the picture for which a network is traced, in pixels: any does


def given_networks(paths, argument="--network"):
    """The :class:`common.networks.source.Source` of networks in files, and in folders of them, of whatever task.

    What in a folder is no network is left out.

    Raises:
        UserError: a file that is no network; a folder without one.
    """
    found = {}
    for path in map(Path, paths):
        if not path.is_dir():
            found[path.resolve()] = find_network(path, argument=argument)
            continue
        inside = {}
        for file in sorted(path.rglob(f"*{KERAS_FILE}")):
            with contextlib.suppress(UserError):
                inside[file.resolve()] = find_network(file, argument=argument)
        if not inside:
            raise UserError(
                f"{argument}: expected a network's {KERAS_FILE} file, or a folder of some. Received: {path}"
            )
        found |= inside
    return tuple(found.values())


def _key(source):
    return source.task.name, os.path.realpath(source.path), source.path.stat().st_mtime_ns


class Networks:
    """Networks by where they come from, in a precision, kept.

    Args:
        precision: see :func:`common.networks.precision.resolve_precision`.

    Attributes:
        error: what TensorFlow could not be started for, or None.
    """

    def __init__(self, precision="auto"):
        self.precision, self.error = precision, None
        self._ready, self._graphs, self._expected, self._lock = {}, {}, [], threading.Lock()
        self._started, self._ended, self._thread = threading.Event(), threading.Event(), None
        self._watched, self._nobody_waits = 0, threading.Condition()

    def expect(self, sources):
        """These will be wanted first: they are read once TensorFlow has started."""
        self._expected += sources

    @contextlib.contextmanager
    def in_front(self):
        """Within it, networks that are only expected are not read: somebody looks at what is made meanwhile."""
        with self._nobody_waits:
            self._watched += 1
        try:
            yield
        finally:
            with self._nobody_waits:
                self._watched -= 1
                self._nobody_waits.notify_all()

    def start(self):
        """Begins to import TensorFlow and to read what is expected, in a thread of its own."""
        self._thread = threading.Thread(target=self._start, name="networks", daemon=True)
        self._thread.start()

    def stop(self):
        """Reads none of those that are expected any more, and waits for the one that is being read.

        Where a program ends while a thread is within TensorFlow, that aborts it.
        """
        self._ended.set()
        with self._nobody_waits:
            self._nobody_waits.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _start(self):
        try:
            start_tensorflow()
        except Exception as error:  # it is told to those who want a picture
            self.error = error
        finally:
            self._started.set()
        for source in self._expected if self.error is None else ():
            with self._nobody_waits:
                self._nobody_waits.wait_for(lambda: not self._watched or self._ended.is_set())
            if self._ended.is_set():
                break
            self.get(source)

    def wait(self):
        """Until TensorFlow has started.

        Raises:
            UserError: it does not start.
        """
        self._started.wait()
        if self.error is not None:
            raise self.error

    def get(self, source):
        """The network of a :class:`common.networks.source.Source`, traced; waits until TensorFlow has started.

        Raises:
            UserError: a file that does not load; TensorFlow that does not start.
        """
        self.wait()
        key = _key(source)
        if key not in self._ready:  # who wants one that is there does not wait for another that is read
            with self._lock:
                if key not in self._ready:
                    self._ready[key] = self._read(source)
        return self._ready[key]

    def get_soon(self, source):
        """What :meth:`get` gives, where it is there; else the graph for LiteRT of a network that ships, in its place.

        For pictures that are looked at alone: those of the two differ by rounding.
        """
        key = _key(source)
        if key in self._ready or obstacle([source], self.precision) or not installed("ai_edge_litert"):
            return self.get(source)
        if key not in self._graphs:
            self._graphs[key] = LiteRTNetwork(source)
        return self._graphs[key]

    def _read(self, source):
        import numpy as np

        from fast_style.common.networks.rebuilding import in_precision

        network = in_precision(source.load(), self.precision)
        network.render(np.zeros((1, SIDE, SIDE, 3), np.uint8))
        return network
