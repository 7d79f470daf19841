"""Photographs a second by the local command and by ``--ray local`` with one process and with two, in turns.

``python -m benchmarks.bulk --photographs 96 --rounds 3``

From the first result to the last, as the times of their files have it, and from the shell to its prompt: the difference
is what it takes to start. The best of several rounds is what each can do; the rest is what else the machine did.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import describe
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.processor import processors


def ways():
    """``{name: flags}``: the local command, Ray with one process on all cores, and with two that share them."""
    half = f"{processors() / 2:g}"
    return {
        "local": [],
        "Ray, 1 process": ["--ray", "local", "--ray-actors", "1", "--ray-cpus", f"{processors()}"],
        "Ray, 2 processes": ["--ray", "local", "--ray-actors", "2", "--ray-cpus", half],
    }


def write_photographs(folder, count, height, width):
    """So many files of the sample photographs, as JPEG."""
    folder.mkdir()
    photos = [resize_array(photo, height, width) for photo in sample_photos().values()]
    for number in range(count):
        write_photo(folder / f"{number:04d}.jpg", photos[number % len(photos)], "jpg")


def rates(folder, flags, style, precision):
    """(photographs a second between the first result and the last, seconds from start to end).

    Raises:
        RuntimeError: the command fails.
    """
    with tempfile.TemporaryDirectory() as out:
        words = ["stylize", str(folder), "--style", style, "--precision", precision, "--engine", "tensorflow"]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "fast_style", *words, "-o", out, *flags], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(done.stderr)
        written = sorted(path.stat().st_mtime_ns for path in Path(out).iterdir())
    return (len(written) - 1) / ((written[-1] - written[0]) / 1e9), seconds


def table(measured):
    """A Markdown table of the best of each, and its ratio to the local command's."""
    best = {name: (max(r for r, _ in rows), min(s for _, s in rows)) for name, rows in measured.items()}
    first = best["local"]
    lines = ["| | photographs a second | ratio | from shell to prompt |", "|---|---|---|---|"]
    lines += [f"| {name} | {rate:.2f} | {rate / first[0]:.2f} | {s:.1f} s |" for name, (rate, s) in best.items()]
    return "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=96)
    parser.add_argument("--size", default="480x640", help="HEIGHTxWIDTH")
    parser.add_argument("--style", default="starry_night_fast")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    measured = {name: [] for name in ways()}
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "photographs"
        write_photographs(photos, options.photographs, *map(int, options.size.split("x")))
        for _ in range(options.rounds):
            for name, flags in ways().items():
                measured[name].append(rates(photos, flags, options.style, options.precision))
                print(name, measured[name][-1], f"load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    print(describe())
    print(table(measured))


if __name__ == "__main__":
    main()
