"""Clips: frames with their times, upright and in RGB, from whatever FFmpeg reads."""

import contextlib
import heapq
import itertools
import os
from fractions import Fraction

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.images.sides import limited_sides
from fast_style.common.video.colours import Colours, colours_of, to_rgb
from fast_style.common.video.cut_off import is_cut_off
from fast_style.common.video.extra import video_library
from fast_style.common.video.formats import ANIMATIONS
from fast_style.common.video.frame import Frame
from fast_style.common.video.frame_files import has_frame_files
from fast_style.common.video.other_streams import titled
from fast_style.common.video.timing import between, expected_count

# Sides beyond those of any camera: memory for one frame is taken before anything of it is decoded.
MOST_PIXELS = 100_000_000
MICROSECONDS = 1_000_000  # FFmpeg's unit of times of a whole file
# Of sources that say nothing of it.
DEFAULT_RATE = Fraction(25)
# Metadata that containers write themselves.
OWN_METADATA = ("major_brand", "minor_version", "compatible_brands", "encoder", "duration", "number_of_frames")
# Seconds by which sound may lie behind the pictures in a file.
INTERLEAVED = 1
# Times that a file may fail to be read, one after the other, before it is over.
MOST_FAILURES = 8
NAMED = 3  # frames that did not decode, in a line; others are counted
# Seconds before the start at which a frame is sought from which on all decode: some containers find one behind it.
SOUGHT_BEFORE = 0, 2, 10
LARGEST_TIME = 2**62  # microseconds
# Of the metadata of a stream of pictures: what its container or its encoder does not write itself.
TAGS = ("title", "language")
# How the one list of other files begins that FFmpeg takes by its content, whatever it is called.
PLAYLIST = b"ffconcat"


def open_clip(source, *, start=None, end=None, fps=None, max_size=None, square=False, besides=(), argument="video"):
    """A clip, to read frames of; a context.

    Args:
        source: a path, of anything FFmpeg reads, a GIF or WebP, or numbered frames: ``frames/%04d.png``, or a folder.
        start, end: seconds, of what is read of it. Default: None, all.
        fps: frames a second, to which others are left out or shown again; of numbered frames, which have no times,
            theirs. Default: None, the frames and times of the source.
        max_size: pixels to which the long side is shrunk where it is longer. Default: None.
        square: whether pixels that are not square are made so, for results that cannot say it.
        besides: paths of files that are no frames of a folder: what is made of it.
        argument: what to call it in errors.

    Raises:
        UserError: no such file; none of moving pictures; PyAV is not installed.
    """
    if fps is not None and not 0 < fps <= 1000:
        raise UserError(f"fps: expected more than 0, to 1000. Received: {fps}")
    if max_size is not None and max_size < 1:
        raise UserError(f"max_size: expected at least 1 pixel. Received: {max_size!r}")
    if (start is not None and start < 0) or (end is not None and end <= (start or 0)):
        raise UserError(f"start, end: expected 0 <= start < end, in seconds. Received: {start}, {end}")
    options = {"start": start, "end": end, "fps": fps, "max_size": max_size}
    if has_frame_files(source):
        from fast_style.common.video.pictures import NumberedFrames

        return NumberedFrames(source, besides=besides, **options)
    if os.path.splitext(source)[1].lower() == ANIMATIONS[1] and os.path.isfile(source):
        from fast_style.common.video.pictures import AnimatedPicture

        return AnimatedPicture(source, **options)
    return Clip(source, square=square, argument=argument, **options)


class BaseClip:
    """What is known of a clip, whatever it is read from; a context.

    Attributes:
        name: what to call it.
        sides: (height, width) of its frames.
        aspect: width of a pixel by its height, or None where that is 1 or nobody says.
        rate: frames a second, on average.
        time_base: of which times are multiples.
        count: how many frames there will be, about; None where nobody knows.
        colours: :class:`Colours` of the source.
        lost: what of the source the frames do not have, in words.
        repeated: times of frames that did not decode, in place of which the one before is shown.
        damaged: times of frames of which a part did not.
        ends_early: why it ended before its end, or "".
        shift: seconds that times of the source are before those of the frames.
        on_packet: function of a packet of another stream; None: those are not read.
        streams: other streams, ``av.stream.Stream``.
        metadata, chapters: of the source.
        tags: of its pictures: title and language.
        plays: how often it is shown; 0: for ever.
    """

    def __init__(self, name, start=None, end=None, fps=None, max_size=None):
        self.name, self.start, self.end, self.max_size = name, start, end, max_size
        self.fps = None if fps is None else Fraction(fps).limit_denominator(100_000)
        self.aspect, self.time_base, self.rate, self.count = None, Fraction(1, 1000), DEFAULT_RATE, None
        self.colours, self.lost, self.repeated, self.ends_early = Colours(), [], [], ""
        self.on_packet, self.streams, self.metadata, self.chapters, self.plays = None, [], {}, [], 0
        self.tags, self.damaged = {}, []
        self.shift = Fraction(0)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Closes its file."""

    def frames(self):
        """Frames in order of time, each read when it is asked for.

        Yields:
            Frame.

        Raises:
            UserError: none decodes.
        """
        raise NotImplementedError

    def prompt_frames(self):
        """As :meth:`frames`, each as soon as it is there."""
        return self.frames()

    def limited(self, height, width):
        """(height, width) behind ``max_size``; even where they change, as most codecs want them."""
        if self.max_size is None or max(height, width) <= self.max_size:
            return height, width
        return tuple(max(2, 2 * round(side / 2)) for side in limited_sides(height, width, self.max_size))

    def what_happened(self):
        """Lines on what was lost and repeated, for a user."""
        lines = [f"{self.name}: {text}" for text in self.lost]
        if self.repeated:
            several = "s do" if len(self.repeated) > 1 else " does"
            lines.append(
                f"{self.name}: {len(self.repeated)} frame{several} not decode; the one before is shown again "
                f"at {_times(self.repeated)}"
            )
        if self.damaged:
            several = "s are" if len(self.damaged) > 1 else " is"
            lines.append(f"{self.name}: {len(self.damaged)} frame{several} damaged, at {_times(self.damaged)}")
        if self.ends_early:
            lines.append(f"{self.name}: {self.ends_early}")
        return lines


class Clip(BaseClip):
    """What FFmpeg reads: a file, a device, an address, whose silence is waited for so many seconds."""

    def __init__(
        self, source, *, square=False, argument="video", container_format=None, options=None, timeout=None, **taken
    ):
        super().__init__(source, **taken)
        self._av = video_library(argument)
        # Titles of old files have any encoding.
        self._opened_with = {
            "format": container_format,
            "options": options or {},
            "metadata_errors": "replace",
            "timeout": timeout,
        }
        self._container = self._opened()
        try:
            self._describe(square)
        except BaseException:
            self._container.close()
            raise

    def _opened(self):
        # Of a file its whole path: of a relative one with a colon FFmpeg takes the beginning for a protocol.
        try:
            if is_file := os.path.isfile(self.name):
                _refuse_playlist(self.name)
            return self._av.open(os.path.abspath(self.name) if is_file else self.name, **self._opened_with)
        except UserError:
            raise
        except (self._av.FFmpegError, OSError, ValueError) as error:
            raise UserError(
                f"{self.name}: expected moving pictures that FFmpeg reads. Received: {_reason(error)}"
            ) from error

    def _describe(self, square):
        container = self._container
        pictures = [one for one in container.streams.video if not _is_cover(one)]
        if not pictures:
            raise UserError(f"{self.name}: expected moving pictures. Received: a file without a video stream")
        best = container.streams.best("video")
        video = best if best in pictures else pictures[0]
        context = video.codec_context
        if context is None:
            raise UserError(f"{self.name}: expected a codec that FFmpeg decodes. Received: an unknown one")
        self._select(
            video.index, [one.index for one in container.streams if one not in pictures and one.type != "data"]
        )
        # Their transparency is beside the pictures, where FFmpeg leaves it.
        self._vpx = context.name.startswith("vp")
        rates = video.average_rate, video.guessed_rate, video.base_rate
        self._source_rate = min(Fraction(next((rate for rate in rates if rate), DEFAULT_RATE)), Fraction(1000))
        self.rate = self.fps or self._source_rate
        self.time_base = 1 / self.fps if self.fps else video.time_base
        self.metadata = _own(container.metadata)
        self.chapters = container.chapters()
        if container.format.name == "gif":
            self.plays = _plays_of_gif(self.name)
        # In MP4, chapters are a stream of data, too.
        if not self.chapters and any(one.type == "data" for one in container.streams):
            self.lost.append("streams of data are left out")
        if len(pictures) > 1:
            self.lost.append(f"the largest of {len(pictures)} video streams is taken")
        tags = titled(video.metadata)
        self.tags = {key: tags[key] for key in TAGS if key in tags}
        self._cut_off = os.path.isfile(self.name) and is_cut_off(self.name)
        origin = max(_origin(container), Fraction(0))
        self.shift = origin + Fraction(self.start or 0)
        self._end = None if self.end is None else origin + Fraction(self.end)
        self._begun, self._is_transparent = False, False
        self._reformatter = self._av.video.reformatter.VideoReformatter()
        self._begin()
        if self._first is None:
            begins = f" from {float(self.start):g} s on" if self.start else ""
            raise UserError(f"{self.name}: expected frames that decode. Received: none{begins}")
        self._look_at(self._first[0] if isinstance(self._first, tuple) else self._first, square)
        self.count = self._count()

    def _begin(self):
        """Reads the first frame: one from which on all to the start decode, without reading what lies far before."""
        for before in SOUGHT_BEFORE if self.start else ():
            with contextlib.suppress(self._av.FFmpegError):
                self._container.seek(min(int((self.shift - before) * MICROSECONDS), LARGEST_TIME))
                self._read_first(sought=True)
                if self._first is not None:
                    return
        if self.start:  # what cannot be sought is read to there
            chosen = self.stream.index, [one.index for one in self.streams]
            self._container.close()
            self._container = self._opened()
            self._select(*chosen)
        self._read_first()

    def _select(self, pictures, others):
        """Takes streams of the container, by number."""
        self.stream, self.streams = self._container.streams[pictures], [self._container.streams[at] for at in others]
        # Not of whole frames: with those a bad packet is told some packets later, and at the end costs good frames.
        self.stream.codec_context.thread_type = "SLICE"

    def _read_first(self, sought=False):
        self._kept_packets, self.repeated, self.damaged, self.ends_early = [], [], [], ""
        self._upcoming = self._shown_frames(sought)
        self._first = next(self._upcoming, None)

    def _count(self):
        video, duration = self.stream, None
        if video.duration and video.time_base:
            duration = video.duration * video.time_base
        elif self._container.duration:
            duration = Fraction(self._container.duration, MICROSECONDS)
        return expected_count(video.frames or None, duration, self._source_rate, self.start, self.end, self.fps)

    def _look_at(self, frame, square):
        """What the first frame tells of all."""
        height, width = frame.height, frame.width
        if height * width > MOST_PIXELS:
            raise UserError(
                f"{self.name}: expected frames of at most {MOST_PIXELS // 10**6} megapixels. Received: {width}x{height}"
            )
        self.colours = colours_of(frame)
        bits = max(component.bits for component in frame.format.components)
        if bits > 8:
            self.lost.append(f"of {bits} bits a colour, 8 are painted and written")
        self._turns = _turns(frame)
        aspect = self.stream.sample_aspect_ratio or self.stream.codec_context.sample_aspect_ratio
        if aspect and aspect != 1 and square:
            width, aspect = max(1, round(width * aspect)), None
        upright = (width, height) if self._turns[0] else (height, width)
        self.sides = self.limited(*upright)
        self._stored = self.sides[::-1] if self._turns[0] else self.sides
        if aspect and aspect != 1:
            self.aspect = 1 / aspect if self._turns[0] else aspect

    def _note_transparency(self):
        if not self._is_transparent:
            self._is_transparent = True
            self.lost.append("transparency is left out")

    def close(self):
        if self._upcoming.gi_running:  # by a thread that waits for a network, and is not waited for
            return
        self._upcoming.close()
        self._container.close()

    def frames(self):
        from fast_style.common.video.timing import at_rate

        self._begun = True
        for packet in self._kept_packets if self.on_packet else ():
            self.on_packet(packet)
        self._kept_packets.clear()
        frames = self._frames()
        yield from at_rate(frames, self.fps, self.stream.time_base) if self.fps else frames

    def prompt_frames(self):
        """As :meth:`frames`, each as soon as it is there: without its duration, which the next one tells."""
        for decoded, time in self._timed(itertools.chain([self._first], self._upcoming)):
            yield Frame(self._picture(decoded), time - self.shift)

    def _frames(self):
        """Frames of the source's times, with those that do not decode."""
        timed = self._timed(itertools.chain([self._first], self._upcoming))
        following, last, rgb = next(timed, None), None, None
        while following:
            decoded, time = following
            rgb, last = rgb if decoded is last else self._picture(decoded), decoded
            # Durations that files give are those between packets, which have another order.
            following = next(timed, None)
            yield Frame(rgb, time - self.shift, (following[1] if following else self._until(decoded, time)) - time)

    def _picture(self, decoded):
        if not self._is_transparent and _is_see_through(decoded):
            self._note_transparency()
        rgb = to_rgb(self._reformatter, decoded, self.colours, self._stored[1], self._stored[0])
        return _upright(rgb, self._turns)

    def _until(self, decoded, time):
        """When the last frame ends."""
        stream, base = self.stream, self.stream.time_base
        begins = time if decoded.pts is None else decoded.pts * base  # earlier, of one that is shown at the start
        ends = [begins + (decoded.duration * base or 1 / self._source_rate), self._end]
        if ends[0] <= time:
            ends[0] = time + 1 / self._source_rate
        if (
            not self._cut_off
            and stream.duration
            and (end := (stream.start_time or 0) * base + stream.duration * base) > time
        ):
            ends[0] = end
        return min(end for end in ends if end is not None)

    def _timed(self, frames):
        """(decoded frame, time), times increasing."""
        yield from between(self._all_timed(frames), self.shift, self._end, self._until)

    def _all_timed(self, frames):
        base, last = self.stream.time_base, None
        for item in frames:
            decoded, pts = item if isinstance(item, tuple) else (item, item.pts)
            if pts is None:  # what a file does not say is guessed by its rate
                pts = 0 if last is None else last + max(1, round(1 / (self._source_rate * base)))
            if last is not None and pts <= last:
                pts = last + 1
            last = pts
            yield decoded, pts * base

    def _shown_frames(self, sought=False):
        """Decoded frames in order, or, for one that does not decode, (the one before, its time stamp).

        Args:
            sought: whether reading begins within the file. Then there are none where it is too late for the start.
        """
        expected, lost, last, early = [], 0, None, []
        packets = self._packets()
        if sought and not (packets := self._from_keyframe(packets)):
            return
        for packet in itertools.chain(packets, [None]):
            if packet is not None and packet.pts is not None and not packet.is_discard:
                heapq.heappush(expected, packet.pts)
            try:
                decoded = self.stream.codec_context.decode(packet)
            except (self._av.FFmpegError, ValueError) as error:
                decoded, lost = [], lost + (packet is not None and not isinstance(error, self._av.error.EOFError))
            for frame in decoded:
                while expected and frame.pts is not None and expected[0] < frame.pts:
                    missing = heapq.heappop(expected)
                    if lost:
                        lost -= 1
                        early.append(missing)
                if expected and expected[0] == frame.pts:
                    heapq.heappop(expected)
                yield from self._again(frame if last is None else last, early)
                early.clear()
                last = frame
                if frame.is_corrupt and frame.pts is not None and frame.pts * self.stream.time_base >= self.shift:
                    self.damaged.append(frame.pts * self.stream.time_base - self.shift)
                yield frame
        if last is not None and last.pts is not None:
            yield from self._again(last, [pts for pts in sorted(expected) if pts > last.pts][:lost])

    def _from_keyframe(self, packets):
        """Packets from the first that needs no other on; None where that lies behind the start."""
        for packet in packets:
            if packet.pts is None or packet.pts * packet.time_base > self.shift:
                return None
            if packet.is_keyframe:
                return itertools.chain([packet], packets)
        return None

    def _again(self, frame, times):
        for pts in times:
            if pts * self.stream.time_base >= self.shift:
                self.repeated.append(pts * self.stream.time_base - self.shift)
            yield frame, pts

    def _packets(self):
        """Packets of the stream of pictures; those of others go where ``on_packet`` says."""
        failures, ended = 0, False
        while True:
            try:
                for packet in self._container.demux([self.stream, *self.streams]):
                    failures = 0
                    if packet.dts is None and packet.size == 0:
                        continue  # what PyAV ends with
                    if packet.stream is self.stream:
                        decoded = packet.dts if packet.dts is not None else packet.pts
                        if self._end is not None and decoded is not None:
                            late = decoded * packet.time_base - self._end
                            if late > INTERLEAVED:
                                return
                            if late >= 0:
                                ended = True
                                continue
                        if self._vpx and packet.has_sidedata("matroska_block_additional"):
                            self._note_transparency()
                        yield packet
                    else:
                        self._hand_on(packet)
                if self._cut_off and not ended:
                    self.ends_early = "ends early: the file is cut off"
                return
            except (self._av.FFmpegError, OSError) as error:
                failures += 1
                if failures == MOST_FAILURES:
                    self.ends_early = f"ends early: {_reason(error)}"
                    return

    def _hand_on(self, packet):
        time = (packet.pts if packet.pts is not None else packet.dts or 0) * packet.time_base
        begins = time >= self.shift or not self.start
        if not begins or (self._end is not None and time >= self._end):
            return
        if not self._begun:
            self._kept_packets.append(packet)
        elif self.on_packet:
            self.on_packet(packet)


def _times(times):
    named = ", ".join(f"{float(time):.2f} s" for time in times[:NAMED])
    return f"{named} and {len(times) - NAMED} more" if len(times) > NAMED else named


def _is_see_through(frame):
    has_alpha = any(component.is_alpha for component in frame.format.components)
    return has_alpha and frame.reformat(format="rgba").to_ndarray()[..., 3].min() < 255


def _origin(container):
    """When a file begins, in seconds: times of broadcasts begin anywhere. FFmpeg rounds it to microseconds."""
    rounded = Fraction(container.start_time or 0, MICROSECONDS)
    begins = [one.start_time * one.time_base for one in container.streams if one.start_time is not None]
    return min((begin for begin in begins if abs(begin - rounded) < Fraction(1, MICROSECONDS)), default=rounded)


def _refuse_playlist(path):
    with open(path, "rb") as file:
        if file.read(len(PLAYLIST)) == PLAYLIST:
            raise UserError(f"{path}: expected moving pictures. Received: a list of other files")


def _plays_of_gif(path):
    """What FFmpeg does not say: its file counts how often it is shown again."""
    from PIL import Image

    with Image.open(path, formats=["GIF"]) as image:
        again = image.info.get("loop")
    return 1 if again is None else again and again + 1


def _is_cover(stream):
    return bool(stream.disposition & stream.disposition.attached_pic)


def _own(metadata):
    """Metadata that is not the container's own."""
    return {key: value for key, value in metadata.items() if key.lower() not in OWN_METADATA}


def _turns(frame):
    """(rows and columns exchanged, rows reversed, columns reversed): what makes a frame upright; see its matrix.

    The matrix takes (x, y) of what is stored to what is shown: x' = a x + c y, y' = b x + d y.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return False, False, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), "=i4")[:5]
    exchanged = abs(int(b)) > abs(int(a))
    return (True, bool(b < 0), bool(c < 0)) if exchanged else (False, bool(d < 0), bool(a < 0))


def _upright(rgb, turns):
    exchanged, rows, columns = turns
    if not any(turns):
        return rgb
    rgb = rgb.swapaxes(0, 1) if exchanged else rgb
    return np.ascontiguousarray(rgb[:: -1 if rows else 1, :: -1 if columns else 1])


def _reason(error):
    if type(error).__name__ == "ExitError":  # PyAV's, behind its time-out
        return "nothing for a while"
    return " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
