"""One photograph through networks of both architectures, in both precisions: ``python -m benchmarks.architectures``."""

import argparse
import itertools

from benchmarks.machine import describe
from benchmarks.turns import milliseconds, take_turns

PRECISIONS = ("float32", "mixed_bfloat16")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.architectures", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512, 1024], help="sides in pixels")
    parser.add_argument("--rounds", type=int, default=7, help="photographs timed of each (default: 7)")
    options = parser.parse_args(arguments)

    from fast_style.common.startup import start_tensorflow

    start_tensorflow()
    print(describe())
    networks = architectures()
    print("\n| architecture | filters | precision | side | median ms | min to max |\n|---|---|---|---|---|---|")
    for size in options.sizes:
        for (architecture, precision), taken in compare(networks, size, options.rounds).items():
            median, spread, _ = milliseconds(taken)
            width = networks[architecture, precision].width
            print(
                f"| {architecture} | {width} | {precision} | {size} | {median} | {spread} |",
                flush=True,
            )


def architectures():
    """``{(architecture, precision): network}``, untrained."""
    from fast_style.common.networks.precision import dtype_policy
    from fast_style.network import TransformationNetwork
    from fast_style.settings import ARCHITECTURES

    networks = {}
    for architecture, precision in itertools.product(ARCHITECTURES, PRECISIONS):
        with dtype_policy(precision):
            networks[architecture, precision] = TransformationNetwork(**ARCHITECTURES[architecture])
    return networks


def compare(networks, size, rounds):
    """Seconds of each network, which paint in turn: ``{key: list}``, the first painting of each left out."""
    import numpy as np

    photo = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), np.uint8)
    return take_turns({key: lambda n=network: n.render(photo).numpy() for key, network in networks.items()}, rounds)


if __name__ == "__main__":
    main()
