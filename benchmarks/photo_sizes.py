"""Time and memory of ``fast_style.stylize`` from 0.25 to 100 megapixels: ``python -m benchmarks.photo_sizes``.

Each measurement is a process of its own, so that its peak memory is its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.line_plot import line_plot
from benchmarks.machine import describe
from fast_style.common.commands.command_line import add_precision_flag, errors_as_lines
from fast_style.common.files import check_writable, write_bytes
from fast_style.common.networks.source import find_network
from fast_style.task import TASK

HOW = {"off": "whole", "exact": "exact strips", "fast": "fast strips"}  # what curves are called


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.photo_sizes", description=__doc__)
    parser.add_argument(
        "--megapixels", type=float, nargs="+", default=[0.25, 1, 3, 12, 100], help="of the photographs, sides 4:3"
    )
    parser.add_argument("--streaming", nargs="+", default=["off", "exact", "fast"], metavar="HOW")
    parser.add_argument("--style", default="starry_night", help="name or .keras file (default: starry_night)")
    parser.add_argument("--whole-limit", type=float, default=12, help="most megapixels for off (default: 12)")
    parser.add_argument("--output", "-o", metavar="FILE", help="a plot of the seconds as PNG (default: none)")
    add_precision_flag(parser)
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        find_network(options.style, TASK, "--style")
        if options.output:
            check_writable(Path(options.output).parent)
    print(describe())
    print("\n| megapixels | streaming | s | s a megapixel | peak MiB |\n|---|---|---|---|---|")
    curves = {streaming: ([], []) for streaming in options.streaming}
    for megapixels in options.megapixels:
        for streaming in options.streaming:
            if streaming == "off" and megapixels > options.whole_limit:
                continue
            what = [str(megapixels), streaming, options.style, options.precision]
            command = [sys.executable, "-m", "benchmarks.photo_sizes_one", *what]
            answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            print(
                f"| {megapixels:g} | {streaming} | {answer['seconds']:.1f} | {answer['seconds'] / megapixels:.1f} "
                f"| {answer['peak_mib']} |",
                flush=True,
            )
            sizes, seconds = curves[streaming]
            sizes.append(megapixels)
            seconds.append(answer["seconds"])
    if options.output:
        lines = {HOW.get(streaming, streaming): curve for streaming, curve in curves.items()}
        with errors_as_lines(parser.prog):
            write_bytes(Path(options.output), line_plot(lines, "megapixels", "seconds", xscale="log"))


def one(megapixels, streaming, style, precision):
    """Stylises one enlarged sample photograph and prints its time and the process's peak memory as JSON."""
    from fast_style.common.startup import start_tensorflow

    start_tensorflow()

    from benchmarks.large_photograph import large_photograph
    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.stylization import stylize
    from fast_style.task import load_network

    network = in_precision(load_network(style), precision)
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    photo = large_photograph(height, width)
    stylize(large_photograph(64, 64), network, streaming="off")  # traced
    start = time.perf_counter()
    result = stylize(photo, network, streaming=streaming)
    seconds = time.perf_counter() - start
    assert result.shape == photo.shape
    print(json.dumps({"seconds": seconds, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
