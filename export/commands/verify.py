"""`fast-style-export verify`: compares an artifact with its network."""

import sys

from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say


def add(commands):
    parser = commands.add_parser(
        "verify",
        help="compare an artifact with its network",
        description="Load an artifact in a fresh process and compare its numbers with the Keras network's, at two "
        "sizes, one of them odd (an artifact of a fixed size: at that one). Exit code 1 where they are too far apart.",
    )
    parser.add_argument(
        "artifact",
        metavar="ARTIFACT",
        help="a SavedModel, a .tflite or .onnx file, or a folder for TF Serving: all in it",
    )
    parser.add_argument(
        "--against",
        metavar="NETWORK",
        help="what it was made from (default: the shipped network that its card names); of a folder for TF Serving, "
        "what those were made from that do not ship",
    )
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.networks.source import find_network
    from fast_style.export.model_card import read_card
    from fast_style.export.serving_folder import artifacts

    found = artifacts(options.artifact)
    if options.against is not None:
        find_network(options.against, argument="--against")
    start_tensorflow()

    from fast_style.export.fresh_process import FreshProcess
    from fast_style.export.verification import table, verify

    hold = True
    with FreshProcess() as process:
        for artifact in found:
            own = len(found) > 1 and read_card(artifact)["network"]["ships"]
            comparisons = verify(artifact, None if own else options.against, process)
            say(f"{printable(artifact)}\n{table(comparisons)}")
            hold = hold and all(one.holds for one in comparisons)
    sys.exit(0 if hold else 1)
