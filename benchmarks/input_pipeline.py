"""Times reading, cropping and flipping photographs alone: ``python -m benchmarks.input_pipeline FOLDER``."""

import argparse
import time

from benchmarks.machine import describe


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.input_pipeline", description=__doc__)
    parser.add_argument("folder", help="photographs")
    parser.add_argument("--size", type=int, default=256, help="side of the crops in pixels (default: 256)")
    parser.add_argument("--batch-size", type=int, default=4, help="photographs a batch (default: 4)")
    parser.add_argument("--batches", type=int, default=100, help="batches timed (default: 100)")
    options = parser.parse_args(arguments)

    from fast_style.common.startup import start_tensorflow

    start_tensorflow(training=True)

    from fast_style.common.training.dataset import photos

    batches = iter(photos(options.folder, size=options.size, batch_size=options.batch_size).repeat())
    next(batches)
    start = time.perf_counter()
    for _ in range(options.batches):
        next(batches)
    seconds = (time.perf_counter() - start) / options.batches
    print(describe())
    print(
        f"{seconds * 1e3:.1f} ms a batch of {options.batch_size} x {options.size}x{options.size}, "
        f"{options.batch_size / seconds:.0f} photographs a second"
    )


if __name__ == "__main__":
    main()
