"""Progress of long work: a bar on a terminal, a line now and then in a log."""

import time

from tqdm import tqdm

from fast_style.common.streams import warn

# Where nobody watches a terminal.
SECONDS_A_LINE = 60.0
# Of one photograph, which hardly takes longer than some minutes.
SECONDS_A_LINE_OF_ONE = 15.0
SHOWN = ("loss", "content", "style", "tv")


class _Lines:
    """A tqdm bar; where it is none, when a line is due, and the time left for it. A context."""

    def __init__(self, show, seconds_a_line, bar=True, **options):
        self.show, self.seconds_a_line = show, seconds_a_line
        self._began, self._due = time.monotonic(), time.monotonic() + seconds_a_line
        self._bar = tqdm(disable=None if show and bar else True, **options)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._bar.close()

    def _line(self, share, text):
        """Writes the text and the time left, if it is time; without that where `share` is None."""
        now = time.monotonic()
        if self.show and self._bar.disable and now >= self._due and share != 0:
            self._due = now + self.seconds_a_line
            left = share and f", {tqdm.format_interval((now - self._began) * (1 / share - 1))} left"
            warn(f"{text}{left or ''}")


class IterationProgress(_Lines):
    """Counts iterations on standard error; a context.

    Args:
        total: iterations that are expected.
        label: what is worked on.
        show: False for silence.
        seconds_a_line: at least these pass between two lines where standard error is no terminal.
    """

    def __init__(self, total, label, show=True, seconds_a_line=SECONDS_A_LINE):
        super().__init__(show, seconds_a_line, total=total, unit="it", desc=label)
        self.total, self.label, self.done = total, label, 0

    def update(self, terms):
        """One more iteration, after which the objective has these terms."""
        self.done += 1
        shown = {name: f"{terms[name]:.3g}" for name in SHOWN if name in terms}
        self._bar.update(1)
        self._bar.set_postfix(shown, refresh=False)
        text = ", ".join(f"{name} {value}" for name, value in shown.items())
        self._line(self.done / self.total, f"{self.label}: {self.done}/{self.total}, {text}")


class CountProgress(_Lines):
    """Counts what is done of many; a context.

    Args:
        total: their number.
        noun: what they are.
        show: False for silence.
        seconds_a_line: as of :class:`IterationProgress`.
        bar: False for lines on a terminal, too, as of what hardly takes long.
        leave: keep the bar when all is done.
    """

    def __init__(self, total, noun, show=True, seconds_a_line=SECONDS_A_LINE, bar=True, leave=True):
        super().__init__(show, seconds_a_line, bar, total=total, unit=noun.removesuffix("s"), leave=leave)
        self.total, self.noun, self.done = total, noun, 0

    def update(self):
        """One more is done."""
        self.done += 1
        self._bar.update()
        if self.done < self.total:
            self._line(self.done / self.total, f"{self.done}/{self.total} {self.noun}")


class ShareProgress(_Lines):
    """What share of one long piece of work is done; a context.

    Args:
        label: what is worked on.
        show: False for silence.
        seconds_a_line: as of :class:`IterationProgress`.
    """

    LAYOUT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left"

    def __init__(self, label, show=True, seconds_a_line=SECONDS_A_LINE_OF_ONE):
        super().__init__(show, seconds_a_line, total=1.0, desc=label, bar_format=self.LAYOUT, leave=False)
        self.label, self.share = label, 0.0

    def reach(self, share):
        """This share is done, 0..1."""
        self._bar.update(share - self.share)
        self.share = share
        if share < 1:
            self._line(share, f"{self.label}: {share:.0%}")


class FrameProgress(_Lines):
    """Counts frames of a clip, with how many a second; a context.

    Args:
        label: the clip.
        total: frames that are expected; None where nobody knows.
        show: False for silence.
        seconds_a_line: as of :class:`IterationProgress`.
    """

    def __init__(self, label, total, show=True, seconds_a_line=SECONDS_A_LINE_OF_ONE):
        super().__init__(show, seconds_a_line, total=total, unit=" frames", desc=label, leave=False)
        self.label, self.total, self.done = label, total, 0

    def update(self):
        """One more is done."""
        self.done += 1
        self._bar.update()
        rate = self.done / max(time.monotonic() - self._began, 1e-9)
        of = f"/{self.total}" if self.total else ""
        share = min(self.done / self.total, 1.0) if self.total else None
        self._line(share, f"{self.label}: {self.done}{of} frames, {rate:.1f} a second")


class StatusLine(_Lines):
    """One line that says how things are, over the one before; a context."""

    def __init__(self, show=True, seconds_a_line=SECONDS_A_LINE):
        super().__init__(show, seconds_a_line, bar_format="{desc}", leave=False)

    def tell(self, text):
        """How things are now."""
        self._bar.set_description_str(text, refresh=False)
        self._bar.refresh()
        self._line(None, text)
