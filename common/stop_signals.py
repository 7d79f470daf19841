"""Ctrl-C and SIGTERM as a wish to stop soon, for long work that can save what it has."""

import contextlib
import os
import signal
import sys
import threading


class StopSignals:
    """Inside a ``with`` block, the first Ctrl-C or SIGTERM is noted, a second interrupts at once, more change nothing.

    What ends behind the second, such as a file being written, is not to be torn by a third. Outside the main thread,
    where Python allows no handlers, nothing is changed.

    Args:
        behind: what is finished first, in words.

    Attributes:
        received: the signal's number, or None.
    """

    def __init__(self, behind="iteration"):
        self.received, self.behind = None, behind
        self._before, self._count = {}, 0

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            # Python calls a handler once for all signals that arrive within one operation of TensorFlow; here each
            # leaves a byte.
            self._arrived, arriving = os.pipe()
            for end in (self._arrived, arriving):
                os.set_blocking(end, False)
            self._wakeup = signal.set_wakeup_fd(arriving, warn_on_full_buffer=False)
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number, frame):
        from tqdm import tqdm  # not at every start of a program

        before = self._count
        with contextlib.suppress(BlockingIOError):
            self._count += sum(one in self._before for one in os.read(self._arrived, 4096))
        self.received = self.received or number
        if before < 2 <= self._count:
            raise KeyboardInterrupt
        if before == 0:
            with contextlib.suppress(OSError, RuntimeError):  # closed, or in the midst of a line
                tqdm.write(f"stopping after this {self.behind}; again to stop at once", file=sys.stderr)

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._before:
            os.close(signal.set_wakeup_fd(self._wakeup))
            os.close(self._arrived)
        self._before = {}
