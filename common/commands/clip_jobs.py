"""Moving pictures in, moving pictures out: what the commands that turn files into files share for clips."""

import argparse
import functools
import glob
import os
import time
from pathlib import Path

from fast_style.common.commands.command_line import whole_number
from fast_style.common.errors import UserError
from fast_style.common.files import check_names, check_writable, writing_place
from fast_style.common.images.image_folder import find_images
from fast_style.common.images.image_formats import EXTENSIONS, FORMATS
from fast_style.common.memory import memory_errors
from fast_style.common.streams import warn
from fast_style.common.video.extra import video_library
from fast_style.common.video.formats import (
    ANIMATIONS,
    CODECS,
    CONTAINERS,
    DEFAULT_SUFFIX,
    NUMBERED,
    READ,
    Target,
    is_clip,
    is_numbered,
)
from fast_style.common.video.frame_files import frame_files, has_frame_files, target_files
from fast_style.common.video.opencv import opencv
from fast_style.common.video.timing import seconds

FORMATS_WITH_CLIPS = tuple(dict.fromkeys((*FORMATS, *(suffix[1:] for suffix in CONTAINERS))))
ASKED_FOR = tuple(name for name in CODECS if f".{name}" not in ANIMATIONS)
LARGE_FRAMES = "{}: expected frames and results that memory holds. Received: larger ones"
# GIFs and WebPs in a folder are photographs: thousands of them would have to be opened to tell.
NAMED_FOR_CLIPS = (*READ, *(suffix for suffix in CONTAINERS if suffix not in ANIMATIONS))


def add_clip_flags(parser, calm=False):
    """The flags that clips add to those of photographs.

    Args:
        calm: whether there is one that takes flicker out.
    """
    group = parser.add_argument_group("moving pictures")
    add_codec_flags(group)
    group.add_argument("--start", type=_time, metavar="TIME", help="where in a clip to begin: 12.5, 1:30, 0:01:30.5")
    group.add_argument("--end", type=_time, metavar="TIME", help="where in a clip to end")
    group.add_argument(
        "--fps",
        type=_rate,
        metavar="N",
        help="frames a second of the result (default: the frames and times of the clip; 25 of numbered frames)",
    )
    if calm:
        add_calm_flag(group)
    else:
        parser.set_defaults(calm=False)


def add_codec_flags(parser):
    """How clips are encoded."""
    parser.add_argument("--codec", choices=ASKED_FOR, help="of clips (default: h264; vp9 in .webm)")
    parser.add_argument(
        "--crf",
        type=whole_number(0, max(codec.most for codec in CODECS.values())),
        metavar="N",
        help="quality of the codec: less is better and larger (default: 20 of h264)",
    )


def add_calm_flag(parser):
    parser.add_argument(
        "--calm",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="take the flicker out of clips: what was painted before is moved along and mixed in (default: on)",
    )


def _time(text):
    try:
        return seconds(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected seconds or h:mm:ss. Received: {text}") from None


def _rate(text):
    from fractions import Fraction

    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = 0
    if not 0 < rate <= 1000:
        raise argparse.ArgumentTypeError(f"expected more than 0, to 1000. Received: {text}")
    return rate


def check_formats(options):
    """Raises UserError for photographs that are to move."""
    if options.photos and options.format not in (None, *FORMATS):
        raise UserError(f"--format: expected one of {', '.join(FORMATS)} for photographs. Received: {options.format}")


def split_clips(words, output, folder):
    """What words of the command line mean that moves, and the other words.

    Args:
        words: files, folders, patterns, numbered frames (``frames/%04d.png``), ``"-"``.
        output: where results go; a folder is one of numbered frames where it names a clip.
        folder: where they go when nothing is said. Results of before are no clips, unless they are named.

    Returns:
        (clips, photographs): list of (source, path relative to what was named), once each; list of words.
    """
    from fast_style.common.commands.photo_names import matches_of

    clips, photographs = {}, []

    def add(source, relative):
        path = os.path.abspath(source)
        # Numbers of any digits are of one clip.
        clips[_of_any_digits(path) if is_numbered(path) else path] = source, relative

    for word in words:
        if os.path.isdir(word):
            if len(words) == 1 and output and _names_one(output):
                add(word, Path(word).name)
                continue
            results = Path(os.path.realpath(output or folder))
            within = Path(os.path.realpath(word)) in results.parents
            found = find_images(word, (*EXTENSIONS, *NAMED_FOR_CLIPS))[0]
            still = [path for path in found if path.suffix.lower() in EXTENSIONS]
            inside = [path for path in found if path.suffix.lower() in NAMED_FOR_CLIPS and is_clip(path)]
            if within:
                inside = [path for path in inside if results not in Path(os.path.realpath(path)).parents]
            for path in inside:
                add(str(path), str(path.relative_to(word)))
            if still or not inside:
                photographs.append(word)
        elif glob.has_magic(word) and not os.path.lexists(word):
            matches = matches_of(word)
            moving = [match for match in matches if is_clip(match)]
            for match in moving:
                add(match, Path(match).name)
            photographs += [match for match in matches if match not in moving] if moving else [word]
        elif word != "-" and is_clip(word):
            add(word, Path(word).name)
        else:
            photographs.append(word)
    return list(clips.values()), photographs


def _of_any_digits(path):
    return str(Path(path).with_name(NUMBERED.sub("%d", Path(path).name, count=1)))


def _names_one(output):
    """Whether one clip is to be written to this name, and not into a folder of it."""
    return not os.path.isdir(output) and (Path(output).suffix.lower() in CONTAINERS or is_numbered(output))


def plan_photos_and_clips(options, labels, folder):
    """What is to be read and written, found out before anything heavy starts.

    Args:
        options: what :func:`add_photo_flags` and :func:`add_clip_flags` parsed; ``photos`` are left those words that
            do not move.
        labels: of the networks, which go into names.
        folder: where results go when nothing is said.

    Returns:
        (photographs, clips): ``{label: jobs}`` of :func:`jobs_by_label` and of :func:`plan_clips`.

    Raises:
        UserError: what :func:`jobs_by_label` and :func:`plan_clips` refuse; photographs that are to move.
    """
    from fast_style.common.commands.photo_jobs import jobs_by_label, plan_jobs
    from fast_style.common.commands.photo_names import folded

    clips, options.photos = split_clips(options.photos, options.output, folder)
    check_formats(options)
    moving = plan_clips(clips, labels, options, folder)
    if not options.photos:
        return {label: [] for label in labels}, moving
    plan = functools.partial(plan_jobs, besides=NAMED_FOR_CLIPS)
    still = jobs_by_label(options, labels, folder, others=any(moving.values()), plan=plan)
    for label in labels:
        taken = {folded(target.first): source for source, target in moving[label]}
        for job in still[label]:
            if clip := taken.get(folded(job.target)):
                raise UserError(
                    f"--output: expected results of different names. Received: {job.source} and {clip}, "
                    f"both {job.target}"
                )
    return still, moving


def plan_clips(clips, labels, options, folder):
    """``{label: jobs}``, found out before anything heavy starts.

    Args:
        clips: of :func:`split_clips`.
        labels: of the networks, which go into names.
        options: what :func:`add_photo_flags` and :func:`add_clip_flags` parsed.
        folder: where results go when nothing is said.

    Returns:
        ``{label: [(source, Target)]}``; with ``--skip-existing`` without those that are there.

    Raises:
        UserError: no such file, an existing result, a place that cannot be written, options that do not go together,
            PyAV is not installed.
    """
    if not clips:
        return {label: [] for label in labels}
    video_library(clips[0][0])
    if options.calm:
        opencv()
    for source, _ in clips:
        if not is_numbered(source) and not os.path.exists(source):
            raise UserError(f"photo: expected a file. Received: {source} (no such file)")
    if options.start is not None and options.end is not None and options.end <= options.start:
        raise UserError(
            f"--end: expected more than --start, {float(options.start):g}. Received: {float(options.end):g}"
        )
    output = options.output
    if output == "-":
        raise UserError("--output: expected a file or folder for moving pictures. Received: -")
    one_file = output and _names_one(output)
    if one_file and len(clips) * len(labels) > 1:
        raise UserError(f"--output: expected a folder for {len(clips) * len(labels)} clips. Received: {output}")
    if output and not one_file and Path(output).suffix.lower() in READ:
        raise UserError(f"--output: expected a name that ends in {', '.join(CONTAINERS)}. Received: {output}")
    planned = {}
    for label in labels:
        paths = {clips[0][0]: output} if one_file else _names(clips, label, options, output or folder)
        planned[label] = [
            (source, Target(path, options.codec, options.crf, options.quality)) for source, path in paths.items()
        ]
    for jobs in planned.values():
        jobs[:] = [(source, target) for source, target in jobs if _check(source, target, options)]
    return planned


def _names(clips, label, options, folder):
    """``{source: path of its result}``, of which no two are one."""
    from fast_style.common.commands.photo_names import tell_apart

    def keeps_name(source):
        return is_numbered(source) and not options.codec and not options.format

    def target(source, relative, stem):
        place = Path(folder) / Path(relative).parent
        name = f"{stem}_{label}"
        if keeps_name(source):
            return str(place / name / _of_any_digits(Path(source).name))
        if options.format in FORMATS and f".{options.format}" not in CONTAINERS:
            return str(place / name / f"%05d.{options.format}")
        return str(place / f"{name}{_suffix(source, options)}")

    # Numbered frames are called by their folder.
    called = [(source, _folder_of(source) if is_numbered(source) else relative) for source, relative in clips]
    targets = tell_apart(called, target)[0]
    return {
        source: str(Path(path).with_name(Path(source).name)) if keeps_name(source) else path
        for source, path in targets.items()
    }


def _folder_of(source):
    """The name of the folder of numbered frames, with an ending that no stem of it is without."""
    return f"{Path(os.path.abspath(source)).parent.name}{Path(source).suffix}"


def _suffix(source, options):
    if options.format:
        return f".{options.format}"
    if options.codec:
        return next(suffix for suffix, (_, codecs) in CONTAINERS.items() if options.codec in codecs)
    suffix = Path(source).suffix.lower()
    return suffix if suffix in ANIMATIONS else DEFAULT_SUFFIX


def _check(source, target, options):
    """Whether a result is to be made; raises UserError where it cannot."""
    check_source_stays(source, target)
    there = target_files(target)
    if options.skip_existing and there and not any(map(os.path.isdir, there)):
        target.check()
        warn(f"{there[0]} is there already")
        return False
    check_target(target, options.overwrite)
    return True


def check_target(target, overwrite, named="--output", allowed_by="--overwrite"):
    """Raises UserError for a :class:`Target` that does not go together, is there, or cannot be written.

    Args:
        target: of numbered frames, those of any number are there.
        overwrite: whether what is there may be replaced.
        named: what errors call the target.
        allowed_by: what they call `overwrite`.
    """
    target.check()
    check_names(target.path, named)
    for path in target_files(target):
        if os.path.isdir(path):
            raise UserError(f"{named}: expected a file. Received: {path} (a folder)")
        if not overwrite:
            raise UserError(f"{named}: expected a new file, or {allowed_by}. Received: {path}, which exists")
    try:
        check_writable(writing_place(target.path).parent, named)
    except OSError as error:
        raise UserError(
            f"{named}: expected a place that can be written. Received: {target.path} ({error.strerror})"
        ) from error


def check_source_stays(source, target, named="--output"):
    """Raises UserError for a :class:`Target` that would replace frames that it is made of.

    Args:
        source: path; those of numbered frames, and of a folder of them, are files of their own.
        target: a result of before among them is none: it moves.
        named: what errors call the target.
    """
    there = {os.path.realpath(path) for path in target_files(target)} if has_frame_files(source) else ()
    if not there or (not target.numbered and is_clip(target.path)):
        return
    frames, others = frame_files(source)
    # Pictures of a folder of which more than one clip might be meant.
    if not there.isdisjoint(map(os.path.realpath, frames + others * target.numbered)):
        raise UserError(f"{named}: expected other files than those of {source}. Received: {target.path}")


def run_clips(jobs, painter, options, signals=None, progress=None, tell=warn):
    """Runs jobs of :func:`plan_clips`; a bad clip does not stop the rest.

    Args:
        jobs: list of (source, Target).
        painter: function of an open clip to (function of a batch, frames of a batch), as of ``paint_clip``.
        options: what was parsed.
        signals: :class:`StopSignals`.
        progress: function of the name of a clip and its frames, or None, to a context with a method ``update()``, for
            each. Default: :class:`FrameProgress`.
        tell: function of a line on what was lost and repeated.

    Returns:
        (done, failed, stopped): lists of (:class:`Job`, seconds) and (job, reason), and a line where it was stopped.
    """
    from fast_style.common.commands.photo_jobs import Job

    done, failed = [], []
    for source, target in jobs:
        if signals is not None and signals.received is not None:
            return done, failed, f"stopped; {source} is not begun"
        job = Job(source, target.path, target.suffix)
        taken = {name: getattr(options, name, None) for name in ("start", "end", "fps", "max_size")}
        began = time.perf_counter()
        try:
            taken["square"] = target.pictures
            result = _paint(source, target, painter, taken, progress or _shown(True), options.calm, signals)
        except UserError as error:
            failed.append((job, str(error)))
            continue
        except KeyboardInterrupt:
            if signals is None or signals.received is None:
                raise
            return done, failed, f"stopped; {target.path} is not written"
        for note in result.notes:
            tell(note)
        if result.stopped:
            return done, failed, f"stopped; {target.path} holds the first {result.seconds:.1f} s"
        done.append((job, time.perf_counter() - began))
    return done, failed, ""


def paint_to_file(source, target, painter, taken, overwrite, progress, calm=False):
    """What functions of users do with a clip: checks, and :func:`paint_clip`.

    Args:
        source: path.
        target: :class:`Target`.
        painter: as of :func:`run_clips`.
        taken: of the clip, as of ``open_clip``.
        overwrite: whether a file that is there is replaced.
        progress: whether to show it.
        calm: whether to take flicker out.
    """
    check_source_stays(source, target, "target")
    check_target(target, overwrite, "target", "overwrite=True")
    return _paint(source, target, painter, taken, _shown(progress), calm)


def _shown(show):
    from fast_style.common.commands.progress import FrameProgress

    return functools.partial(FrameProgress, show=show)


def _paint(source, target, painter, taken, progress, calm, signals=None):
    from fast_style.common.video.calm import Calm
    from fast_style.common.video.painting import paint_clip
    from fast_style.common.video.reading import open_clip

    try:
        with open_clip(source, besides=[target.path], **taken) as clip:
            paint, batch = painter(clip)
            with progress(Path(source).name, clip.count) as bar:
                should_stop = None if signals is None else lambda: signals.received is not None
                return paint_clip(clip, target, paint, batch, Calm() if calm else None, bar.update, should_stop)
    except memory_errors() as error:
        raise UserError(LARGE_FRAMES.format(source)) from error
