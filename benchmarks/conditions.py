"""Times a network of many conditions beside one of one painting, in turns: ``python -m benchmarks.conditions``."""

import argparse

import numpy as np

from benchmarks.machine import describe
from benchmarks.turns import milliseconds, take_turns
from fast_style.common.networks.precision import dtype_policy, resolve_precision
from fast_style.network import TransformationNetwork


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conditions", description=__doc__)
    parser.add_argument("--conditions", type=int, default=61, help="of the network (default: 61)")
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 32], help="filters of the first layer")
    parser.add_argument("--size", type=int, default=512, help="side in pixels (default: 512)")
    parser.add_argument("--precision", default="auto", help="dtype policy (default: the quickest here)")
    parser.add_argument("--rounds", type=int, default=11, help="photographs timed of each (default: 11)")
    options = parser.parse_args(arguments)
    print(describe())
    policy = resolve_precision(options.precision, training=False)
    photo = np.random.default_rng(0).integers(0, 256, (1, options.size, options.size, 3), np.uint8)
    shares = np.random.default_rng(0).dirichlet(np.ones(options.conditions), (1,)).astype("float32")
    regions = np.broadcast_to(shares[:, :2], (1, options.size, options.size, 2))
    print(f"\nOne photograph of {options.size}x{options.size}, {policy}, median of {options.rounds} in turns\n")
    print("| filters | network | ms | least to most | of one painting's |\n|---|---|---|---|---|")
    for width in options.widths:
        with dtype_policy(policy):
            plain, many, pair = (
                TransformationNetwork(width=width, upsampling="resize", conditions=count)
                for count in (None, options.conditions, 2)
            )
        seconds = take_turns(
            {
                "one painting": lambda plain=plain: plain.render(photo).numpy(),
                f"{options.conditions} conditions": lambda many=many: many.render(photo, shares).numpy(),
                "a map of 2": lambda pair=pair: pair.render(photo, regions).numpy(),
            },
            options.rounds,
        )
        base = milliseconds(seconds["one painting"])[2]
        for name, taken in seconds.items():
            median, spread, number = milliseconds(taken)
            print(f"| {width} | {name} | {median} | {spread} | {number / base:.2f} |", flush=True)


if __name__ == "__main__":
    main()
