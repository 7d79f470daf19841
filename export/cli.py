"""The console script `fast-style-export`. It parses, calls the library, and prints."""

import argparse
import sys

from fast_style.common.commands.command_line import Parser, errors_as_lines, whole_number
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow

NETWORK_HELP = "a network that ships (fast-style styles, superres networks) or a .keras file of either task"


def main(arguments=None):
    """`fast-style-export`: saved-model, serving, tflite, verify."""
    parser = Parser(prog="fast-style-export", description="Export trained networks for servers and phones.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_saved_model(commands)
    _add_serving(commands)
    _add_tflite(commands)
    _add_verify(commands)
    options = parser.parse_args(arguments)
    with errors_as_lines(f"fast-style-export {options.command}"):
        options.run(options)


def size(text):
    """An argparse type: ``HxW`` in pixels -> (height, width)."""
    height, _, width = text.lower().partition("x")
    if not (height.isdigit() and width.isdigit() and int(height) and int(width)):
        raise argparse.ArgumentTypeError(f"expected HEIGHTxWIDTH in pixels, such as 256x256. Received: {text}")
    return int(height), int(width)


def size_or_dynamic(text):
    """An argparse type: ``HxW``, or ``dynamic`` -> None."""
    return None if text == "dynamic" else size(text)


def _add_common(parser):
    parser.add_argument("--licence", metavar="TEXT", help="of the weights, for the model card (default: as shipped)")


def _add_saved_model_flags(parser):
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
    _add_common(parser)


def _add_saved_model(commands):
    parser = commands.add_parser(
        "saved-model",
        help="a SavedModel",
        description="Write a SavedModel with signatures for uint8 arrays, float arrays and encoded images.",
    )
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument("folder", metavar="DIR", help="new or empty")
    _add_saved_model_flags(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace an export that is there")
    parser.set_defaults(run=_saved_model)


def _saved_model(options):
    from fast_style.export.output import check_new_folder
    from fast_style.export.source import check_source

    check_source(options.network)
    check_new_folder(options.folder, options.overwrite)
    start_tensorflow()

    from fast_style.export.saved_model import export_saved_model
    from fast_style.export.source import load_source

    card = export_saved_model(
        load_source(options.network),
        options.folder,
        options.precision,
        options.max_pixels,
        options.overwrite,
        options.licence,
    )
    print(f"{options.folder}: {card['name']}, {', '.join(card['signatures'])}, {card['precision']}")


def _add_serving(commands):
    parser = commands.add_parser(
        "serving",
        help="a folder for TF Serving",
        description="Write a folder for TF Serving: versioned models, models.config, batching parameters, warm-up "
        "requests, docker-compose.yml and clients.",
    )
    parser.add_argument("folder", metavar="DIR", help="new or empty; with --update, one that is there")
    parser.add_argument(
        "--models",
        nargs="+",
        required=True,
        metavar="[NAME=]NETWORK",
        help=f"{NETWORK_HELP}; NAME is what clients ask for (default: the network's)",
    )
    parser.add_argument(
        "--warmup",
        nargs="*",
        type=size,
        default=[(256, 256)],
        metavar="HxW",
        help="sizes in pixels that a server computes when it loads a model; none for no warm-up (default: 256x256)",
    )
    _add_saved_model_flags(parser)
    parser.add_argument("--update", action="store_true", help="add models, and new versions of models, to DIR")
    parser.set_defaults(run=_serving)


def _serving(options):
    from fast_style.export.serving_folder import check_serving_folder
    from fast_style.export.source import check_source

    models = named_models(options.models)
    for network in models.values():
        check_source(network, "--models")
    check_serving_folder(options.folder, options.update)
    start_tensorflow()

    from fast_style.export.tf_serving import export_serving

    made = export_serving(
        options.folder, models, options.precision, options.warmup, options.max_pixels, options.update, options.licence
    )
    for version in made:
        print(version)
    if not options.update:
        print(f"cd {options.folder} && docker compose up")


def named_models(arguments):
    """``{name: network}`` of ``[NAME=]NETWORK`` arguments.

    Raises:
        UserError: two of one name, or a name that cannot be a folder and a part of a URL.
    """
    from fast_style.common.networks.network_files import network_label

    models = {}
    for argument in arguments:
        name, equals, network = argument.partition("=")
        if not equals:
            name, network = network_label(argument), argument
        if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
            raise UserError(f"--models: expected a name of letters, digits, '-', '_' and '.'. Received: {name!r}")
        if name in models:
            raise UserError(f"--models: expected different names, NAME=NETWORK. Received: {name} twice")
        models[name] = network
    return models


def _add_tflite(commands):
    from fast_style.export.settings import TFLITE_PRECISIONS

    parser = commands.add_parser(
        "tflite",
        help="a TFLite file for phones",
        description="Write a TFLite file of builtin operators, run it with LiteRT, and keep it if it is close enough "
        "to the Keras network: 45 dB of PSNR for float32 and float16, 30 dB for dynamic and int8.",
    )
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument("file", metavar="FILE", help="new, with a name that ends in .tflite")
    parser.add_argument(
        "--precision",
        choices=TFLITE_PRECISIONS,
        default="float32",
        help="float16: half the bytes; dynamic: 8-bit weights; int8: 8-bit convolutions, calibrated (default: float32)",
    )
    parser.add_argument(
        "--size",
        type=size_or_dynamic,
        default=(256, 256),
        metavar="HxW|dynamic",
        help="of the input in pixels; dynamic: set at each use, not for the GPU delegate (default: 256x256)",
    )
    parser.add_argument("--uint8", action="store_true", help="uint8 input and output instead of float32")
    parser.add_argument("--calibration", metavar="FOLDER", help="photographs that int8 is calibrated on: up to 32")
    parser.add_argument(
        "--photos",
        metavar="FOLDER",
        help="photographs to compare on: up to 8, spread over the folder (default: samples of scikit-image)",
    )
    parser.add_argument("--allow-loss", action="store_true", help="keep a file that is further from the network")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE")
    _add_common(parser)
    parser.set_defaults(run=_tflite)


def _tflite(options):
    from fast_style.export.output import check_new_file
    from fast_style.export.settings import check_calibration
    from fast_style.export.source import check_source

    check_source(options.network)
    check_calibration(options.precision, options.calibration, "--calibration")
    for folder in filter(None, (options.calibration, options.photos)):
        from fast_style.common.images.image_io import list_images

        list_images(folder)
    check_new_file(options.file, ".tflite", options.overwrite)
    start_tensorflow()

    from fast_style.export.source import load_source
    from fast_style.export.tflite import export_tflite

    card = export_tflite(
        load_source(options.network),
        options.file,
        options.precision,
        options.size,
        options.uint8,
        options.calibration,
        options.photos,
        options.allow_loss,
        options.overwrite,
        options.licence,
    )
    lowest = "identical" if card["psnr_db"] is None else f"{card['psnr_db']:.1f} dB"
    print(f"{options.file}: {card['bytes']} bytes, PSNR {lowest} from the Keras network, {card['precision']}")


def _add_verify(commands):
    parser = commands.add_parser(
        "verify",
        help="compare an artifact with its network",
        description="Load an artifact in a fresh process and compare its numbers with the Keras network's, at two "
        "sizes, one of them odd (an artifact of a fixed size: at that one). Exit code 1 where they are too far apart.",
    )
    parser.add_argument(
        "artifact", metavar="ARTIFACT", help="a SavedModel, a .tflite file, or a folder for TF Serving: all in it"
    )
    parser.add_argument(
        "--against",
        metavar="NETWORK",
        help="what it was made from (default: the shipped network that its card names); of a folder for TF Serving, "
        "what those were made from that do not ship",
    )
    parser.set_defaults(run=_verify)


def _verify(options):
    from fast_style.export.model_card import read_card
    from fast_style.export.serving_folder import artifacts
    from fast_style.export.source import check_source

    found = artifacts(options.artifact)
    if options.against is not None:
        check_source(options.against, "--against")
    start_tensorflow()

    from fast_style.export.fresh_process import FreshProcess
    from fast_style.export.verification import table, verify

    hold = True
    with FreshProcess() as process:
        for artifact in found:
            own = len(found) > 1 and read_card(artifact)["network"]["ships"]
            comparisons = verify(artifact, None if own else options.against, process)
            print(f"{artifact}\n{table(comparisons)}", flush=True)
            hold = hold and all(one.holds for one in comparisons)
    sys.exit(0 if hold else 1)
