"""Long work behind a page: how far it is, a wish to stop, and what comes of it."""

import contextlib
import signal
import threading
import time

SECONDS_BETWEEN = 0.5  # looks at how far it is


class WorkProgress:
    """How far work is, and the wish to stop: what the commands' functions ask for as signals and as progress.

    Args:
        unit: what is counted, in words: ``"frames"``.

    Attributes:
        received: the signal that stops it, as of :class:`common.stop_signals.StopSignals`; None: it goes on.
        done, total: how many of how many; None where nobody knows.
    """

    def __init__(self, unit):
        self.unit, self.received, self.done, self.total, self._began = unit, None, 0, None, 0.0

    def stop(self):
        """Ends the work where it is, with what there is."""
        self.received = signal.SIGINT

    def begin(self, name, total):
        """A context, in which :meth:`update` is called for each that is done."""
        self.total, self._began = total, time.perf_counter()
        return contextlib.nullcontext(self)

    def update(self, *_):
        """One more is done."""
        self.done += 1

    def in_words(self):
        """``"12 of 240 frames, 00:35 left"``."""
        from tqdm import tqdm

        if not self.done:
            return "Beginning …"
        of, left = "", ""
        if self.total and self.done < self.total:
            took = time.perf_counter() - self._began
            of = f" of {self.total}"
            left = f", {tqdm.format_interval(took / self.done * (self.total - self.done))} left"
        return f"{self.done}{of} {self.unit}{left}"


class Work:
    """Work in a thread of its own. A context; who leaves it, as where a page is closed, stops the work and waits.

    Iterating gives None now and then as long as it lasts.

    Args:
        function: that is called.
        stop: function that makes it end soon.
    """

    def __init__(self, function, stop):
        self._function, self._stop, self._value, self._error = function, stop, None, None
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._stop()
        self._thread.join()

    def __iter__(self):
        while self._thread.is_alive():
            self._thread.join(SECONDS_BETWEEN)
            yield

    def _run(self):
        try:
            self._value = self._function()
        except BaseException as error:
            self._error = error

    def result(self):
        """What the function returned; raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value
