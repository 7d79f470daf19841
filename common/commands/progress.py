"""Progress of optimisations: a bar on a terminal, a line now and then in a log."""

import sys
import time

from tqdm import tqdm

# Where nobody watches a terminal.
SECONDS_A_LINE = 60.0
SHOWN = ("loss", "content", "style", "tv")


class IterationProgress:
    """Counts iterations on standard error; a context.

    Args:
        total: iterations that are expected.
        label: what is worked on.
        show: False for silence.
        seconds_a_line: at least these pass between two lines where standard error is no terminal.
    """

    def __init__(self, total, label, show=True, seconds_a_line=SECONDS_A_LINE):
        self.total, self.label, self.show, self.seconds_a_line = total, label, show, seconds_a_line
        self.done, self._began, self._reported = 0, time.monotonic(), time.monotonic()
        self._bar = tqdm(total=total, unit="it", desc=label, disable=None if show else True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._bar.close()

    def update(self, terms):
        """One more iteration, after which the objective has these terms."""
        self.done += 1
        shown = {name: f"{terms[name]:.3g}" for name in SHOWN if name in terms}
        self._bar.update(1)
        self._bar.set_postfix(shown, refresh=False)
        now = time.monotonic()
        if self.show and self._bar.disable and now - self._reported >= self.seconds_a_line:
            self._reported = now
            left = (now - self._began) / self.done * (self.total - self.done)
            text = ", ".join(f"{name} {value}" for name, value in shown.items())
            print(
                f"{self.label}: {self.done}/{self.total}, {text}, {tqdm.format_interval(left)} left",
                file=sys.stderr,
                flush=True,
            )
