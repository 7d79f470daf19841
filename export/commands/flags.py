"""Flags that several exports have."""

import argparse

from fast_style.common.commands.command_line import whole_number

NETWORK_HELP = "a network that ships (fast-style styles, superres networks) or a .keras file of either task"


def size(text):
    """An argparse type: ``HxW`` in pixels -> (height, width)."""
    height, _, width = text.lower().partition("x")
    if not (height.isdigit() and width.isdigit() and int(height) and int(width)):
        raise argparse.ArgumentTypeError(f"expected HEIGHTxWIDTH in pixels, such as 256x256. Received: {text}")
    return int(height), int(width)


def size_or_dynamic(text):
    """An argparse type: ``HxW``, or ``dynamic`` -> None."""
    return None if text == "dynamic" else size(text)


def add_licence_flag(parser):
    parser.add_argument("--licence", metavar="TEXT", help="of the weights, for the model card (default: as shipped)")


def add_saved_model_flags(parser):
    from fast_style.export.settings import MAX_PIXELS

    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        default="float32",
        help="what is computed with between input and output; bfloat16 is fast where the processor has it, or a GPU "
        "(default: float32)",
    )
    parser.add_argument(
        "--max-pixels",
        type=whole_number(1, 2**63 - 1, unit="pixels"),
        default=MAX_PIXELS,
        metavar="N",
        help="that the results of one request may have, of encoded images each; more is answered by an error "
        f"(default: {MAX_PIXELS})",
    )
    add_licence_flag(parser)
