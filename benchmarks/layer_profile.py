"""Where a training step or a photograph spends its time, by layer: ``python -m benchmarks.layer_profile``."""

import argparse
import collections
import re
import tempfile
from pathlib import Path

from benchmarks import ours
from benchmarks.machine import describe
from fast_style.common.networks.precision import PRECISIONS


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layer_profile", description=__doc__)
    parser.add_argument("task", choices=("training_step", "inference"))
    parser.add_argument("--size", type=int, default=256, help="side of the photographs in pixels (default: 256)")
    parser.add_argument("--batch-size", type=int, default=4, help="photographs a training step (default: 4)")
    parser.add_argument(
        "--precision", choices=PRECISIONS[1:], default="float32", help="dtype policy (default: float32)"
    )
    parser.add_argument("--rows", type=int, default=30, help="lines to print (default: 30)")
    options = parser.parse_args(arguments)
    sizes = {"size": options.size} | ({"batch_size": options.batch_size} if options.task == "training_step" else {})
    repeat, _, _ = getattr(ours, options.task)(precision=options.precision, **sizes)
    for _ in range(3):
        repeat()
    milliseconds = profile(repeat)
    print(describe())
    print(f"\n{options.task}, {sizes}, {options.precision}: milliseconds of operations, which run side by side\n")
    print("| layer | operation | ms |\n|---|---|---|")
    for (layer, operation), value in milliseconds.most_common(options.rows):
        print(f"| {layer} | {operation} | {value:.1f} |")


def profile(repeat):
    """Milliseconds by (layer, operation) of one call, from TensorFlow's profiler."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        with tf.profiler.experimental.Profile(folder):
            repeat()
        space = xplane_pb2.XSpace()
        for path in Path(folder).rglob("*.xplane.pb"):
            space.MergeFromString(path.read_bytes())
    milliseconds = collections.Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                path, _, operation = plane.event_metadata[event.metadata_id].name.rpartition(":")
                if path and re.fullmatch(r"\w+", operation):
                    milliseconds[_layer(path), operation] += event.duration_ps / 1e9
    return milliseconds


def _layer(path):
    """The part of an operation's path that names a layer of the networks, for reading."""
    found = re.search(
        r"(block\d_conv\d|block\d_pool|(?:down|residual|up)_\d+(?:_\d+)?(?:/(?:first|second))?|to_rgb)", path
    )
    return found.group() if found else "other"


if __name__ == "__main__":
    main()
