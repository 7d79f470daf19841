"""Flags that several exports have."""

import argparse
from pathlib import Path

from fast_style.commands.stylize import add_seed_flag
from fast_style.common.commands.command_line import whole_number
from fast_style.common.errors import UserError
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say

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


def add_choice_flags(parser):
    """Flags of what is chosen of a network that knows several styles, or variations; see :func:`chosen`."""
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
    add_seed_flag(parser)


def chosen(source, options):
    """The source that :func:`add_choice_flags` asked for.

    Raises:
        UserError: what :func:`fixed_styles` and :func:`seeded_source` refuse; a size of strokes without a style.
    """
    from fast_style.export.styled_source import fixed_styles
    from fast_style.export.variation import seeded_source

    if options.style:
        source = fixed_styles(source, options.style, 1.0 if options.stroke is None else options.stroke)
    elif options.stroke is not None:
        raise UserError(f"--stroke: expected --style with it. Received: {options.stroke:g}, without")
    return source if options.seed is None else seeded_source(source, options.seed)


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


def add_file_flags(parser, suffix, dynamic):
    """Flags of exports that are one file; `dynamic` says what a file of any size is for."""
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument(
        "file",
        metavar="FILE",
        help=f"new, with a name that ends in {suffix}; of several sizes, each is put into its name",
    )
    parser.add_argument(
        "--size",
        type=size_or_dynamic,
        action="append",
        metavar="HxW|dynamic",
        help=f"of the input in pixels; dynamic: {dynamic}; several times: a file each (default: 256x256)",
    )
    add_choice_flags(parser)
    parser.add_argument("--uint8", action="store_true", help="uint8 input and output instead of float32")
    parser.add_argument(
        "--photos",
        metavar="FOLDER",
        help="photographs to compare on: up to 8, spread over the folder (default: samples of scikit-image)",
    )
    parser.add_argument("--allow-loss", action="store_true", help="keep a file that is further from the network")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE")
    add_licence_flag(parser)


def sized_files(file, sizes):
    """``{file: size}``: the file itself of one size; of several, names that tell them, as wave_384x512.tflite.

    Raises:
        UserError: one size twice.
    """
    if len(sizes) == 1:
        return {file: sizes[0]}
    path, files = Path(file), {}
    for size in sizes:
        name = "dynamic" if size is None else f"{size[0]}x{size[1]}"
        if path.with_stem(f"{path.stem}_{name}") in files:
            raise UserError(f"--size: expected different sizes. Received: {name} twice")
        files[path.with_stem(f"{path.stem}_{name}")] = size
    return files


def export_files(options, suffix, export, check=lambda source: None):
    """Makes the files that :func:`add_file_flags` asked for, and says what they are.

    Args:
        options: parsed flags.
        suffix: of the files' names.
        export: function of (source, file, size) to a model card, which imports what it takes.
        check: function that raises UserError for a source of which no such file can be made; light.

    Raises:
        UserError: before long work starts, where it can be known then.
    """
    from fast_style.common.images.image_io import list_images
    from fast_style.common.networks.source import find_network
    from fast_style.export.output import check_new_file

    source = chosen(find_network(options.network), options)
    check(source)
    if options.photos:
        list_images(options.photos)
    files = sized_files(options.file, options.size or [(256, 256)])
    for file in files:
        check_new_file(file, suffix, options.overwrite)
    start_tensorflow()

    from fast_style.export.single_file import check_size

    for size in files.values():
        check_size(size, source.factor)
    for file, size in files.items():
        card = export(source, file, size)
        lowest = "identical" if card["psnr_db"] is None else f"{card['psnr_db']:.1f} dB"
        say(f"{printable(file)}: {card['bytes']} bytes, PSNR {lowest} from the Keras network, {card['precision']}")
