"""Photographs in, pictures out: what the commands that turn files into files share."""

import dataclasses
import functools
import itertools
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from fast_style.common.commands.photo_names import find_photos, tell_apart
from fast_style.common.commands.progress import CountProgress
from fast_style.common.errors import UserError
from fast_style.common.files import check_names, check_writable, write_bytes, writing_place
from fast_style.common.images.geometry import limited_sides
from fast_style.common.images.image_formats import EXTENSIONS, SUFFIXES, format_of_result
from fast_style.common.images.image_io import encode, read_photo
from fast_style.common.images.opening import picture_sides, read_stream
from fast_style.common.memory import memory_errors
from fast_style.common.printable import printable
from fast_style.common.streams import drop_output, say, standard_output, warn
from fast_style.common.video.formats import names_a_clip

# A larger picture is written before the next photograph is transformed: both at once might not fit in memory.
OVERLAPPED_BYTES = 100 << 20
NAMED = 3  # results in a line on their names; others are counted
TOO_LARGE = "{}: expected a photograph and a result that memory holds. Received: larger ones"


@dataclasses.dataclass(frozen=True)
class Job:
    """One photograph to be turned into a picture: where from and where to, ``"-"`` for the streams.

    Attributes:
        problem: why it cannot be done, where that is known before.
    """

    source: str
    target: str
    file_format: str
    problem: str = ""


def plan_jobs(photos, label, folder, output=None, file_format=None, overwrite=False, tell=warn, besides=()):
    """What is to be read and written, found out before anything heavy starts.

    Results that would have one name get names that tell them apart.

    Args:
        photos: files, folders (walked recursively, but for a folder of results within), glob patterns, or
            ``"-"`` for standard input.
        label: goes into the names of results: ``cat.jpg`` becomes ``cat_<label>.jpg``.
        folder: where results go when `output` is not given.
        output: a folder; a file where there is one photograph; ``"-"`` for standard output. Default:
            `folder`, or standard output where the photograph comes from standard input.
        file_format: a key of ``image_io.FORMATS``; default that of the photograph or of the output's name,
            PNG where it cannot be written.
        overwrite: whether existing results may be replaced.
        tell: function of a line on what was left out or is called otherwise.
        besides: suffixes of files in folders that are taken elsewhere.

    Returns:
        list of Job.

    Raises:
        UserError: no such file, an existing result, an unwritable folder, names that are too long, a file
            name for the result of a format that is not written, or of another than `file_format`.
    """
    if output == "":
        raise UserError("--output: expected a folder or file. Received: '', an empty word")
    sources = find_photos(photos, folder if output in (None, "-") else output, tell, besides)
    if output is None:
        output = "-" if sources == [("-", "-")] else folder
    if output == "-":
        if len(sources) != 1:
            raise UserError(f"--output: expected a folder for {len(sources)} photographs. Received: -")
        standard_output()
        return [Job(sources[0][0], "-", file_format or "png")]
    if len(sources) == 1 and not os.path.isdir(output) and names_an_image(output, file_format):
        jobs = [Job(sources[0][0], str(Path(output)), file_format or SUFFIXES[Path(output).suffix.lower()])]
    else:
        if not os.path.isdir(output) and names_a_clip(output):
            raise UserError(
                f"--output: expected a folder, or a name that ends in {', '.join(SUFFIXES)}, for photographs. "
                f"Received: {output}"
            )
        if len(sources) > 1 and os.path.exists(output) and not os.path.isdir(output):
            raise UserError(f"--output: expected a folder for {len(sources)} photographs. Received: {output} (a file)")
        jobs = jobs_in(lambda path: str(Path(output) / path), sources, label, file_format, tell)
    return checked_jobs(jobs, overwrite, tell)


def jobs_in(place, sources, label, file_format=None, tell=warn):
    """Jobs whose results go into one folder.

    Args:
        place: function from the path of a result within the folder to its name.
        sources: list of (source, path relative to what was named).
        label, file_format, tell: as of :func:`plan_jobs`.
    """
    formats = {source: file_format or format_of_result(source) for source, _ in sources}

    def target(source, relative, stem):
        return place(Path(relative).parent / f"{stem}_{label}.{formats[source]}")

    targets, renamed = tell_apart(sources, target)
    if renamed and tell:
        shown, more = renamed[0][:NAMED], sum(map(len, renamed))
        names = " and ".join(f"{source} to {targets[source]}" for source in shown)
        more = f"; and {more - len(shown)} more" if more > len(shown) else ""
        tell(f"results of one name are told apart: {names}{more}")
    return [Job(source, targets[source], formats[source]) for source, _ in sources]


def names_an_image(output, file_format):
    """Whether the result is to be a file of this name, and not in a folder of it."""
    suffix = Path(output).suffix.lower()
    if suffix not in SUFFIXES:
        if suffix and (suffix in Image.registered_extensions() or suffix in (*EXTENSIONS, ".jxl")):
            raise UserError(f"--output: expected a name that ends in {', '.join(SUFFIXES)}. Received: {output}")
        return False
    if file_format not in (None, SUFFIXES[suffix]):
        raise UserError(f"--format: expected {SUFFIXES[suffix]}, as {output} ends. Received: {file_format}")
    return True


def jobs_of(options, label, folder):
    """:func:`plan_jobs` of what :func:`add_photo_flags` parsed.

    With ``--skip-existing``, without those whose result is there, of which a line tells; it exits with 0
    where none is left.
    """
    return jobs_by_label(options, [label], folder)[label]


def jobs_by_label(options, labels, folder, others=False, plan=plan_jobs, exists=os.path.exists):
    """``{label: jobs}``: :func:`jobs_of` for pictures of several kinds of each photograph.

    Args:
        others: whether there is other work, for which it does not exit where none is left.
        plan: function that takes what :func:`plan_jobs` does.
        exists: function from the target of a job to whether it is there.
    """
    skip, output = options.skip_existing, options.output
    if len(labels) > 1:
        to_stream = output == "-" or (output is None and options.photos == ["-"])
        if to_stream or (output and not os.path.isdir(output) and names_an_image(output, None)):
            raise UserError(
                f"--output: expected a folder for pictures in {len(labels)} styles. Received: {output or '-'}"
            )
    planned, overwrite = {}, options.overwrite or skip
    for label in labels:
        tell = None if planned else warn
        planned[label] = plan(options.photos, label, folder, output, options.format, overwrite, tell)
    left = {
        label: [job for job in jobs if job.target == "-" or not (skip and exists(job.target))]
        for label, jobs in planned.items()
    }
    count, total = (sum(map(len, jobs.values())) for jobs in (left, planned))
    if count < total:
        warn(f"{total - count} of {total} photographs have their result already")
    if not count and not others:
        sys.exit(0)
    return left


def checked_jobs(jobs, overwrite, tell):
    """The jobs, with what is wrong with their targets; it raises where that is wrong with all, or would cost a file."""
    checked = [dataclasses.replace(job, problem=_problem(job)) for job in jobs]
    problems = [job for job in checked if job.problem]
    if len(problems) == len(jobs):
        raise UserError(problems[0].problem)
    if problems and tell:
        tell(f"{len(problems)} of {len(jobs)} photographs are left out: {problems[0].problem}")
    for job in checked:
        if os.path.isdir(job.target):
            raise UserError(f"--output: expected a file. Received: {job.target} (a folder)")
        if os.path.exists(job.target) and not overwrite:
            raise UserError(f"--output: expected a new file, or --overwrite. Received: {job.target}, which exists")
    for folder in {_folder(job) for job in checked if not job.problem}:
        check_writable(folder)
    return checked


def _problem(job):
    try:
        check_names(job.target)
    except UserError as error:
        return f"{job.source}: {error}"
    return ""


def _folder(job):
    """Where a result is written: behind links."""
    try:
        return writing_place(job.target).parent
    except OSError as error:
        raise UserError(
            f"--output: expected a place that can be written. Received: {job.target} ({error.strerror})"
        ) from error


def run_jobs(jobs, transform, quality=95, progress=True, signals=None, read=None, write=None):
    """Runs jobs of :func:`plan_jobs`, each written whole or not at all; a bad photograph does not stop the rest.

    While one is transformed, the next is read and the one before is encoded and written.

    Args:
        jobs: list of Job.
        transform: function from a :class:`Photo` and its Job to the Photo that is written.
        quality: of JPEG and WebP, 1 to 100.
        progress: show progress where there are many.
        signals: :class:`StopSignals`, after the first of which no further photograph is begun, and after the second of
            which that at hand is given up, too. Default: None, an exception ends it.
        read: function of a job's source to a Photo. Default: :func:`read_source`.
        write: function of a job's target and the bytes of its file. Default: :func:`write_target`.

    Returns:
        (done, failed): lists of (job, seconds of work) and (job, reason).
    """
    read, write = read or read_source, write or write_target
    done, failed, writing = [], [], None
    many = progress and len(jobs) > 1

    def finish(job, seconds, written):
        try:
            done.append((job, seconds + written.result()))
        except (UserError, *memory_errors()) as error:
            fail(job, error)
        bar.update()

    def fail(job, error):
        failed.append((job, str(error) if isinstance(error, UserError) else TOO_LARGE.format(job.source)))

    with (
        ThreadPoolExecutor(1) as reader,
        ThreadPoolExecutor(1) as writer,
        CountProgress(len(jobs), "photographs", many) as bar,
    ):
        reading = None
        try:
            for job, following in itertools.zip_longest(jobs, jobs[1:]):
                current, reading = reading, None
                if signals is not None and signals.received is not None:
                    break
                # Standard input is read here: Ctrl-C would have to wait for a thread that waits for it.
                if following and following.source != "-" and not following.problem:
                    reading = reader.submit(_read, following, read)
                try:
                    photo, seconds = current.result() if current else _read(job, read)
                    start = time.perf_counter()
                    picture = transform(photo, job)
                    seconds += time.perf_counter() - start
                except (UserError, *memory_errors()) as error:
                    fail(job, error)
                    bar.update()
                    continue
                if writing:  # no more than one picture waits
                    finish(*writing)
                    writing = None
                writing = job, seconds, writer.submit(_write, picture, job, quality, write)
                if picture.rgb.size > OVERLAPPED_BYTES:
                    finish(*writing)
                    writing = None
        except KeyboardInterrupt:
            if signals is None:
                raise
        if writing:
            finish(*writing)
    order = {job: number for number, job in enumerate(jobs)}
    return done, sorted(failed, key=lambda item: order[item[0]])


def _read(job, read):
    """(Photo, seconds)."""
    if job.problem:
        raise UserError(job.problem)
    start = time.perf_counter()
    return read(job.source), time.perf_counter() - start


def read_source(source):
    """The Photo at a path, or from standard input for ``"-"``, as often as it is wanted."""
    if source != "-":
        return read_photo(source, name=source)
    return read_photo(_standard_input(), name="standard input")


def _standard_input():
    try:
        return _kept_content(sys.stdin.buffer)
    except OSError as error:
        raise UserError(
            f"standard input: expected a stream that can be read. Received: {error.strerror or error}"
        ) from error


@functools.lru_cache(maxsize=1)
def _kept_content(stream):
    """Bytes of a stream, which can be read once, for pictures in several styles."""
    return read_stream(stream)


def _write(picture, job, quality, write):
    """Seconds."""
    start = time.perf_counter()
    write(job.target, encode(picture, job.file_format, quality))
    return time.perf_counter() - start


def write_target(target, content):
    """Writes the bytes of a file whole or not at all, to standard output for ``"-"``."""
    if target == "-":
        try:
            stream = standard_output()
            stream.write(content)
            stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            drop_output()
            raise UserError(
                f"--output: expected standard output that can be written. Received: {error.strerror}"
            ) from error
    else:
        write_bytes(target, content)


def report_jobs(program, done, failed, stopped="", number=signal.SIGINT, more=()):
    """Prints what :func:`run_jobs` did, bad photographs last, and exits: 0, or 2 where one failed.

    Args:
        program: what messages begin with.
        done, failed: of :func:`run_jobs`.
        stopped: where it was stopped before the end, what to say of that.
        number: of the signal that stopped it, which is in the exit code.
        more: further files that were written.
    """
    try:
        for job, seconds in done:
            if job.target != "-":
                say(f"{printable(job.target)}  {seconds:.2f} s")
        for path in more:
            say(printable(path))
    finally:
        for _, reason in failed:
            warn(f"{program}: error: {reason}")
        if stopped:
            warn(f"{program}: {stopped}")
        elif failed and len(done) + len(failed) > 1:
            warn(f"{len(done)} of {len(done) + len(failed)} photographs done, {len(failed)} failed")
    sys.exit(128 + number if stopped else 2 if failed else 0)


def photo_sides(jobs, max_size=None):
    """(height, width) of the photographs of jobs, shrunk to a long side; of one that cannot be read, of a pixel."""
    found = (picture_sides(_standard_input() if job.source == "-" else job.source) or (1, 1) for job in jobs)
    return [limited_sides(*sides, max_size) if max_size else sides for sides in found]


def how_to_go_on(jobs, done, failed, overwrite):
    """What to say where a signal left jobs undone: what is done, and what does the rest; else ``""``."""
    if len(done) + len(failed) == len(jobs):
        return ""
    again = "the same command begins with the first" if overwrite else "the same command with --skip-existing goes on"
    return f"stopped; {len(done)} of {len(jobs)} photographs done" + ("" if jobs[0].target == "-" else f"; {again}")
