"""Photographs in, pictures out: what the commands that turn files into files share."""

import dataclasses
import glob
import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from fast_style.common.errors import UserError
from fast_style.common.files import check_writable, write_bytes
from fast_style.common.images.image_formats import EXTENSIONS, SUFFIXES, format_of_result
from fast_style.common.images.image_io import encode, list_images, read_photo
from fast_style.common.images.opening import read_stream

# A larger picture is written before the next photograph is transformed: both at once might not fit in memory.
OVERLAPPED_BYTES = 100 << 20
TOO_LARGE = "{}: expected a photograph and a result that memory holds. Received: larger ones"


@dataclasses.dataclass(frozen=True)
class Job:
    """One photograph to be turned into a picture: where from and where to, ``"-"`` for the streams."""

    source: str
    target: str
    file_format: str


def plan_jobs(photos, label, folder, output=None, file_format=None, overwrite=False):
    """What is to be read and written, found out before anything heavy starts.

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

    Returns:
        list of Job.

    Raises:
        UserError: no such file, two results of one name, an existing result, an unwritable folder, a file
            name for the result of a format that is not written, or of another than `file_format`.
    """
    sources = _expand(photos, folder if output in (None, "-") else output)
    if output is None:
        output = "-" if sources == [("-", "-")] else folder
    if output == "-":
        if len(sources) != 1:
            raise UserError(f"--output: expected a folder for {len(sources)} photographs. Received: -")
        return [Job(sources[0][0], "-", file_format or "png")]
    one_file = len(sources) == 1 and not Path(output).is_dir() and _names_an_image(output, file_format)
    if len(sources) > 1 and Path(output).exists() and not Path(output).is_dir():
        raise UserError(f"--output: expected a folder for {len(sources)} photographs. Received: {output} (a file)")
    jobs = []
    for source, relative in sources:
        own = format_of_result(source)
        if one_file:
            target, chosen = Path(output), file_format or SUFFIXES[Path(output).suffix.lower()]
        else:
            chosen = file_format or own
            stem = "stdin" if source == "-" else Path(relative).stem
            target = Path(output) / Path(relative).parent / f"{stem}_{label}.{chosen}"
        jobs.append(Job(source, str(target), chosen))
    _check_targets(jobs, overwrite)
    return jobs


def _names_an_image(output, file_format):
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
    skip = options.skip_existing
    jobs = plan_jobs(options.photos, label, folder, options.output, options.format, options.overwrite or skip)
    left = [job for job in jobs if job.target == "-" or not (skip and Path(job.target).exists())]
    if len(left) < len(jobs):
        print(f"{len(jobs) - len(left)} of {len(jobs)} photographs have their result already", file=sys.stderr)
    if not left:
        sys.exit(0)
    return left


def _expand(photos, results):
    """(source, path relative to what was named) of every photograph, in the order named, once each."""
    found, results = {}, Path(results).resolve()
    for item in photos:
        if item == "-":
            found["-"] = "-"
        elif Path(item).is_dir():
            # Results of before within a folder of photographs are none of them.
            within = Path(item).resolve() in results.parents
            paths = [path for path in list_images(item) if not (within and results in path.resolve().parents)]
            found |= {str(path): str(path.relative_to(item)) for path in paths}
        elif Path(item).exists() or not glob.has_magic(item):
            found[item] = Path(item).name
        else:
            matches = sorted(m for m in glob.glob(item, recursive=True) if Path(m).is_file())
            if not matches:
                raise UserError(f"photo: expected a pattern that matches files. Received: {item!r}, which matches none")
            found |= {match: Path(match).name for match in matches}
    missing = [source for source in found if source != "-" and not Path(source).exists()]
    if missing and len(found) == len(missing):
        raise UserError(f"photo: expected an image file or folder. Received: {', '.join(missing)} (no such file)")
    return list(found.items())


def _check_targets(jobs, overwrite):
    targets = {}
    for job in jobs:
        if job.target in targets:
            raise UserError(
                f"--output: expected results of different names. Received: {targets[job.target]} and {job.source}, "
                f"both to {job.target}"
            )
        targets[job.target] = job.source
        if Path(job.target).is_dir():
            raise UserError(f"--output: expected a file. Received: {job.target} (a folder)")
        if Path(job.target).exists() and not overwrite:
            raise UserError(f"--output: expected a new file, or --overwrite. Received: {job.target}, which exists")
    for folder in {Path(job.target).parent for job in jobs}:
        check_writable(folder)


def run_jobs(jobs, transform, quality=95, progress=True):
    """Runs jobs of :func:`plan_jobs`, each written whole or not at all; a bad photograph does not stop the rest.

    While one is transformed, the next is read and the one before is encoded and written.

    Args:
        jobs: list of Job.
        transform: function from a :class:`Photo` and its Job to the Photo that is written.
        quality: of JPEG and WebP, 1 to 100.
        progress: show a progress bar where there are many.

    Returns:
        (done, failed): lists of (job, seconds of work) and (job, reason).
    """
    done, failed, writing = [], [], None
    many = progress and len(jobs) > 1

    def finish(job, seconds, write):
        try:
            done.append((job, seconds + write.result()))
        except (UserError, MemoryError) as error:
            fail(job, error)
        bar.update()

    def fail(job, error):
        failed.append((job, str(error) if isinstance(error, UserError) else TOO_LARGE.format(job.source)))

    with (
        ThreadPoolExecutor(1) as reader,
        ThreadPoolExecutor(1) as writer,
        tqdm(total=len(jobs), unit="photo", disable=None if many else True) as bar,
    ):
        reading = None
        for job, following in itertools.zip_longest(jobs, jobs[1:]):
            current, reading = reading, None
            # Standard input is read here: Ctrl-C would have to wait for a thread that waits for it.
            if following and following.source != "-":
                reading = reader.submit(_read, following)
            try:
                photo, seconds = current.result() if current else _read(job)
                start = time.perf_counter()
                picture = transform(photo, job)
                seconds += time.perf_counter() - start
            except (UserError, MemoryError) as error:
                fail(job, error)
                bar.update()
                continue
            if writing:  # no more than one picture waits
                finish(*writing)
            writing = job, seconds, writer.submit(_write, picture, job, quality)
            if picture.rgb.size > OVERLAPPED_BYTES:
                finish(*writing)
                writing = None
        if writing:
            finish(*writing)
    order = {job: number for number, job in enumerate(jobs)}
    return done, sorted(failed, key=lambda item: order[item[0]])


def _read(job):
    """(Photo, seconds)."""
    start = time.perf_counter()
    source = read_stream(sys.stdin.buffer) if job.source == "-" else job.source
    photo = read_photo(source, name="standard input" if job.source == "-" else job.source)
    return photo, time.perf_counter() - start


def _write(picture, job, quality):
    """Seconds."""
    start = time.perf_counter()
    content = encode(picture, job.file_format, quality)
    if job.target == "-":
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except OSError as error:
            raise UserError(
                f"--output: expected standard output that can be written. Received: {error.strerror}"
            ) from error
    else:
        write_bytes(job.target, content)
    return time.perf_counter() - start


def report_jobs(program, done, failed, stopped=""):
    """Prints what :func:`run_jobs` did, bad photographs last, and exits: 0, or 2 where one failed.

    Args:
        program: what messages begin with.
        done, failed: of :func:`run_jobs`.
        stopped: where it was stopped before the end, what to say of that; it exits with 130 then.
    """
    for job, seconds in done:
        if job.target != "-":
            print(f"{job.target}  {seconds:.2f} s")
    for _, reason in failed:
        print(f"{program}: error: {reason}", file=sys.stderr)
    if stopped:
        print(f"{program}: {stopped}", file=sys.stderr)
        sys.exit(130)
    if failed and len(done) + len(failed) > 1:
        print(f"{len(done)} of {len(done) + len(failed)} photographs done, {len(failed)} failed", file=sys.stderr)
    sys.exit(2 if failed else 0)
