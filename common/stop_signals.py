"""Ctrl-C and SIGTERM as a wish to stop soon, for long work that can save what it has."""

import contextlib
import signal
import sys
import threading


class StopSignals:
    """Inside a ``with`` block, the first Ctrl-C or SIGTERM is noted, a second interrupts at once.

    Outside the main thread, where Python allows no handlers, nothing is changed.

    Args:
        behind: what is finished first, in words.

    Attributes:
        received: the signal's number, or None.
    """

    def __init__(self, behind="iteration"):
        self.received, self.behind = None, behind
        self._before = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number, frame):
        from tqdm import tqdm  # not at every start of a program

        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number
        with contextlib.suppress(OSError, RuntimeError):  # closed, or in the midst of a line
            tqdm.write(f"stopping after this {self.behind}; again to stop at once", file=sys.stderr)

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
