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


def add_style_flags(parser):
    """Flags of exports of a network of several paintings; see :func:`styled`."""
    parser.add_argument(
        "--style",
        action="append",
        metavar="STYLE",
        help="of a network of several paintings one or a mixture, 'wave:0.6 + udnie:0.4': the export is of that alone; "
        "several times: it takes a weight for each of these (default: one for each painting and size)",
    )
    parser.add_argument(
        "--stroke", type=float, metavar="X", help="size of strokes of --style, within those that were trained"
    )


def styled(source, options):
    """The source that :func:`add_style_flags` asked for.

    Raises:
        UserError: what :func:`fixed_styles` refuses; a size of strokes without a style.
    """
    from fast_style.common.errors import UserError
    from fast_style.export.styled_source import fixed_styles

    if not options.style:
        if options.stroke is not None:
            raise UserError(f"--stroke: expected --style with it. Received: {options.stroke:g}, without")
        return source
    return fixed_styles(source, options.style, 1.0 if options.stroke is None else options.stroke)


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
