"""Times a training step, ours beside the peers': ``python -m benchmarks.training_step``."""

import argparse
import sys

from benchmarks.contest import compete, table
from benchmarks.machine import describe
from benchmarks.worker import CONTESTANTS

NAMES = [name for name in CONTESTANTS if not name.startswith("ONNX")]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_step", description=__doc__)
    parser.add_argument("--size", type=int, default=256, help="side of the photographs in pixels (default: 256)")
    parser.add_argument("--batch-size", type=int, default=4, help="photographs a step (default: 4)")
    parser.add_argument("--rounds", type=int, default=5, help="steps timed of each (default: 5)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args(arguments)
    results, absent = compete(
        "training_step", options.only, options.rounds, size=options.size, batch_size=options.batch_size
    )
    if not results:
        sys.exit(f"none of {', '.join(name for name, _ in absent)} could take part")
    print(describe())
    print(
        f"\nTraining step, {options.batch_size} x {options.size}x{options.size}, VGG19 to relu4_3, "
        f"{results[0].parameters} parameters, {results[0].multiply_adds / 1e9:.2f}e9 multiply-adds a photograph\n"
    )
    print(table(results, "fast-style float32"))


if __name__ == "__main__":
    main()
