"""Sources that do not wait: the newest frame is painted, those that came meanwhile are left out."""

import collections
import dataclasses
import re
import statistics
import sys
import threading
import time

from fast_style.common.video.frame import Frame
from fast_style.common.video.reading import Clip, open_clip

# Cameras by platform: FFmpeg's name of what reads them, and how a number is spelt there.
CAMERAS = {"linux": ("v4l2", "/dev/video{}"), "darwin": ("avfoundation", "{}"), "win32": ("dshow", "video={}")}
PATTERN = re.compile(r"(testsrc2?|smpte(hd)?bars|rgbtestsrc|mandelbrot|life)(=.*)?$")
PATTERN_SIZE, PATTERN_RATE = "640x360", 25
# Over which frames a second and delay are shown.
RECENT = 30
# Seconds after which a network that sends nothing has ended, and that reading is waited for at the end.
LONGEST_SILENCE, PATIENCE = 15, 5


def open_live(source, max_size=None, besides=()):
    """(clip, whether it has to be held back to its own pace).

    Args:
        source: the number of a camera; a device; a file or numbered pictures; an address of a stream; or a test pattern
            of FFmpeg, ``testsrc`` or ``testsrc=size=640x360:rate=25``.
        max_size, besides: as of ``open_clip``.

    Raises:
        UserError: none that FFmpeg opens.
    """
    options, container, paced, timeout = {}, None, False, None
    if source.isdigit():
        container, spelling = CAMERAS.get(sys.platform, CAMERAS["linux"])
        source = spelling.format(source)
        options = {"fflags": "nobuffer"}
    elif source.startswith("/dev/video"):
        container, options = "v4l2", {"fflags": "nobuffer"}
    elif PATTERN.match(source):
        container, paced = "lavfi", True
        source = source if "=" in source else f"{source}=size={PATTERN_SIZE}:rate={PATTERN_RATE}"
    elif "://" in source:
        options, timeout = {"fflags": "nobuffer", "flags": "low_delay"}, LONGEST_SILENCE
    else:
        return open_clip(source, max_size=max_size, besides=besides, argument="live"), True
    taken = {"container_format": container, "options": options, "timeout": timeout, "max_size": max_size}
    return Clip(source, argument="live", **taken), paced


@dataclasses.dataclass
class Pace:
    """How a live source is kept up with.

    Attributes:
        painted, dropped: frames.
        delays: seconds from a frame's arrival until it was shown, of the last few.
    """

    painted: int = 0
    dropped: int = 0
    delays: collections.deque = dataclasses.field(default_factory=lambda: collections.deque(maxlen=RECENT))
    _shown: collections.deque = dataclasses.field(default_factory=lambda: collections.deque(maxlen=RECENT + 1))

    def note(self, arrived, dropped):
        """One more frame is shown, which arrived then; so many were left out before it."""
        now = time.monotonic()
        self.painted, self.dropped = self.painted + 1, self.dropped + dropped
        self.delays.append(now - arrived)
        self._shown.append(now)

    @property
    def rate(self):
        """Frames a second, of late."""
        if len(self._shown) < 2:
            return 0.0
        return (len(self._shown) - 1) / max(self._shown[-1] - self._shown[0], 1e-9)

    @property
    def delay(self):
        """Seconds, the median of late."""
        return statistics.median(self.delays) if self.delays else 0.0

    def __str__(self):
        return f"{self.rate:.1f} frames a second, delay {1000 * self.delay:.0f} ms, {self.dropped} left out"


class NewestFrames:
    """Frames of a live source, each the newest when it is asked for; a context, behind which reading has ended.

    Args:
        clip: of :func:`open_live`.
        paced: whether to hold it back to its own times: files and patterns are read faster.

    Yields:
        (Frame, when it arrived, how many were left out before it).
    """

    def __init__(self, clip, paced=False):
        self._clip, self._paced = clip, paced
        self._changed, self._newest, self._missed = threading.Condition(), None, 0
        self._error, self._over, self._stopped = None, False, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._stopped.set()
        self._thread.join(PATIENCE)  # no longer: it may wait for a network

    def take(self, timeout=0.1):
        """(Frame, when it arrived, left out before), or None where none came in time.

        Raises:
            EOFError: the source is over. UserError: reading failed.
        """
        with self._changed:
            if self._newest is None and not self._over:
                self._changed.wait(timeout)
            if self._newest is None:
                if self._error:
                    raise self._error
                if self._over:
                    raise EOFError
                return None
            newest, self._newest, missed, self._missed = self._newest, None, self._missed, 0
            return *newest, missed

    def _run(self):
        try:
            began = None
            for frame in self._clip.prompt_frames():
                if began is None:
                    began = time.monotonic() - float(frame.time)
                wait = began + float(frame.time) - time.monotonic()
                if self._stopped.wait(max(wait, 0) if self._paced else 0):
                    return
                with self._changed:
                    self._missed += self._newest is not None
                    self._newest = frame, time.monotonic()
                    self._changed.notify()
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify()


def run_live(frames, paint, show, pace, should_stop=None):
    """Paints the newest frames of a source until it ends.

    Args:
        frames: :class:`NewestFrames`, entered.
        paint: function of uint8 RGB (height, width, 3) to the same.
        show: function of a painted :class:`Frame`.
        pace: :class:`Pace`, which is kept.
        should_stop: function asked between frames.

    Raises:
        UserError: reading failed.
    """
    while not (should_stop and should_stop()):
        try:
            taken = frames.take()
        except EOFError:
            break
        if taken is None:
            show(None)
            continue
        frame, arrived, dropped = taken
        painted = Frame(paint(frame.rgb), frame.time)
        show(painted)
        pace.note(arrived, dropped)
