"""Our ``Adam`` beside Keras's: seconds until the first update is done, and milliseconds of the next.

``python -m benchmarks.adam``: gradients of noise for all variables of networks that ship, in turns, in one process.
"""

import argparse
import time

import numpy as np

from benchmarks.machine import describe
from benchmarks.turns import milliseconds, take_turns

NETWORKS = ("starry_night", "starry_night_fast")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.adam", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=50, help="updates timed of each (default: 50)")
    parser.add_argument("--networks", nargs="+", default=NETWORKS, metavar="NAME", help="(default: %(default)s)")
    options = parser.parse_args(arguments)

    from fast_style.common.startup import start_tensorflow

    start_tensorflow(training=True)

    import keras

    from fast_style.common.training.adam import Adam

    print(describe())
    print("\n| variables of | optimizer | first, s | median ms | min to max |\n|---|---|---|---|---|")
    for name in options.networks:
        updates, first = {}, {}
        for label, optimizer in (("Keras's Adam", keras.optimizers.Adam()), ("ours", Adam())):
            updates[label] = update(name, optimizer)
            start = time.perf_counter()
            updates[label]()
            first[label] = time.perf_counter() - start
        for label, seconds in take_turns(updates, options.rounds).items():
            median, spread, _ = milliseconds(seconds)
            print(f"| {name} | {label} | {first[label]:.1f} | {median} | {spread} |", flush=True)


def update(name, optimizer):
    """A function that updates all variables of a network that ships by an optimizer once."""
    import tensorflow as tf

    from fast_style.task import load_network

    variables = load_network(name).trainable_variables
    optimizer.build(variables)
    rng = np.random.default_rng(0)
    gradients = [tf.constant(rng.normal(size=variable.shape), tf.float32) for variable in variables]
    return tf.function(lambda: optimizer.apply(gradients, variables))


if __name__ == "__main__":
    main()
