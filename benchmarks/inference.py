"""Times one photograph through the network, ours beside the peers': ``python -m benchmarks.inference``."""

import argparse
import sys

from benchmarks.contest import compete, table
from benchmarks.machine import describe
from benchmarks.worker import CONTESTANTS

NAMES = list(CONTESTANTS)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512, 1024], help="sides in pixels")
    parser.add_argument("--rounds", type=int, default=5, help="photographs timed of each (default: 5)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args(arguments)
    print(describe())
    for size in options.sizes:
        results, absent = compete("inference", options.only, options.rounds, size=size)
        if not results:
            sys.exit(f"none of {', '.join(name for name, _ in absent)} could take part")
        print(f"\nOne photograph of {size}x{size}, {results[0].multiply_adds / 1e9:.2f}e9 multiply-adds\n")
        print(table(results, "fast-style float32"), flush=True)


if __name__ == "__main__":
    main()
