"""``--ray`` of a command, from what was parsed to the exit code."""

import itertools
import signal
import sys

from fast_style.common.bulk.painting import PaintingOrder
from fast_style.common.bulk.planning import BulkPlan
from fast_style.common.bulk.running import run_bulk
from fast_style.common.commands.clip_jobs import check_formats, split_clips
from fast_style.common.errors import UserError
from fast_style.common.installed import installed
from fast_style.common.networks.engine import Work, choose_engine, obstacle
from fast_style.common.printable import printable
from fast_style.common.streams import say, warn

HEADS = ("photograph", "reason")


def run_on_ray(program, options, folder, chosen, needs=""):
    """Runs a command on a Ray cluster, and exits: 0, or 2 where a photograph failed.

    Args:
        program: what messages begin with.
        options: what was parsed.
        folder: where results go when nothing is said.
        chosen: ``{label: (Source, make)}``: a network, and a function that travels to other machines, from the network
            to what :func:`run_jobs` paints by.
        needs: flags that LiteRT has nothing for, in words for an error.

    Raises:
        UserError: what :class:`BulkPlan` and :func:`run_bulk` refuse; moving pictures alone.
    """
    clips, options.photos = split_clips(options.photos, options.output, folder)
    if clips:
        what = f"{clips[0][0]}, which moves"
        if not options.photos:
            raise UserError(f"--ray: expected photographs. Received: {what}")
        warn(f"--ray takes photographs: {len(clips)} moving pictures are left out, {what}, first")
    check_formats(options)
    plan = BulkPlan(options, list(chosen), folder)
    sources = [source for source, _ in chosen.values()]
    engine = _engine(options, obstacle(sources, options.precision) or needs)
    orders = {
        label: PaintingOrder.of(source, make, engine, options.precision, options.quality)
        for label, (source, make) in chosen.items()
    }
    done, failed, note, number, processes, seconds = run_bulk(options, plan, orders)
    count = len(done) + len(failed)
    try:
        noun = "photograph" if len(done) == 1 else "photographs"
        rate = f"{len(done) / seconds:.2f} a second"
        on = f"{processes} process" + ("es" if processes > 1 else "")
        say(f"{len(done)} {noun} in {seconds:.1f} s on {on}, {rate}")
    finally:
        for line in failure_table(failed):
            warn(line)
        if note:
            warn(f"{program}: {note}")
        elif failed:
            warn(f"{len(done)} of {count} photographs done, {len(failed)} failed")
    sys.exit(128 + (number or signal.SIGINT) if note else 2 if failed else 0)


def _engine(options, needs):
    """What the local command takes for many: TensorFlow where it is installed, which paints any size."""
    asked = "tensorflow" if options.engine == "auto" and installed("tensorflow") else options.engine
    tell = warn if options.verbose else None
    return choose_engine(asked, lambda: Work(needs_tensorflow=needs), tell)


def failure_table(failed):
    """Lines of a table of photographs and reasons; none where none failed.

    Args:
        failed: list of (job, reason).
    """
    if not failed:
        return []
    rows = [(printable(job.source), printable(reason.removeprefix(f"{job.source}: "))) for job, reason in failed]
    rows = [HEADS, *sorted(rows)]
    width = min(max(len(name) for name, _ in rows), 80)
    return list(itertools.starmap(f"{{:{width}}}  {{}}".format, rows))
