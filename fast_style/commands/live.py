"""`fast-style live`: a camera painted while it runs."""

import contextlib
from pathlib import Path

from fast_style.commands.stylize import add_seed_flag
from fast_style.common.commands.clip_jobs import add_calm_flag, add_codec_flags, check_source_stays, check_target
from fast_style.common.commands.command_line import add_precision_flag, positive_number, whole_number
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import say
from fast_style.common.video.extra import video_library
from fast_style.common.video.formats import Target
from fast_style.common.video.opencv import opencv

NEXT, BEFORE, QUIT = ("n", " ", "Right"), ("p", "Left"), ("q", "\x1b")


def add(commands):
    parser = commands.add_parser(
        "live",
        help="paint a camera, a stream or a test pattern while it runs",
        description="Paint a camera, a stream, a file at its own pace or a test pattern, and show it in a window or "
        "send it on. Frames that come while one is painted are left out. Keys in the window: n or space the next "
        "style, p the one before, 1 to 9 that style, q or Escape the end.",
    )
    parser.add_argument(
        "source",
        nargs="?",
        default="0",
        help="a camera's number, a device, a file, an address (rtsp://, http://, ...) or a test pattern (testsrc, "
        "testsrc=size=640x360:rate=25) (default: 0, the first camera)",
    )
    parser.add_argument(
        "--style",
        action="append",
        required=True,
        metavar="STYLE",
        help="a style as of stylize; several, which keys go through",
    )
    parser.take_several("--style", lambda word: not word.startswith("-"))
    parser.add_argument(
        "--output",
        "-o",
        help="in place of a window: a file, or an address that takes a stream (rtmp://, rtsp://, srt://, udp://, tcp://)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_codec_flags(parser)
    parser.add_argument(
        "--max-size",
        type=whole_number(1, unit="pixel"),
        default=640,
        metavar="PIXELS",
        help="shrink frames to this long side; never enlarges (default: 640)",
    )
    parser.add_argument("--seconds", type=positive_number, metavar="X", help="end after so long (default: not)")
    add_seed_flag(parser)
    add_precision_flag(parser)
    add_calm_flag(parser)
    parser.set_defaults(run=run)


def run(options):
    from fast_style.chosen_styles import chosen_styles
    from fast_style.common.commands.progress import StatusLine
    from fast_style.common.video.live import NewestFrames, Pace, open_live, run_live
    from fast_style.common.video.streaming import is_address
    from fast_style.common.video.window import Window

    video_library("live")
    if options.calm:
        opencv()
    target = None
    if options.output and not is_address(options.output):
        target = Target(options.output, options.codec, options.crf)
    elif options.codec or options.crf is not None:
        raise UserError(f"--codec, --crf: expected a file as --output. Received: {options.output or 'a window'}")
    styles = chosen_styles(options.style, seed=options.seed)
    if target:
        check_source_stays(options.source, target)
        check_target(target, options.overwrite)
    window = None if options.output else Window("fast-style live")
    clip, paced = open_live(options.source, options.max_size, [target.path] if target else ())
    start_tensorflow()

    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.common.video.calm import Calm
    from fast_style.painter import Painter
    from fast_style.video import frame_painter

    painters = {}
    with clip, contextlib.closing(_Shown(window, target, options.output, clip)) as shown:
        for label, (source, style) in styles.items():  # before the first frame: what is chosen is there at once
            painter = Painter(
                in_precision(source.load(), options.precision), style, name=source.name, seed=options.seed
            )
            painters[label] = _one_by_one(*frame_painter(painter, *clip.sides), clip.sides)
        names, pace = list(painters), Pace()
        choice = _Choice(names)

        calms = {name: Calm() for name in names} if options.calm else {}

        def paint(rgb):
            painter = painters[choice.name]
            if not calms:
                return painter(rgb)
            calm = calms[choice.name]
            followed = calm.follow(rgb)
            return calm.mix(followed, painter(followed.steady))

        def show(frame):
            text = f"{choice.name}: {pace}"
            shown.show(frame, text)
            status.tell(text)
            if choice.take(window.keys() if window else ()) and calms:
                calms[choice.name].reset()  # what it painted last is long ago

        with StopSignals("frame") as signals, StatusLine() as status, NewestFrames(clip, paced) as frames:
            end = _End(options.seconds, signals, choice, window)
            run_live(frames, paint, show, pace, end)
        if not pace.painted:
            raise UserError(f"live: expected frames. Received: none from {options.source}")
        shown.finish()
    say(f"{pace.painted} frames painted: {pace}")


def _one_by_one(paint, batch, sides):
    """A function of one frame; traced, and run once, before it is needed."""
    import numpy as np

    def painted(rgb):
        return np.asarray(paint(rgb[None]))[0]

    painted(np.zeros((*sides, 3), np.uint8))
    return painted


class _Choice:
    """The style that is painted in, and whether it is the end."""

    def __init__(self, names):
        self._names, self._index, self.over = names, 0, False

    @property
    def name(self):
        return self._names[self._index]

    def take(self, keys):
        """Does what keys ask for; whether the style is another now."""
        before = self._index
        for key in keys:
            if key in NEXT + BEFORE:
                self._index = (self._index + (1 if key in NEXT else -1)) % len(self._names)
            elif key.isdigit() and 0 < int(key) <= len(self._names):
                self._index = int(key) - 1
            elif key in QUIT:
                self.over = True
        return self._index != before


class _End:
    """Whether it is time to end."""

    def __init__(self, seconds, signals, choice, window):
        import time

        self._clock, self._signals, self._choice, self._window = time.monotonic, signals, choice, window
        self._at = None if seconds is None else self._clock() + seconds

    def __call__(self):
        late = self._at is not None and self._clock() >= self._at
        closed = self._window is not None and self._window.closed
        return late or closed or self._choice.over or self._signals.received is not None


class _Shown:
    """Where painted frames go: a window, a file or a stream, which begins with the first."""

    def __init__(self, window, target, address, clip):
        self._window, self._target, self._address, self._clip = window, target, address, clip
        self._writer, self._before, self._done = None, None, False

    def show(self, frame, text):
        if self._window:
            self._window.show(frame and frame.rgb, text)
        elif frame:
            self._write(frame)

    def _write(self, frame):
        from fast_style.common.video.streaming import StreamWriter
        from fast_style.common.video.writing import open_writer

        if self._writer is None:
            self._clip.streams = []  # sound is not: it would run ahead of what is painted
            sides = frame.rgb.shape[:2]
            self._writer = (
                open_writer(self._target, self._clip, sides)
                if self._target
                else StreamWriter(self._address, self._clip, sides)
            )
        self._writer.add(frame)

    def finish(self):
        """All frames are there."""
        if self._writer:
            self._writer.close()
            if self._target:
                say(str(Path(self._target.path)))
        self._done = True

    def close(self):
        if self._writer and not self._done:
            self._writer.abort()
        if self._window:
            self._window.close()
