"""From a clip to a clip: reading, painting, calming and writing at the same time."""

import collections
import dataclasses
import itertools
import queue
import threading
from fractions import Fraction

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.video.writing import open_writer

# Seconds by which a subtitle is written behind its time at most: muxers put into order what is less than 10 s apart.
LATEST = 5
# Frames that wait between two stages, beside those of a batch.
WAITING = 4


def paint_frames(frames, paint, batch=1, calm=None):
    """Frames of a clip, painted.

    Args:
        frames: iterable of :class:`Frame`.
        paint: function from uint8 (count, height, width, 3) of at most `batch` frames to as many of their pictures,
            uint8, all of one size.
        batch: frames that are painted at once.
        calm: :class:`Calm`, which says what to paint of each frame and mixes what was painted. Default: None.

    Yields:
        Frame: of the same times. One that is shown again is painted once.
    """
    yield from _calmed(_painted(_followed(frames, calm), paint, batch), calm)


def _followed(frames, calm):
    """(Frame, what to paint, what `calm` follows of it) of each; of one that is shown again, the same objects."""
    shown = picture = followed = None
    for frame in frames:
        if frame.rgb is not shown:
            shown = picture = frame.rgb
            if calm:
                followed = calm.follow(shown)
                picture = followed.steady
        yield frame, picture, followed


def _painted(frames, paint, batch):
    """(Frame, picture, what is followed) of each of :func:`_followed`; one that is shown again is painted once."""
    shown, picture, waiting, fresh = None, None, [], 0

    def painted():
        nonlocal picture
        new = [steady for _, steady, _, again in waiting if not again]
        pictures = iter(paint(np.stack(new))) if new else None
        for frame, _, followed, again in waiting:
            picture = picture if again else np.asarray(next(pictures))
            yield frame, picture, followed

    for frame, steady, followed in frames:
        again = frame.rgb is shown
        shown = frame.rgb
        waiting.append((frame, steady, followed, again))
        fresh += not again
        if fresh == batch:
            yield from painted()
            waiting, fresh = [], 0
    yield from painted()


def _calmed(painted, calm):
    """Frames of :func:`_painted`, made calm."""
    before = shown = None
    for frame, picture, followed in painted:
        if picture is not before:
            before, shown = picture, calm.mix(followed, picture) if calm else picture
        yield dataclasses.replace(frame, rgb=shown)


@dataclasses.dataclass
class Result:
    """What :func:`paint_clip` did.

    Attributes:
        count: frames that were written.
        seconds: how long the result lasts.
        stopped: whether it was stopped before the end.
        notes: what was lost, repeated and left out, a line each.
    """

    count: int = 0
    seconds: float = 0.0
    stopped: bool = False
    notes: list = dataclasses.field(default_factory=list)


def paint_clip(clip, target, paint, batch=1, calm=None, on_frame=None, should_stop=None):
    """Paints a clip into a file, which appears whole.

    Args:
        clip: :class:`BaseClip`, open.
        target: :class:`Target`.
        paint, batch, calm: as of :func:`paint_frames`.
        on_frame: called behind each frame that is painted.
        should_stop: function that says whether to end here, with a file of what there is.

    Returns:
        Result.

    Raises:
        UserError: nothing to write, or a place that cannot be written; nothing is left then.
    """
    result, writer = Result(), _WriterThread(target, clip)
    clip.on_packet = writer.copy
    ahead = _Ahead(_followed(clip.frames(), calm), batch + WAITING)
    try:
        with ahead as frames, _Ahead(_painted(frames, paint, batch), WAITING) as painted:
            for frame in _calmed(painted, calm):
                writer.add(frame)
                result.count += 1
                result.seconds = float(frame.time + frame.duration)
                if on_frame:
                    on_frame()
                if should_stop and should_stop():
                    result.stopped = True
                    break
        if not result.count:
            raise UserError(f"{clip.name}: expected frames between start and end. Received: none")
        writer.close(result.stopped)
    except BaseException:
        if not writer.abort():
            raise
    result.notes = [*clip.what_happened(), *(f"{target.path}: {text}" for text in writer.lost)]
    return result


class _Ahead:
    """An iterable that a thread runs ahead; a context, behind which it has ended."""

    def __init__(self, iterable, size):
        self._items, self._queue, self._ended = iterable, queue.Queue(size), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __iter__(self):
        while True:
            kind, value = self._queue.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value

    def __exit__(self, *error):
        self._ended.set()
        self._thread.join()

    def _run(self):
        try:
            for item in self._items:
                if not self._put(("item", item)):
                    break
            else:
                self._put(("end", None))
        except BaseException as error:
            self._put(("error", error))
        finally:
            if hasattr(self._items, "close"):
                self._items.close()

    def _put(self, item):
        while not self._ended.is_set():
            try:
                self._queue.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False


class _WriterThread:
    """A writer in a thread of its own, opened with the first frame, whose sides it needs.

    Packets are not waited for: a file has few beside its frames, and who reads both would wait for himself. They are
    written when the frames have come as far, so that none goes beyond them where a clip is stopped.
    """

    def __init__(self, target, clip):
        self._target, self._clip = target, clip
        self._items, self._room = collections.deque(), threading.Semaphore(WAITING)
        self._arrived = threading.Condition()
        self._error, self._writer, self._dropped, self._whole = None, None, False, False
        self._over = threading.Event()  # a thread that was once waited for in vain, until Ctrl-C, passes for ended
        threading.Thread(target=self._run, daemon=True).start()

    def add(self, frame):
        self._room.acquire()
        if self._error:
            raise self._error
        self._put(("frame", frame))

    def copy(self, packet):
        self._put(("packet", packet))

    def _put(self, item):
        with self._arrived:
            self._items.append(item)
            self._arrived.notify()

    def close(self, stopped=False):
        """Ends the file, with all packets that came, or where it was stopped with those of the frames that it has."""
        self._put(("end", stopped))
        self._over.wait()
        if self._error:
            raise self._error

    def abort(self):
        """Leaves nothing of the file; whether it is too late for that, and the file is there."""
        self._dropped = True
        self._put(("end", None))
        self._over.wait()
        return self._whole

    @property
    def lost(self):
        """What the file does not have of the source, in words."""
        return self._writer.lost

    def _run(self):
        try:
            self._write()
        except BaseException as error:
            self._error = error
        finally:
            if self._writer and not self._whole:
                self._writer.abort()
            self._over.set()
            self._room.release()

    def _write(self):
        held, reached = collections.defaultdict(collections.deque), Fraction(0)  # packets of each stream
        while True:
            with self._arrived:
                while not self._items:
                    self._arrived.wait()
                kind, value = self._items.popleft()
            if self._dropped:
                break
            if kind == "end":
                for packet in itertools.chain(*held.values()):
                    if not value or self._cut(packet, reached):
                        self._writer.copy(packet)
                self._whole = self._writer.close(lambda: not self._dropped, reached if value else None)
                return
            if kind == "packet":
                held[value.stream.index].append(value)
            else:
                if self._writer is None:
                    self._writer = open_writer(self._target, self._clip, value.rgb.shape[:2])
                self._writer.add(value)
                reached = value.time + value.duration
                self._room.release()
            for packets in held.values() if self._writer else ():
                while packets and self._due(packets[0]) < reached:
                    self._writer.copy(packets.popleft())

    def _begin(self, packet):
        """When a packet begins, in seconds of the clip; where it does not say, at once."""
        return Fraction(0) if packet.pts is None else packet.pts * packet.time_base - self._clip.shift

    def _due(self, packet):
        """When a packet is to be written: subtitles, which may have to be cut, when they end."""
        if packet.stream.type != "subtitle":
            return self._begin(packet)
        return self._begin(packet) + min((packet.duration or 0) * packet.time_base, LATEST)

    def _cut(self, packet, end):
        """Whether a packet begins before the end; it lasts until there then."""
        left = end - self._begin(packet)
        if packet.duration and packet.stream.type == "subtitle":
            packet.duration = min(packet.duration, max(round(left / packet.time_base), 0))
        return left > 0
